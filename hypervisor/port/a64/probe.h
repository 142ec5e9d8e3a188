/* SPDX-License-Identifier: BSD-3-Clause */
/* Accesses that may fault. Any other fault of the hypervisor turns the machine
 * off. */
#ifndef REEVE_HYPERVISOR_PORT_A64_PROBE_H
#define REEVE_HYPERVISOR_PORT_A64_PROBE_H

#include <stdint.h>

#include "lib/addr.h"

/* Read or write a word. Return 0, or the syndrome (ESR_EL2) of the fault. */
uint64_t probe_read(pa_t address, uint64_t *value);
uint64_t probe_write(pa_t address, uint64_t value);

/* Returns where to continue, with the syndrome in X0, after a fault at pc; 0 if
 * pc is not in a probe. */
uint64_t probe_fixup(uint64_t pc);

#endif
