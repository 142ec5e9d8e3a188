/* SPDX-License-Identifier: BSD-3-Clause */
/* The invariants of a vGIC after every step of a guest. */
#ifndef REEVE_TESTS_FUZZ_VGIC_INVARIANTS_H
#define REEVE_TESTS_FUZZ_VGIC_INVARIANTS_H

#include <stdbool.h>

#include "hypervisor/port/inprocess/fake_guest.h"

/* Where a vCPU is. */
enum vcpu_place {
	VCPU_OUT, /* out of the guest; loads list registers next */
	VCPU_IN, /* in the guest, since vgic_load() */
	VCPU_WAITS, /* waiting, since vgic_pending() returned false */
};

/*
 * Aborts unless all of this holds: the vGIC's data is consistent (list
 * registers, busy bits, holders); no list register is one that the RMM refuses;
 * each interrupt that a vCPU would take is loaded, reported by a maintenance
 * interrupt, or the vCPU was kicked. guest->kicks are the kicks since the vCPU
 * came to its place.
 */
void vgic_invariants(struct fake_guest *guest, const enum vcpu_place *places);

#endif
