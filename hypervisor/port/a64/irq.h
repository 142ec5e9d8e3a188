/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine's interrupt controller, a GICv3 (Arm IHI 0069) in its
 * Non-secure view. The hypervisor masks interrupts and looks for them.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_IRQ_H
#define REEVE_HYPERVISOR_PORT_A64_IRQ_H

#include <stdbool.h>

#include "hypervisor/port/a64/core.h"

#define IRQ_SGI_KICK 0 /* leave the guest, or stop waiting */

/* Gets the calling core's part ready. */
void irq_core_init(struct core *core);

/*
 * Who is called, with ctx, when that shared peripheral interrupt (32..1019) is
 * taken. Before it is enabled; one handler each.
 */
void irq_register(unsigned intid, void (*fn)(void *ctx), void *ctx);

/* Brings the interrupt to the calling core from now on. */
void irq_enable_spi(unsigned intid, bool edge);

/* Whether a private interrupt (16..31) of the calling core comes through. */
void irq_ppi_set(unsigned intid, bool enabled);

/* Takes what is pending on the calling core, and calls the handlers. */
void irq_poll(void);

/* Interrupts another core. */
void irq_kick(const struct core *core);

#endif
