/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bitmap of VMIDs, in which a set bit is a VMID in use; VMID 0 is never given
 * out (RMM_VMIDS). The bit is cleared with a release, and taken with an
 * acquire, so that a new owner uses the VMID only after the invalidation of the
 * old one.
 */
#include "rmm/core/realm/vmid.h"

#include "rmm/core/port.h"
#include "rmm/core/rmm.h"

bool vmid_take(struct rmm *rmm, uint32_t *vmid)
{
	for (uint32_t i = 1; i < RMM_VMIDS; i++) {
		uint32_t bit = 1U << i % 32;
		uint32_t old = __atomic_fetch_or(&rmm->vmids[i / 32], bit,
						 __ATOMIC_ACQUIRE);

		if (!(old & bit)) {
			*vmid = i;
			return true;
		}
	}
	return false;
}

void vmid_release(struct rmm *rmm, uint32_t vmid)
{
	port_tlb_invalidate_vmid(rmm->port, vmid);
	__atomic_fetch_and(&rmm->vmids[vmid / 32], ~(1U << vmid % 32),
			   __ATOMIC_RELEASE);
}
