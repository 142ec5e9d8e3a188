/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of a guest's emulated devices is at an address (abi/guest_map.h). */
#ifndef REEVE_HYPERVISOR_CORE_IO_BUS_H
#define REEVE_HYPERVISOR_CORE_IO_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct domain;
struct vcpu;

struct bus_access {
	ipa_t ipa; /* as of bus_ipa() */
	unsigned size; /* bytes: 1, 2, 4 or 8 */
	bool write;
	uint64_t value; /* written, or of a read the result */
};

/* Whether an address of a Realm is in the unprotected half, whose topmost IPA
 * bit is set; what is there is what ipa without that bit names. */
bool bus_unprotected(const struct domain *domain, ipa_t ipa);

/* The address as an ordinary guest would name it: of a Realm without the
 * topmost bit. */
ipa_t bus_ipa(const struct domain *domain, ipa_t ipa);

/* Whether a device of the domain is there; ipa as of bus_ipa(). */
bool bus_has_device(const struct domain *domain, ipa_t ipa);

/* Carries out an access; ipa as of bus_ipa(). false: no device there takes it,
 * and the guest is to get an external abort. */
bool bus_access(struct vcpu *vcpu, struct bus_access *access);

#endif
