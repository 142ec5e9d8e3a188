/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual interface of the interrupt controller, which belongs to the
 * host. */
#ifndef REEVE_RMM_PORT_A64_GIC_H
#define REEVE_RMM_PORT_A64_GIC_H

#include <stdint.h>

/* How often to look whether an interrupt that was silenced is gone. If it is
 * still there after that, the Realm exits at once, which is harmless. */
#define GIC_SETTLE_TRIES 1000

/*
 * Checks whether all that interrupts the CPU is that the Realm ended one or
 * both of two interrupts, whose list registers ask for the host to be told. If
 * so, cancels that and returns which, as GIC_ENDED_* bits. Otherwise changes
 * nothing and returns 0.
 */
#define GIC_ENDED_FIRST  1
#define GIC_ENDED_SECOND 2
unsigned gic_end(const uint64_t intids[2]);

/* Turns the interface off after a run, so that its list registers signal
 * nothing to what runs next. */
void gic_disable(void);

#endif
