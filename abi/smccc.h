/* SPDX-License-Identifier: BSD-3-Clause */
/* Arm DEN0028 (SMCCC) 1.4: what calls of every owner share. The
 * plain numbers are usable from assembly. */
#ifndef REEVE_ABI_SMCCC_H
#define REEVE_ABI_SMCCC_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

#define SMCCC_VERSION_FID       0x80000000
#define SMCCC_VERSION_1_2       0x10002
#define SMCCC_ARCH_FEATURES_FID 0x80000001
/* DEN0028 5.1: the answer to an unknown function, all ones in X0. */
#define SMCCC_NOT_SUPPORTED UINT64_MAX
/* DEN0028 2.5: the caller says that no SVE state is live. */
#define SMCCC_SVE_HINT 0x10000

/* DEN0028 2.5: set in the FIDs of 64-bit calls. */
#define SMCCC_FID_64 0x40000000

#ifndef __ASSEMBLER__
/* Words of a call: x[0] is the FID going in, the status coming out. */
struct smccc_regs {
	uint64_t x[18];
};

#endif
#endif
