/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual interface of the interrupt controller, which is the host's. */
#ifndef REEVE_RMM_PORT_A64_GIC_H
#define REEVE_RMM_PORT_A64_GIC_H

#include <stdint.h>

/* How often to look whether an interrupt that was silenced is gone; if it is
 * not, the Realm exits at once, and nothing else happens. */
#define GIC_SETTLE_TRIES 1000

/*
 * If all that interrupts the CPU is that the Realm ended one of two interrupts,
 * or both, whose list registers ask to tell the host: does not tell it, and
 * says which, in bits 0 and 1. Else 0, and nothing has changed.
 */
#define GIC_ENDED_FIRST  1
#define GIC_ENDED_SECOND 2
unsigned gic_end(const uint64_t intids[2]);

/* After a run: list registers signal nothing to what runs next. */
void gic_disable(void);

#endif
