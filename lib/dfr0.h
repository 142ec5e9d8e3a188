/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of ID_AA64DFR0_EL1, and its value for guests, Realm or ordinary: debug
 * as of Armv8.0 (lib/debug.h), and neither counters nor trace.
 */
#ifndef REEVE_LIB_DFR0_H
#define REEVE_LIB_DFR0_H

#include <stdint.h>

#include "abi/bits.h"

/* Arm DDI0487 D24.2, ID_AA64DFR0_EL1. */
#define DFR0_DEBUGVER_SHIFT   0
#define DFR0_DEBUGVER_WIDTH   4
#define DFR0_BRPS_SHIFT       12 /* breakpoints - 1 */
#define DFR0_BRPS_WIDTH       4
#define DFR0_WRPS_SHIFT       20 /* watchpoints - 1 */
#define DFR0_WRPS_WIDTH       4
#define DFR0_CTX_CMPS_SHIFT   28 /* breakpoints that match contexts - 1 */
#define DFR0_CTX_CMPS_WIDTH   4
#define DFR0_DOUBLELOCK_SHIFT 36
#define DFR0_DOUBLELOCK_WIDTH 4
#define DFR0_MTPMU_SHIFT      48
#define DFR0_MTPMU_WIDTH      4

#define DFR0_DEBUG_ARMV8 6
#define DFR0_NONE        15 /* in the last two fields: absent */

/* Returns the value for a guest with so many breakpoints and watchpoints, less
 * one. One breakpoint matches contexts, which the architecture demands. */
static inline uint64_t dfr0_guest(uint64_t brps, uint64_t wrps)
{
	return BITS_PUT(DFR0_DEBUGVER, DFR0_DEBUG_ARMV8) |
	       BITS_PUT(DFR0_BRPS, brps) | BITS_PUT(DFR0_WRPS, wrps) |
	       BITS_PUT(DFR0_CTX_CMPS, 0) |
	       BITS_PUT(DFR0_DOUBLELOCK, DFR0_NONE) |
	       BITS_PUT(DFR0_MTPMU, DFR0_NONE);
}

#endif
