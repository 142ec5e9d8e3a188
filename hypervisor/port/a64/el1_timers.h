/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The EL1 timers of a core. A vCPU that has the core has them too, also while
 * the hypervisor answers one of its exits: on QEMU a write goes to a device and
 * wakes the main loop (docs/machine.md, Timers), and most exits change no
 * timer.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_EL1_TIMERS_H
#define REEVE_HYPERVISOR_PORT_A64_EL1_TIMERS_H

#include "hypervisor/core/vcpu/vcpu.h"

/* Writes the core's timers as far as they differ from those given. */
void el1_timers_load(const struct vcpu_timer *virt,
		     const struct vcpu_timer *phys);

/* Reads the core's timers. */
void el1_timers_read(struct vcpu_timer *virt, struct vcpu_timer *phys);

/* Turns the core's timers off. */
void el1_timers_off(void);

#endif
