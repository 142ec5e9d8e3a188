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

/*
 * Carries out as much as possible of the change of [base, top) to `ripas` that
 * a Realm's vCPU asked for. The vCPU does not execute. Pages that become EMPTY
 * are freed. Returns false if the change is to be rejected.
 */
bool memory_ripas_change(struct domain *domain, struct vcpu *vcpu, ipa_t base,
			 ipa_t top, uint8_t ripas);

#endif
