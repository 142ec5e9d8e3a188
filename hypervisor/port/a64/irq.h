/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's interrupt controller, a GICv3 (Arm IHI0069) in its Non-secure
 * view. The hypervisor masks interrupts and polls for them. */
#ifndef REEVE_HYPERVISOR_PORT_A64_IRQ_H
#define REEVE_HYPERVISOR_PORT_A64_IRQ_H

#include <stdbool.h>

#include "hypervisor/port/a64/core.h"

#define IRQ_SGI_KICK 0 /* makes a core leave its guest, or stop waiting */

/* Sets up the part of the interrupt controller that all cores share. */
void irq_machine_init(void);

/* Sets up the calling core's part of the interrupt controller. */
void irq_core_init(struct core *core);

/* Sets the handler of a shared peripheral interrupt (32 to 1019), fn(ctx).
 * Called before the interrupt is enabled; each has one handler. */
void irq_register(unsigned intid, void (*fn)(void *ctx), void *ctx);

/* Routes the interrupt to the calling core and enables it. */
void irq_enable_spi(unsigned intid, bool edge);

/* Enables or disables a private interrupt (16 to 31) of the calling core. */
void irq_ppi_set(unsigned intid, bool enabled);

/* Acknowledges all interrupts that are pending on the calling core, and calls
 * their handlers. */
void irq_poll(void);

/* Interrupts another core. Earlier writes of this core are visible to the other
 * one when the interrupt arrives. */
void irq_kick(const struct core *core);

#endif
