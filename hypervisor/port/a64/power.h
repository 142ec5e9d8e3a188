/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns cores and the machine on and off (PSCI). */
#ifndef REEVE_HYPERVISOR_PORT_A64_POWER_H
#define REEVE_HYPERVISOR_PORT_A64_POWER_H

#include <stdint.h>

/* Starts a core at entry with context in its X0; both are physical addresses.
 * Returns PSCI_SUCCESS or another PSCI_* code. */
int power_core_on(uint64_t affinity, uint64_t entry, uint64_t context);

/* Turns the machine off. If that fails, this core stops for ever. */
_Noreturn void power_off(void);

/* Stops this core for ever: no interrupt is enabled. */
_Noreturn void power_stop(void);

#endif
