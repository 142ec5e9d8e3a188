/* SPDX-License-Identifier: BSD-3-Clause */
/* Exceptions taken to EL2. */
#ifndef REEVE_HYPERVISOR_PORT_A64_TRAP_H
#define REEVE_HYPERVISOR_PORT_A64_TRAP_H

#include <stddef.h>
#include <stdint.h>

#include "hypervisor/port/a64/core_layout.h"

/* The registers that vectors.S saves, and restores when trap() returns. */
struct trap_frame {
	uint64_t x[31];
	uint64_t sp; /* before the exception; not restored */
	uint64_t elr;
	uint64_t spsr;
};

_Static_assert(offsetof(struct trap_frame, sp) == TRAP_FRAME_SP &&
		       offsetof(struct trap_frame, elr) == TRAP_FRAME_ELR &&
		       offsetof(struct trap_frame, spsr) == TRAP_FRAME_SPSR &&
		       sizeof(struct trap_frame) == TRAP_FRAME_SIZE,
	       "struct trap_frame");

/*
 * Called by vectors.S with the number of the vector, plus TRAP_OVERFLOW if the
 * frame is not on the core's stack because it has no room there. Returns after
 * the fault of a probe. Every other exception is reported and turns the machine
 * off.
 */
void trap(struct trap_frame *frame, unsigned vector);

#endif
