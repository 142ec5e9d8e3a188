/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of the registers by which EL3 allows, traps and configures (Arm
 * DDI0487 D24.2). Usable from assembly and on any machine.
 */
#ifndef REEVE_MONITOR_CORE_EL3_REGS_H
#define REEVE_MONITOR_CORE_EL3_REGS_H

#ifdef __ASSEMBLER__
#define UINT64_C(number) number
#else
#include <stdint.h>
#endif

/* SCR_EL3: the world of the levels below, and what they may use. */
#define SCR_NS       (1 << 0)
#define SCR_RES1     (3 << 4)
#define SCR_HCE      (1 << 8)
#define SCR_SIF      (1 << 9)
#define SCR_RW       (1 << 10)
#define SCR_TERR     (1 << 15)
#define SCR_APK      (1 << 16)
#define SCR_API      (1 << 17)
#define SCR_ENSCXT   (1 << 25)
#define SCR_ATA      (1 << 26)
#define SCR_FGTEN    (1 << 27)
#define SCR_ECVEN    (1 << 28)
#define SCR_HXEN     (UINT64_C(1) << 38)
#define SCR_TRNDR    (UINT64_C(1) << 40)
#define SCR_ENTP2    (UINT64_C(1) << 41)
#define SCR_TCR2EN   (UINT64_C(1) << 43)
#define SCR_SCTLR2EN (UINT64_C(1) << 44)
#define SCR_PIEN     (UINT64_C(1) << 45)
#define SCR_D128EN   (UINT64_C(1) << 47)
#define SCR_MECEN    (UINT64_C(1) << 49)
#define SCR_FGTEN2   (UINT64_C(1) << 59)
#define SCR_NSE      (UINT64_C(1) << 62)

/* CPTR_EL3: EZ and ESM allow SVE and SME, the others trap. */
#define CPTR_EL3_EZ  (1 << 8)
#define CPTR_EL3_TFP (1 << 10)
#define CPTR_EL3_ESM (1 << 12)
#define CPTR_EL3_TTA (1 << 20)
#define CPTR_EL3_TAM (1 << 30)

/* MDCR_EL3. For a field of two bits, the name is that of one of them. */
#define MDCR_EL3_TPM    (1 << 6)
#define MDCR_EL3_ENPM2  (1 << 7)
#define MDCR_EL3_NSPB_0 (1 << 12)
#define MDCR_EL3_SPD32  (1 << 15) /* no Secure AArch32 debug: 0b10 */
#define MDCR_EL3_SDD    (1 << 16)
#define MDCR_EL3_TTRF   (1 << 19)
#define MDCR_EL3_SCCD   (1 << 23)
#define MDCR_EL3_NSTB_0 (1 << 24)
#define MDCR_EL3_TDCC   (1 << 27)
#define MDCR_EL3_MTPME  (1 << 28)
#define MDCR_EL3_SBRBE  (UINT64_C(1) << 32)
#define MDCR_EL3_MCCD   (UINT64_C(1) << 34)

#endif
