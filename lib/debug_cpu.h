/* SPDX-License-Identifier: BSD-3-Clause */
/* The breakpoints, watchpoints and OS lock of the CPU (lib/debug.h). MDSCR_EL1
 * is for the caller, who knows when. */
#ifndef REEVE_LIB_DEBUG_CPU_H
#define REEVE_LIB_DEBUG_CPU_H

#include "lib/debug.h"

struct debug_counts debug_cpu_counts(void);
void debug_cpu_save(struct debug *to);
void debug_cpu_load(const struct debug *from);

/* Loads those of a guest that has so many breakpoints and watchpoints. */
void debug_cpu_load_guest(const struct debug *debug, struct debug_counts counts);

#endif
