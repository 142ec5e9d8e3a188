/* SPDX-License-Identifier: BSD-3-Clause */
/* The last report: why EL3 cannot go on. Then the machine is turned off. */
#ifndef REEVE_MONITOR_PANIC_H
#define REEVE_MONITOR_PANIC_H

#include "monitor/cpu.h"

/* Reports a state that must not occur; reason names it in a few words. */
void panic(const char *reason) __attribute__((noreturn));

/* Reports an exception from a lower level that EL3 does not serve. */
void panic_from_below(const struct frame *frame) __attribute__((noreturn));

/*
 * Reports an exception of EL3 itself. vectors.S calls it; SP_EL0 holds the
 * stack pointer from before the exception.
 */
void panic_from_el3(const struct frame *frame) __attribute__((noreturn));

#endif
