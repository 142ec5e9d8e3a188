/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the machine, by the secure GPIO lines of the board. */
#ifndef REEVE_MONITOR_POWER_H
#define REEVE_MONITOR_POWER_H

void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

#endif
