/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ownership of the FP/SIMD registers. EL3 does not switch them, so they hold
 * the host's values when a command begins, and a REC's from its start to its
 * stop. The RMM is compiled without them and traps its own use of them while
 * they are the host's, except in calls into BearSSL and sha256.S. Such calls
 * are between fp_own() and fp_return(). These two preserve what the registers
 * hold, and leave nothing of what was hashed or signed: all of the host's
 * registers, including SVE and streaming SVE registers of any length, or those
 * of a REC, which has no others than SIMD registers.
 */
#ifndef REEVE_RMM_PORT_A64_FP_H
#define REEVE_RMM_PORT_A64_FP_H

#include <stdint.h>

#include "rmm/core/rec/context.h"

/* The longest vectors of the architecture, in bytes. */
#define FP_VECTOR_MAX 256

/* fp_save.S relies on the layout of the first two. */
struct fp_state {
	uint8_t vectors[32 * FP_VECTOR_MAX]; /* Z0..Z31, or V0..V31 */
	uint8_t predicates[17 * FP_VECTOR_MAX / 8]; /* P0..P15, FFR */
	uint64_t fpsr;
	uint64_t fpcr;
	uint64_t svcr; /* SM: the host is in streaming mode */
} __attribute__((aligned(16)));

void fp_own(void);
void fp_return(void);

/*
 * fp_give() saves the host's registers and loads the REC's; fp_take() does the
 * reverse. *fp stays where it is in between.
 */
void fp_give(struct rec_fp *fp);
void fp_take(void);

#endif
