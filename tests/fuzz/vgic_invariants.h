/* SPDX-License-Identifier: BSD-3-Clause */
/* What must hold of a vGIC after every step of a guest. */
#ifndef REEVE_TESTS_FUZZ_VGIC_INVARIANTS_H
#define REEVE_TESTS_FUZZ_VGIC_INVARIANTS_H

#include <stdbool.h>

#include "hypervisor/port/inprocess/fake_guest.h"

/* What a vCPU is doing. */
enum vcpu_place {
	VCPU_OUT, /* of the guest: it looks at its list registers next */
	VCPU_IN, /* in the guest since vgic_load() */
	VCPU_WAITS, /* since vgic_pending() said no */
};

/*
 * Aborts unless: the books agree (list registers, busy bits, who has what); no
 * list register is one that the RMM refuses; and no interrupt that a vCPU
 * would take is one that it does not look for. kicks are those since the vCPU
 * came to its place.
 */
void vgic_invariants(struct fake_guest *guest, const enum vcpu_place *places);

#endif
