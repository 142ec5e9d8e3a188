/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arm DEN0028 (SMCCC) 1.5: what the calls of all owners share. The plain
 * numbers are usable from assembly.
 */
#ifndef REEVE_ABI_SMCCC_H
#define REEVE_ABI_SMCCC_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

#define SMCCC_VERSION_FID       0x80000000
#define SMCCC_VERSION_1_2       0x10002
#define SMCCC_VERSION_1_5       0x10005
#define SMCCC_ARCH_FEATURES_FID 0x80000001
/* DEN0028 1.5, 7.9: X1 is the encoding of an EL3 register, op0 to op2. */
#define SMCCC_AVAILABILITY_FID  0xc0000003
#define SMCCC_AVAILABILITY_SCR  0x1e1100
#define SMCCC_AVAILABILITY_CPTR 0x1e1140
#define SMCCC_AVAILABILITY_MDCR 0x1e1320
/* DEN0028 1.5, 7: branch predictors (CVE-2017-5715), and the history
 * of branches (CVE-2022-23960). */
#define SMCCC_WORKAROUND_1_FID  0x80008000
#define SMCCC_WORKAROUND_3_FID  0x80003fff
#define SMCCC_NOT_REQUIRED      1 /* of SMCCC_ARCH_FEATURES about these */
#define SMCCC_SUCCESS           0
#define SMCCC_INVALID_PARAMETER (-3)
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
