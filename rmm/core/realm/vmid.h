/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocation of VMIDs: each Realm has one. */
#ifndef REEVE_RMM_CORE_REALM_VMID_H
#define REEVE_RMM_CORE_REALM_VMID_H

#include <stdbool.h>
#include <stdint.h>

struct rmm;

/* Gives a VMID other than 0. Returns false if all RMM_REALMS are in use. */
bool vmid_take(struct rmm *rmm, uint32_t *vmid);
/* Frees a VMID. It first invalidates the VMID in all TLBs, or the next Realm
 * with that VMID could use translations of this one. */
void vmid_release(struct rmm *rmm, uint32_t vmid);

#endif
