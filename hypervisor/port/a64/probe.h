/* SPDX-License-Identifier: BSD-3-Clause */
/* Accesses that may fault: the only ones whose faults do not end it all. */
#ifndef REEVE_HYPERVISOR_PORT_A64_PROBE_H
#define REEVE_HYPERVISOR_PORT_A64_PROBE_H

#include <stdint.h>

#include "lib/addr.h"

/* Reads or writes a word. 0: done; else the syndrome (ESR_EL2) of its fault. */
uint64_t probe_read(pa_t address, uint64_t *value);
uint64_t probe_write(pa_t address, uint64_t value);

/* Where to go on, with the syndrome in X0, after a fault at pc; 0: nowhere. */
uint64_t probe_fixup(uint64_t pc);

#endif
