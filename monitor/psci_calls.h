/* SPDX-License-Identifier: BSD-3-Clause */
/* PSCI on the machine: core/psci.h with a lock, and what its answers ask. */
#ifndef REEVE_MONITOR_PSCI_CALLS_H
#define REEVE_MONITOR_PSCI_CALLS_H

#include "monitor/core/psci.h"
#include "monitor/cpu.h"

void psci_calls_init(uint32_t cpu_count);

/* An SMC of the Non-secure world; returns the frame to resume. */
struct frame *psci_calls_serve(struct cpu *cpu);

/* Whether a CPU that left the pen was asked for, and what it shall start. */
bool psci_calls_started(uint32_t index, struct psci_cpu *start);

#endif
