/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The answers to guests about SMCCC's workarounds for speculation (DEN0028 1.5,
 * 7): neither the hypervisor nor the RMM has one, so a workaround is either not
 * required, as ID_AA64PFR0_EL1 says, or not supported. Speculative stores
 * (ARCH_WORKAROUND_2) are the guest's own matter, by PSTATE.SSBS. Usable on any
 * machine.
 */
#ifndef REEVE_LIB_WORKAROUND_H
#define REEVE_LIB_WORKAROUND_H

#include <stdint.h>

#include "abi/bits.h"
#include "abi/smccc.h"

/* DDI0487 D24.2, ID_AA64PFR0_EL1: branches taken in one context cannot steer
 * speculation in another. */
#define PFR0_CSV2_SHIFT   56
#define PFR0_CSV2_WIDTH   4
#define PFR0_CSV2_TARGETS 1 /* the targets of branches; 2: SCXTNUM_ELx too */
#define PFR0_CSV2_HISTORY 3 /* and their history */

/* Returns what SMCCC_ARCH_FEATURES answers about fid on a CPU with this
 * ID_AA64PFR0_EL1. The call itself, which does nothing, is served if that is
 * SMCCC_NOT_REQUIRED. */
static inline int64_t workaround_features(uint64_t fid, uint64_t pfr0)
{
	uint64_t csv2 = BITS_GET(pfr0, PFR0_CSV2);

	if ((fid == SMCCC_WORKAROUND_1_FID && csv2 >= PFR0_CSV2_TARGETS) ||
	    (fid == SMCCC_WORKAROUND_3_FID && csv2 >= PFR0_CSV2_HISTORY))
		return SMCCC_NOT_REQUIRED;
	return (int64_t)SMCCC_NOT_SUPPORTED;
}

#endif
