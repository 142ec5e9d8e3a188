/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RAM of a running domain: pages that are populated when they are touched,
 * and pages that a Realm shares and unshares. The thread of the vCPU concerned
 * calls these functions, with no spinlock held.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_MEMORY_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "lib/addr.h"

struct virtio_run;

enum memory_result {
	MEMORY_READY, /* the access can be made again */
	MEMORY_NONE, /* the IPA is not RAM: perhaps a device's */
	MEMORY_BROKEN, /* domain_stop() was called */
};

/*
 * Handles an access of a Realm to an IPA at which nothing is mapped. In the
 * protected half a zeroed page or block of the Realm's is mapped. In the shared
 * half, which has the topmost bit of the IPA set, a zeroed Non-secure page is
 * mapped if the Realm made the page of that alias RIPAS EMPTY.
 */
enum memory_result memory_realm_fault(struct domain *domain, ipa_t ipa);

/* The same for an ordinary guest: maps zeroed memory in its stage 2. */
enum memory_result memory_guest_fault(struct domain *domain, ipa_t ipa);

enum memory_change {
	MEMORY_CHANGED, /* a part of it at least */
	MEMORY_KEPT, /* the change is to be rejected */
	/* Devices have requests there: the vCPU is to ask again. */
	MEMORY_LATER,
};

/*
 * Carries out as much as possible of the change of [base, top) to `ripas` that
 * a Realm's vCPU asked for. The vCPU does not execute. Pages that become EMPTY
 * are freed. So are shared pages whose IPAs become RAM, but none of which a
 * device has a request.
 */
enum memory_change memory_ripas_change(struct domain *domain, struct vcpu *vcpu,
				       ipa_t base, ipa_t top, uint8_t ripas);

/*
 * memory_page_take() takes a zeroed page for registers. memory_page_show() lets
 * the guest read it, and not write it, at an IPA outside of its RAM at which
 * nothing is mapped. From then on the page is part of the guest's memory, and
 * its count is 0. Both return false if that is not possible; then
 * memory_page_drop() frees the page, once nothing uses it, and fills in why, in
 * CONTROL_TEXT_SIZE bytes. If the RMM may map the page yet, domain_stop() was
 * called, and the text is empty. The caller holds domain->memory_lock.
 */
bool memory_page_take(struct domain *domain, struct granules_range *page);
bool memory_page_show(struct domain *domain, ipa_t ipa,
		      struct granules_range *page);
void memory_page_drop(struct domain *domain, struct granules_range *page,
		      char *text);

/*
 * Finds the memory for a device at an address that a guest put into a ring
 * (virtio_ops.memory_find). An untouched page of an ordinary guest, or one that
 * a Realm shares, is populated as by a fault. The caller holds
 * domain->memory_lock.
 */
const char *memory_device_find(struct domain *domain, uint64_t address,
			       struct virtio_run *run);

#endif
