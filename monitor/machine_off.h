/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the machine, by the secure GPIO lines of the board. */
#ifndef REEVE_MONITOR_MACHINE_OFF_H
#define REEVE_MONITOR_MACHINE_OFF_H

void machine_off(void) __attribute__((noreturn));
void machine_reset(void) __attribute__((noreturn));

#endif
