/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The affinity fields of MPIDR_EL1 (Arm DDI0487, MPIDR_EL1), which name a CPU
 * to PSCI and to the interrupt controller. Usable on any machine.
 */
#ifndef REEVE_LIB_MPIDR_H
#define REEVE_LIB_MPIDR_H

#include "abi/bits.h"

#define MPIDR_AFF0_SHIFT 0
#define MPIDR_AFF0_WIDTH 8
#define MPIDR_AFF1_SHIFT 8
#define MPIDR_AFF1_WIDTH 8
#define MPIDR_AFF2_SHIFT 16
#define MPIDR_AFF2_WIDTH 8
#define MPIDR_AFF3_SHIFT 32
#define MPIDR_AFF3_WIDTH 8
#define MPIDR_RES1       (UINT64_C(1) << 31)

/* All four levels, without the bits between and beside them. */
#define MPIDR_AFFINITY                                                         \
	(BITS_MASK(MPIDR_AFF3) | BITS_MASK(MPIDR_AFF2) |                       \
	 BITS_MASK(MPIDR_AFF1) | BITS_MASK(MPIDR_AFF0))

#endif
