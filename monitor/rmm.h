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

/* SMCs: from the host to the RMM, back, and to a service of EL3. */
struct frame *rmm_request(struct cpu *cpu);
struct frame *rmm_complete(struct cpu *cpu);
struct frame *rmm_service(struct cpu *cpu);

#endif
