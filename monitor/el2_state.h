/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers of EL2 and below that each world has for itself, switched by
 * EL3. It is what TF-A switches on a CPU with these features; what is not
 * here is shared: EL1 and EL0 registers but the pointer authentication keys,
 * FP, SVE and SME, the EL2 timers, the interrupt controller's CPU interface.
 * The RMM leaves those as it found them.
 */
#ifndef REEVE_MONITOR_EL2_STATE_H
#define REEVE_MONITOR_EL2_STATE_H

#include "lib/a64.h"

/* Pairs, in the order in which they lie in memory. */
#define EL2_STATE(PAIR)                                                        \
	PAIR(SP_EL2, ELR_EL2)                                                  \
	PAIR(SPSR_EL2, ESR_EL2)                                                \
	PAIR(FAR_EL2, HPFAR_EL2)                                               \
	PAIR(AFSR0_EL2, AFSR1_EL2)                                             \
	PAIR(ACTLR_EL2, AMAIR_EL2)                                             \
	PAIR(MAIR_EL2, SCTLR_EL2)                                              \
	PAIR(TTBR0_EL2, TTBR1_EL2)                                             \
	PAIR(TPIDR_EL2, VBAR_EL2)                                              \
	PAIR(HCR_EL2, HCRX_EL2)                                                \
	PAIR(HACR_EL2, HSTR_EL2)                                               \
	PAIR(CPTR_EL2, MDCR_EL2)                                               \
	PAIR(VPIDR_EL2, VMPIDR_EL2)                                            \
	PAIR(VTCR_EL2, VTTBR_EL2)                                              \
	PAIR(CNTHCTL_EL2, CNTVOFF_EL2)                                         \
	PAIR(CNTPOFF_EL2, CONTEXTIDR_EL2)                                      \
	PAIR(HFGRTR_EL2, HFGWTR_EL2)                                           \
	PAIR(HDFGRTR_EL2, HDFGWTR_EL2)                                         \
	PAIR(HFGITR_EL2, VNCR_EL2)                                             \
	PAIR(VDISR_EL2, VSESR_EL2)                                             \
	PAIR(SCXTNUM_EL2, PMCR_EL0)                                            \
	PAIR(APIAKEYLO_EL1, APIAKEYHI_EL1)                                     \
	PAIR(APIBKEYLO_EL1, APIBKEYHI_EL1)                                     \
	PAIR(APDAKEYLO_EL1, APDAKEYHI_EL1)                                     \
	PAIR(APDBKEYLO_EL1, APDBKEYHI_EL1)                                     \
	PAIR(APGAKEYLO_EL1, APGAKEYHI_EL1)

#ifndef __ASSEMBLER__

/* TCR_EL2 is last: it is written only when it differs (context.S). */
#define EL2_STATE_INDEX(a, b) EL2_STATE_##a, EL2_STATE_##b,
enum el2_state_index {
	EL2_STATE(EL2_STATE_INDEX) EL2_STATE_SP_EL0,
	EL2_STATE_TCR_EL2,
	EL2_STATE_WORDS,
};

#endif
#endif
