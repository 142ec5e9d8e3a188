/* SPDX-License-Identifier: BSD-3-Clause */
/* Cold boot of the machine and warm boot of each CPU. */
#ifndef REEVE_MONITOR_BOOT_H
#define REEVE_MONITOR_BOOT_H

#include "monitor/cpu.h"

/*
 * Called by start.S on the CPU's stack. The MMU is off, or on if the CPU has
 * been on before. Both return the frame to resume. monitor_warm_boot() returns
 * NULL if PSCI did not ask for the CPU.
 */
struct frame *monitor_cold_boot(void);
struct frame *monitor_warm_boot(uint64_t index);

#endif
