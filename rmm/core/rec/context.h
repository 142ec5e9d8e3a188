/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers of a vCPU (docs/rmi.md, What a run switches). The core knows
 * some of them by name, because it takes exceptions in the Realm's place. The
 * port loads and saves all of them. Names are those of DDI0487, which the
 * assembler knows too.
 */
#ifndef REEVE_RMM_CORE_REC_CONTEXT_H
#define REEVE_RMM_CORE_REC_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/debug.h"
#include "lib/el1.h"
#include "lib/timer.h"

/*
 * Registers that Realms and the host's own guests both use. A Realm cannot
 * reach a register that is in none of the lists here: its feature is hidden
 * (idreg.c), or it is one of debug (lib/debug.h), and accesses to it trap.
 * MDSCR_EL1 is here with the value that the CPU has while the Realm runs.
 */
#define EL1_SHARED(REG)                                                        \
	REG(sp_el1)                                                            \
	REG(elr_el1)                                                           \
	REG(spsr_el1)                                                          \
	REG(cpacr_el1)                                                         \
	EL1_COMMON(REG)                                                        \
	REG(mdscr_el1)                                                         \
	REG(mdccint_el1)                                                       \
	REG(cntkctl_el1)

/* The registers among them that control the translation of addresses. */
#define EL1_TRANSLATION(REG)                                                   \
	REG(tcr_el1)                                                           \
	REG(sctlr_el1)                                                         \
	REG(ttbr0_el1)                                                         \
	REG(ttbr1_el1)

/* Registers that EL3 keeps for each world, so that only Realms share them. */
#define EL1_REALM(REG)                                                         \
	EL1_KEYS(REG)                                                          \
	REG(vdisr_el2)

#define EL1_FIELD(reg) uint64_t reg;

struct el1_shared {
	EL1_SHARED(EL1_FIELD)
	EL1_TRANSLATION(EL1_FIELD)
};

struct el1_realm {
	EL1_REALM(EL1_FIELD)
};

/* SCTLR_EL1: the fields that the core knows. */
#define SCTLR_EL1_SA      (UINT64_C(1) << 3)
#define SCTLR_EL1_SA0     (UINT64_C(1) << 4)
#define SCTLR_EL1_CP15BEN (UINT64_C(1) << 5)
#define SCTLR_EL1_NAA     (UINT64_C(1) << 6)
#define SCTLR_EL1_EOS     (UINT64_C(1) << 11)
#define SCTLR_EL1_NTWI    (UINT64_C(1) << 16)
#define SCTLR_EL1_NTWE    (UINT64_C(1) << 18)
#define SCTLR_EL1_EIS     (UINT64_C(1) << 22)
#define SCTLR_EL1_SPAN    (UINT64_C(1) << 23)
#define SCTLR_EL1_EE      (UINT64_C(1) << 25) /* byte order of data accesses */
#define SCTLR_EL1_DSSBS   (UINT64_C(1) << 44)

/* An EL1 timer. */
struct rec_timer {
	uint64_t ctl; /* CNTx_CTL_EL0 */
	uint64_t cval;
};

/* V0..V31 and their control and status. */
struct rec_fp {
	uint64_t vectors[32][2];
	uint64_t fpsr;
	uint64_t fpcr;
} __attribute__((aligned(16)));

#endif
