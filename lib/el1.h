/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers of EL1 and EL0 that every program switches that runs a guest, in
 * the order in which they lie in memory. Each program adds those whose order
 * or moment matters to it. Names are Arm's (DDI0487), which the assembler knows
 * too.
 */
#ifndef REEVE_LIB_EL1_H
#define REEVE_LIB_EL1_H

#define EL1_COMMON(REG)                                                        \
	REG(mair_el1)                                                          \
	REG(amair_el1)                                                         \
	REG(vbar_el1)                                                          \
	REG(contextidr_el1)                                                    \
	REG(esr_el1)                                                           \
	REG(far_el1)                                                           \
	REG(afsr0_el1)                                                         \
	REG(afsr1_el1)                                                         \
	REG(par_el1)                                                           \
	REG(tpidr_el0)                                                         \
	REG(tpidrro_el0)                                                       \
	REG(tpidr_el1)                                                         \
	REG(scxtnum_el0)                                                       \
	REG(scxtnum_el1)                                                       \
	REG(csselr_el1)

/* The keys of pointer authentication. */
#define EL1_KEYS(REG)                                                          \
	REG(apiakeylo_el1)                                                     \
	REG(apiakeyhi_el1)                                                     \
	REG(apibkeylo_el1)                                                     \
	REG(apibkeyhi_el1)                                                     \
	REG(apdakeylo_el1)                                                     \
	REG(apdakeyhi_el1)                                                     \
	REG(apdbkeylo_el1)                                                     \
	REG(apdbkeyhi_el1)                                                     \
	REG(apgakeylo_el1)                                                     \
	REG(apgakeyhi_el1)

#endif
