/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exception syndromes: the fields of ESR_ELx (Arm DDI0487 D24.2, ESR_EL2).
 * Usable from assembly and on any machine.
 */
#ifndef REEVE_LIB_ESR_H
#define REEVE_LIB_ESR_H

#define ESR_EC_SHIFT 26 /* exception class, below */
#define ESR_EC_WIDTH 6
#define ESR_IL       0x2000000 /* the instruction has 4 bytes */

/* Exception classes. */
#define ESR_EC_UNKNOWN      0x00
#define ESR_EC_WFX          0x01
#define ESR_EC_FP           0x07
#define ESR_EC_LS64         0x0a
#define ESR_EC_HVC32        0x12
#define ESR_EC_SMC32        0x13
#define ESR_EC_SYSREG128    0x14
#define ESR_EC_HVC64        0x16
#define ESR_EC_SMC64        0x17
#define ESR_EC_SYSREG       0x18
#define ESR_EC_SVE          0x19
#define ESR_EC_ERET         0x1a
#define ESR_EC_SME          0x1d
#define ESR_EC_GPC          0x1e
#define ESR_EC_INST_LOWER   0x20
#define ESR_EC_INST_CURRENT 0x21
#define ESR_EC_DATA_LOWER   0x24
#define ESR_EC_DATA_CURRENT 0x25
#define ESR_EC_GCS          0x2d
#define ESR_EC_SERROR       0x2f
/* Debug exceptions from the same level. */
#define ESR_EC_BREAK_CURRENT 0x31
#define ESR_EC_STEP_CURRENT  0x33
#define ESR_EC_WATCH_CURRENT 0x35

/* Aborts: the cause, ESR_ELx[5:0]. */
#define ESR_FSC_SHIFT      0
#define ESR_FSC_WIDTH      6
#define ESR_FSC_PERMISSION 0x0c /* + level; 0x00-0x0f are stage faults */
#define ESR_FSC_EXTERNAL   0x10 /* not on a table walk */
#define ESR_FSC_GPF_WALK   0x23 /* at level -1; up to 0x27: the next levels */
#define ESR_FSC_GPF        0x28 /* not on a table walk */

/* The bits that tell external aborts and parity errors, on a table walk or not,
 * from the other values of ESR_ELx.FSC: they are ESR_FSC_EXTERNAL. */
#define ESR_FSC_KIND_MASK 0x30

/* Data aborts. */
#define ESR_ISV       0x1000000 /* SAS to SF are valid */
#define ESR_SAS_SHIFT 22 /* log2 of the access size in bytes */
#define ESR_SAS_WIDTH 2
#define ESR_SSE       0x200000 /* a load that extends the sign */
#define ESR_SRT_SHIFT 16 /* the register loaded or stored */
#define ESR_SRT_WIDTH 5
#define ESR_SF        0x8000 /* the access is to all 64 bits of that register */
#define ESR_SET_SHIFT 11 /* external aborts: the state of the PE */
#define ESR_SET_WIDTH 2
#define ESR_FNV       0x400 /* FAR_ELx is not valid */
#define ESR_EA        0x200
#define ESR_CM        0x100 /* a cache maintenance instruction */
#define ESR_S1PTW     0x80 /* the fault was in a walk of stage 1 */
#define ESR_WNR       0x40 /* a write */

/* ESR_SET_* */
#define ESR_SET_UER 0 /* recoverable */
#define ESR_SET_UEO 3 /* restartable */

/* HPFAR_EL2: bits 51:12 of the IPA of a stage 2 abort. */
#define HPFAR_FIPA_SHIFT 4
#define HPFAR_FIPA_WIDTH 40

/* PAR_EL1: the result of an address translation; bits 51:12 of the address. */
#define PAR_FAILED   0x1
#define PAR_PA_SHIFT 12
#define PAR_PA_WIDTH 40

/* SError interrupts. */
#define ESR_IDS              0x1000000 /* the rest is the implementation's */
#define ESR_AET_SHIFT        10
#define ESR_AET_WIDTH        3
#define ESR_AET_UEU          1
#define ESR_AET_UEO          2
#define ESR_AET_UER          3
#define ESR_AET_CE           6
#define ESR_FSC_ASYNCHRONOUS 0x11

/* DISR_EL1: an SError interrupt was deferred. The other bits are those of its
 * syndrome, without the class. */
#define DISR_A 0x80000000

/* Trapped system registers, A64. */
#define ESR_SYS_OP0_SHIFT 20
#define ESR_SYS_OP0_WIDTH 2
#define ESR_SYS_OP2_SHIFT 17
#define ESR_SYS_OP2_WIDTH 3
#define ESR_SYS_OP1_SHIFT 14
#define ESR_SYS_OP1_WIDTH 3
#define ESR_SYS_CRN_SHIFT 10
#define ESR_SYS_CRN_WIDTH 4
#define ESR_SYS_RT_SHIFT  5
#define ESR_SYS_RT_WIDTH  5
#define ESR_SYS_CRM_SHIFT 1
#define ESR_SYS_CRM_WIDTH 4
#define ESR_SYS_READ      0x1

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include "abi/bits.h"

/* Returns true for an abort that is a permission fault. */
static inline bool esr_is_permission_fault(uint64_t esr)
{
	return BITS_GET(esr, ESR_FSC) >= ESR_FSC_PERMISSION &&
	       BITS_GET(esr, ESR_FSC) < ESR_FSC_EXTERNAL;
}

/*
 * Returns true for a stage 2 permission fault of a data access itself (not of a
 * stage 1 walk), for which the architecture does not guarantee HPFAR_EL2.
 */
static inline bool esr_lacks_hpfar(uint64_t esr)
{
	return BITS_GET(esr, ESR_EC) == ESR_EC_DATA_LOWER &&
	       esr_is_permission_fault(esr) && !(esr & ESR_S1PTW);
}
#endif

#endif
