/* SPDX-License-Identifier: BSD-3-Clause */
/* Registers and fields that only the RMM uses (Arm DDI0487). */
#ifndef REEVE_RMM_PORT_A64_REGS_H
#define REEVE_RMM_PORT_A64_REGS_H

#include "lib/a64.h"

#define RNDR S3_3_C2_C4_0
#define FPCR S3_3_C4_C4_0
#define FPSR S3_3_C4_C4_1
#define SVCR S3_3_C4_C2_2

#define SVCR_SM UINT64_C(1) /* streaming SVE mode */

/* HCR_EL2: below, there is A64. */
#define HCR_RW (UINT64_C(1) << 31)

/* CPTR_EL2 (E2H = 0): its bits that are one, and the traps of FP/SIMD (TFP),
 * SVE (TZ) and SME (TSM), which work on EL2 itself too. */
#define CPTR_RES1   0x22ff
#define CPTR_FP_ALL (1 << 12 | 1 << 10 | 1 << 8)

#define ID_AA64PFR0_SVE_SHIFT      32
#define ID_AA64PFR0_SVE_WIDTH      4
#define ID_AA64PFR1_SME_SHIFT      24
#define ID_AA64PFR1_SME_WIDTH      4
#define ID_AA64ISAR0_RNDR_SHIFT    60
#define ID_AA64ISAR0_RNDR_WIDTH    4
#define ID_AA64MMFR0_PARANGE_SHIFT 0
#define ID_AA64MMFR0_PARANGE_WIDTH 4
#define ID_AA64DFR0_BRPS_SHIFT     12
#define ID_AA64DFR0_BRPS_WIDTH     4
#define ID_AA64DFR0_WRPS_SHIFT     20
#define ID_AA64DFR0_WRPS_WIDTH     4

#define VTTBR_VMID_SHIFT 48
#define VTTBR_VMID_WIDTH 16

/* Synchronous external abort, not on a table walk: ESR_ELx[5:0]. */
#define ESR_FSC_EXTERNAL 0x10

#endif
