/* SPDX-License-Identifier: BSD-3-Clause */
/* The timer of each core. The time itself is in thread.h. */
#ifndef REEVE_HYPERVISOR_PORT_A64_CLOCK_H
#define REEVE_HYPERVISOR_PORT_A64_CLOCK_H

#include <stdint.h>

/* Interrupts the calling core at deadline_ns. UINT64_MAX turns the timer off; 0
 * has no effect while the timer is off. */
void clock_arm(uint64_t deadline_ns);
void clock_disarm(void);

#endif
