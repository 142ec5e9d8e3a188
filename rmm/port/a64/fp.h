/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ownership of the FP/SIMD registers. They hold the host's values whenever
 * the RMM runs, since EL3 does not switch them. The RMM is compiled without
 * them and traps itself on their use, but for calls into the hash library:
 * these happen between fp_own() and fp_return(), which keep everything that
 * the host has there, SVE and streaming SVE registers of any length included,
 * and leave nothing of what was hashed.
 */
#ifndef REEVE_RMM_PORT_A64_FP_H
#define REEVE_RMM_PORT_A64_FP_H

#include <stdint.h>

#include "rmm/core/rec/context.h"

/* The longest vectors of the architecture, in bytes. */
#define FP_VECTOR_MAX 256

/* fp_save.S knows this layout. */
struct fp_state {
	uint8_t vectors[32 * FP_VECTOR_MAX]; /* Z0..Z31, or V0..V31 */
	uint8_t predicates[17 * FP_VECTOR_MAX / 8]; /* P0..P15, FFR */
	uint64_t fpsr;
	uint64_t fpcr;
	uint64_t svcr; /* SM: the host is in streaming mode */
} __attribute__((aligned(16)));

void fp_own(void);
void fp_return(void);

/* The same for a run of a Realm: the host's make room for its own, and back. In
 * between the Realm has FP/SIMD, and the RMM does not use it. */
void fp_give(const struct rec_fp *fp);
void fp_take(struct rec_fp *fp);

#endif
