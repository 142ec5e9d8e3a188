/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SMCCC's own calls (DEN0028 1.5, 7): its version, which of them there are,
 * and what EL3 lets the levels below use.
 */
#ifndef REEVE_MONITOR_CORE_ARCH_H
#define REEVE_MONITOR_CORE_ARCH_H

#include <stdint.h>

/*
 * The registers by which EL3 allows and traps, with the values of the caller's
 * world.
 */
struct arch_controls {
	uint64_t scr;
	uint64_t cptr;
	uint64_t mdcr;
};

/*
 * Answers a call with the argument X1. Returns X0. *value, the new X1, is set
 * only by ARCH_FEATURE_AVAILABILITY when it succeeds: it has the layout of the
 * register asked for, and a bit is set if the caller may use that bit's
 * feature.
 */
int64_t arch_call(const struct arch_controls *controls, uint32_t fid,
		  uint64_t argument, uint64_t *value);

#endif
