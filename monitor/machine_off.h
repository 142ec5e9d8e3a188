/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends the machine by lines of the secure GPIO. */
#ifndef REEVE_MONITOR_MACHINE_OFF_H
#define REEVE_MONITOR_MACHINE_OFF_H

void machine_off(void) __attribute__((noreturn));
void machine_reset(void) __attribute__((noreturn));

#endif
