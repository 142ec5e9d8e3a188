/* SPDX-License-Identifier: BSD-3-Clause */
/* The monitor's side of the RMM-EL3 interface (abi/rmm_el3.h). */
#ifndef REEVE_MONITOR_RMM_H
#define REEVE_MONITOR_RMM_H

#include "abi/rmm_el3.h"
#include "monitor/cpu.h"

/*
 * Both boot the RMM on this CPU. They return the frame to resume, which is the
 * RMM's; after BOOT_COMPLETE the Non-secure world goes on in its own. If the
 * RMM has not booted on some CPU, rmm_warm_boot() returns the frame of the
 * Non-secure world, which then has no RMM.
 */
struct frame *rmm_cold_boot(struct cpu *cpu, const struct rmm_el3_bank *dram);
struct frame *rmm_warm_boot(struct cpu *cpu);

/* Serves an SMC of the RMM to EL3. Returns the frame to resume. */
struct frame *rmm_service(struct cpu *cpu);

/*
 * Becomes nonzero, for good, when the RMM does not boot on some CPU: carry.S
 * then takes no more requests to it. No other data depends on the flag, so its
 * accesses are relaxed.
 */
extern uint32_t rmm_failed;

#endif
