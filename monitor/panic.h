/* SPDX-License-Identifier: BSD-3-Clause */
/* The last report: what EL3 cannot go on from, then power off. */
#ifndef REEVE_MONITOR_PANIC_H
#define REEVE_MONITOR_PANIC_H

#include "monitor/cpu.h"

/* What cannot be, in a few words. */
void panic(const char *reason) __attribute__((noreturn));

/* An exception that EL3 took from a lower level and has no answer to. */
void panic_from_below(const struct frame *frame) __attribute__((noreturn));

/* An exception of EL3 itself; vectors.S, its stack pointer is in SP_EL0. */
void panic_from_el3(const struct frame *frame) __attribute__((noreturn));

#endif
