/* SPDX-License-Identifier: BSD-3-Clause */
/* The timer of each core; time itself is in thread.h. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CLOCK_H
#define REEVE_HYPERVISOR_PORT_A64_CLOCK_H

#include <stdint.h>

/* The calling core is interrupted at that time; UINT64_MAX, and 0 where nothing
 * was armed before: it is not. */
void clock_arm(uint64_t deadline_ns);
void clock_disarm(void);

#endif
