/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the emulated device at an address of a guest (abi/guest_map.h). */
#ifndef REEVE_HYPERVISOR_CORE_IO_BUS_H
#define REEVE_HYPERVISOR_CORE_IO_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct domain;
struct vcpu;

struct bus_access {
	ipa_t ipa; /* as bus_ipa() returns it */
	unsigned size; /* bytes: 1, 2, 4 or 8 */
	bool write;
	uint64_t value; /* the value to write, or the result of a read */
};

/* Returns true if an address of a Realm is in the shared half, whose topmost
 * IPA bit is set. The device there is the one at the IPA without that bit. */
bool bus_unprotected(const struct domain *domain, ipa_t ipa);

/* Returns the address as an ordinary guest would name it: for a Realm, the IPA
 * without its topmost bit. */
ipa_t bus_ipa(const struct domain *domain, ipa_t ipa);

/* Returns true if the domain has a device at ipa, an address from bus_ipa(), or
 * in the same page, if the guest may read that page without exits: what no
 * device accepts is BUS_NONE. */
bool bus_has_device(const struct domain *domain, ipa_t ipa);

enum bus_result {
	BUS_NONE, /* no device there accepts it: the guest gets an abort */
	BUS_DONE,
	BUS_LATER, /* the vCPU is to make the access again */
};

/* Carries out an access. access->ipa is an address from bus_ipa(). */
enum bus_result bus_access(struct vcpu *vcpu, struct bus_access *access);

#endif
