/* SPDX-License-Identifier: BSD-3-Clause */
/* Synchronous exceptions from the levels below. */
#ifndef REEVE_MONITOR_TRAP_H
#define REEVE_MONITOR_TRAP_H

#include "monitor/cpu.h"

/*
 * Called by vectors.S with the frame of the running world. Returns the frame to
 * resume.
 */
struct frame *trap_from_below(struct frame *frame);

#endif
