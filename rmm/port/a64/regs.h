/* SPDX-License-Identifier: BSD-3-Clause */
/* System registers and fields that only the RMM uses (DDI0487). */
#ifndef REEVE_RMM_PORT_A64_REGS_H
#define REEVE_RMM_PORT_A64_REGS_H

#include "lib/a64.h"

#define RNDR             S3_3_C2_C4_0
#define FPCR             S3_3_C4_C4_0
#define FPSR             S3_3_C4_C4_1
#define SVCR             S3_3_C4_C2_2
#define DIT              S3_3_C4_C2_5
#define DISR_EL1         S3_0_C12_C1_1
#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2
#define ID_AA64MMFR3_EL1 S3_0_C0_C7_3

#define SVCR_SM (UINT64_C(1) << 0) /* streaming SVE mode */
#define DIT_ON  (UINT64_C(1) << 24)

/*
 * HCR_EL2 while a Realm runs. EL1 is A64 behind stage 2; interrupts and
 * external aborts come to EL2; TLB maintenance reaches all CPUs (FB, BSU).
 * Traps: SMC (TSC), ID registers (TID1, TID3, TID5), implementation defined
 * registers (TIDCP, TACR), error records (TERR), limited ordering regions
 * (TLOR). Bits that would let a Realm use a hidden feature are 0. Only RW
 * matters to the RMM itself.
 */
#define HCR_REALM                                                              \
	(HCR_STAGE2 | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB |        \
	 HCR_BSU | HCR_TID1 | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TACR |      \
	 HCR_RW | HCR_TLOR | HCR_TERR | HCR_TEA | HCR_APK | HCR_API |          \
	 HCR_TID5 | HCR_ENSCXT)

/* HCRX_EL2: memory copy instructions work (MSCEn), ALLINT traps (TALLINT). */
#define HCRX_REALM (HCRX_MSCEN | HCRX_TALLINT)

/*
 * CPTR_EL2 (E2H = 0): its reserved-one bits; traps of FP/SIMD (TFP), SVE (TZ)
 * and SME (TSM), which apply to EL2 itself too; traps of trace (TTA) and
 * activity monitors (TAM).
 */
#define CPTR_RES1   0x22ff
#define CPTR_TSM    (1 << 12)
#define CPTR_TFP    (1 << 10)
#define CPTR_TZ     (1 << 8)
#define CPTR_TTA    (1 << 20)
#define CPTR_TAM    (1 << 30)
#define CPTR_OTHERS (CPTR_TTA | CPTR_TAM)
/* For the RMM, which uses none of them; for the RMM after it has saved the
 * host's; for a Realm. */
#define CPTR_CLOSED (CPTR_RES1 | CPTR_TSM | CPTR_TFP | CPTR_TZ | CPTR_OTHERS)
#define CPTR_OPEN   (CPTR_RES1 | CPTR_OTHERS)
#define CPTR_SIMD   (CPTR_RES1 | CPTR_TSM | CPTR_TZ | CPTR_OTHERS)

/*
 * MDCR_EL2: neither events nor cycles are counted at EL2 (HPMD, HCCD). All
 * traps are on: counters (TPM, TPMCR), debug (TDA, TDOSA, TDRA), profiling
 * (TPMS), trace filters (TTRF).
 */
#define MDCR_REALM                                                             \
	(MDCR_GUEST_TRAPS | MDCR_TPMS | MDCR_HPMD | MDCR_TTRF | MDCR_HCCD)

/* CNTHCTL_EL2: EL1 may use the physical counter and timer. It always has the
 * virtual ones. */
#define CNTHCTL_REALM (CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN)

/* VTCR_EL2: 4 KiB granules, inner shareable write-back walks, 8-bit VMIDs. */
#define VTCR_T0SZ_SHIFT 0
#define VTCR_T0SZ_WIDTH 6
#define VTCR_SL0_SHIFT  6
#define VTCR_SL0_WIDTH  2
#define VTCR_IRGN0_WB   (1 << 8)
#define VTCR_ORGN0_WB   (1 << 10)
#define VTCR_SH0_INNER  (3 << 12)
#define VTCR_WALK       (VTCR_IRGN0_WB | VTCR_ORGN0_WB | VTCR_SH0_INNER)
#define VTCR_PS_SHIFT   16
#define VTCR_PS_WIDTH   3
#define VTCR_NSA        (UINT64_C(1) << 30)
#define VTCR_RES1       (UINT64_C(1) << 31)

/* ICH_VTR_EL2: number of list registers, less one. ICH_HCR_EL2: the virtual
 * interface is on. */
#define ICH_VTR_LRS_SHIFT 0
#define ICH_VTR_LRS_WIDTH 5
#define ICH_HCR_EN        (1 << 0)
#define ICC_SRE_SRE       (1 << 0) /* system registers are in use */

/* ICH_MISR_EL2: the end of an interrupt whose list register has ICH_LR_EOI. */
#define ICH_MISR_EOI (1 << 0)

/* The numbers of private interrupts (DEN0094, PPI assignments). */
#define INTID_MASK        0xffffff /* ICC_HPPIR1_EL1 */
#define INTID_MAINTENANCE 25
#define INTID_TIMER_VIRT  27
#define INTID_TIMER_PHYS  30

#define ID_AA64PFR0_DIT_SHIFT      48
#define ID_AA64PFR0_DIT_WIDTH      4
#define ID_AA64PFR0_SVE_SHIFT      32
#define ID_AA64PFR0_SVE_WIDTH      4
#define ID_AA64PFR1_SME_SHIFT      24
#define ID_AA64PFR1_SME_WIDTH      4
#define ID_AA64ISAR0_SHA2_SHIFT    12
#define ID_AA64ISAR0_SHA2_WIDTH    4
#define ID_AA64ISAR0_RNDR_SHIFT    60
#define ID_AA64ISAR0_RNDR_WIDTH    4
#define ID_AA64MMFR0_PARANGE_SHIFT 0
#define ID_AA64MMFR0_PARANGE_WIDTH 4

/* ID_AA64MMFR0_EL1.PARange and VTCR_EL2.PS: 48 bits of physical address. */
#define PARANGE_48_BITS 5

#define TTBR_ASID_SHIFT 48 /* TTBR0_EL1, TTBR1_EL1 */
#define TTBR_ASID_WIDTH 16

#define VTTBR_VMID_SHIFT 48
#define VTTBR_VMID_WIDTH 16

#endif
