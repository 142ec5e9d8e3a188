/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers of EL2 and below of which each world has its own, so that EL3
 * switches them: those that TF-A switches on a CPU with these features. The
 * worlds share all others: registers of EL1 and EL0 except the keys of pointer
 * authentication, FP, SVE and SME, the EL2 timers, and the CPU interface of the
 * interrupt controller. The RMM leaves those as it found them (docs/machine.md,
 * World switch).
 */
#ifndef REEVE_MONITOR_EL2_STATE_H
#define REEVE_MONITOR_EL2_STATE_H

#include "lib/a64.h"

/*
 * The registers in the order in which they lie in memory, in fours. Those that
 * always differ between the worlds come first. The others may be alike and are
 * written only if they differ: a write costs more than a comparison (on QEMU, a
 * write of TCR_EL2 flushes the TLB even when nothing changes).
 */
#define EL2_STATE(DIFFERENT, ALIKE)                                            \
	DIFFERENT(SP_EL2, SP_EL0, TTBR0_EL2, TPIDR_EL2)                        \
	DIFFERENT(VBAR_EL2, ELR_EL2, HCR_EL2, CPTR_EL2)                        \
	ALIKE(SPSR_EL2, ESR_EL2, FAR_EL2, HPFAR_EL2)                           \
	ALIKE(HCRX_EL2, MDCR_EL2, CNTHCTL_EL2, VTCR_EL2)                       \
	ALIKE(VTTBR_EL2, VPIDR_EL2, VMPIDR_EL2, VSESR_EL2)                     \
	ALIKE(HFGRTR_EL2, HFGWTR_EL2, HDFGRTR_EL2, HDFGWTR_EL2)                \
	ALIKE(SCTLR_EL2, TCR_EL2, MAIR_EL2, PMCR_EL0)                          \
	ALIKE(AFSR0_EL2, AFSR1_EL2, ACTLR_EL2, AMAIR_EL2)                      \
	ALIKE(HACR_EL2, HSTR_EL2, CNTVOFF_EL2, CNTPOFF_EL2)                    \
	ALIKE(TTBR1_EL2, CONTEXTIDR_EL2, HFGITR_EL2, VNCR_EL2)                 \
	ALIKE(VDISR_EL2, SCXTNUM_EL2, APIAKEYLO_EL1, APIAKEYHI_EL1)            \
	ALIKE(APIBKEYLO_EL1, APIBKEYHI_EL1, APDAKEYLO_EL1, APDAKEYHI_EL1)      \
	ALIKE(APDBKEYLO_EL1, APDBKEYHI_EL1, APGAKEYLO_EL1, APGAKEYHI_EL1)

#ifndef __ASSEMBLER__

#define EL2_STATE_4(a, b, c, d)                                                \
	EL2_STATE_##a, EL2_STATE_##b, EL2_STATE_##c, EL2_STATE_##d,
enum el2_state_index {
	EL2_STATE(EL2_STATE_4, EL2_STATE_4) EL2_STATE_WORDS,
};

#endif
#endif
