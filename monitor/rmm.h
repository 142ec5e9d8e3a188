/* SPDX-License-Identifier: BSD-3-Clause */
/* The monitor's side of the RMM-EL3 interface (abi/rmm_el3.h). */
#ifndef REEVE_MONITOR_RMM_H
#define REEVE_MONITOR_RMM_H

#include "abi/rmm_el3.h"
#include "monitor/cpu.h"

/*
 * Both let the RMM run on this CPU; when it has booted, the Non-secure world
 * goes on in its frame. They return the frame to resume: after a failed boot
 * of any CPU, that of the Non-secure world, which then has no RMM.
 */
struct frame *rmm_cold_boot(struct cpu *cpu, const struct rmm_el3_bank *dram);
struct frame *rmm_warm_boot(struct cpu *cpu);

/* An SMC of the RMM for EL3. */
struct frame *rmm_service(struct cpu *cpu);

/* Not 0, for good, when any CPU's RMM did not boot: carry.S brings it no
 * requests then. */
extern uint32_t rmm_failed;

#endif
