/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RAM of a running domain: pages that are populated when they are touched,
 * and of a Realm what it shares with the host and takes back. The calling
 * thread is that of the vCPU concerned, with no spinlock held.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_MEMORY_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "lib/addr.h"

enum memory_result {
	MEMORY_READY, /* the access can be made again */
	MEMORY_NONE, /* no RAM there: a device's address, or nobody's */
	MEMORY_BROKEN, /* domain_stop() was called */
};

/*
 * A Realm touched ipa and nothing is mapped there. In the unprotected half the
 * topmost IPA bit is set; RAM there is what the Realm made RIPAS EMPTY: a
 * Non-secure page is mapped. In the protected half a zeroed page is.
 */
enum memory_result memory_realm_fault(struct domain *domain, ipa_t ipa);

/* The same of an ordinary guest: zeroed memory by its stage 2. */
enum memory_result memory_guest_fault(struct domain *domain, ipa_t ipa);

/*
 * A Realm's vCPU (which does not execute) asks for RIPAS ripas on [base, top):
 * carries out as much as can be; what becomes EMPTY goes back to the host.
 * false: the change is to be rejected.
 */
bool memory_ripas_change(struct domain *domain, struct vcpu *vcpu, ipa_t base,
			 ipa_t top, uint8_t ripas);

#endif
