/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI on the machine: core/psci.h with a lock, and the actions of its replies.
 */
#ifndef REEVE_MONITOR_PSCI_CALLS_H
#define REEVE_MONITOR_PSCI_CALLS_H

#include "monitor/core/psci.h"
#include "monitor/cpu.h"

void psci_calls_init(uint32_t cpu_count);

/* Serves a PSCI call of the Non-secure world. Returns the frame to resume. */
struct frame *psci_calls_serve(struct cpu *cpu);

/*
 * Called by a CPU that has left the pen. Returns false if no CPU_ON asked for
 * it. Otherwise the CPU is on now, and *start says where it begins.
 */
bool psci_calls_started(uint32_t index, struct psci_cpu *start);

#endif
