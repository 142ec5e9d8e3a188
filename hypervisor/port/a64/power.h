/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores and the machine on and off (PSCI). */
#ifndef REEVE_HYPERVISOR_PORT_A64_POWER_H
#define REEVE_HYPERVISOR_PORT_A64_POWER_H

#include <stdint.h>

/*
 * Starts a core at entry, with context in its X0, both physical. Returns
 * PSCI_SUCCESS or another PSCI_* code.
 */
int power_core_on(uint64_t affinity, uint64_t entry, uint64_t context);

/* Turns the machine off; should that fail, this core stops for good. */
_Noreturn void power_off(void);

/* Stops this core for good: no interrupt is enabled. */
_Noreturn void power_stop(void);

#endif
