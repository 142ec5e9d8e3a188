/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of the FP and SIMD state must survive any number of interruptions:
 * registers that are filled from a seed, and arithmetic whose result depends on
 * FPCR. SVE, SME and memory tags must not be offered.
 */
#include <string.h>

#include "lib/log.h"
#include "tests/guest/probe.h"

#define FPCR_MODES 0x03c00000 /* DN, FZ, RMode */
#define FPSR_FLAGS 0x0800009f /* QC and the cumulative exceptions */
#define HOLD       20000 /* turns of a loop between two checks */
/* This much time passes between two looks at the clock only if others ran. */
#define AWAY 2000000 /* nanoseconds */

struct vectors {
	uint64_t q[64];
	uint64_t fpcr;
	uint64_t fpsr;
};

/* fp_state.S */
void fp_load(const struct vectors *from);
void fp_store(struct vectors *to);
/* Returns the bits of 1.0 / 3.0, computed with the present FPCR. Changes Q0 and
 * Q1. */
uint64_t fp_third(void);

static uint64_t away;

static void fp_fill(struct vectors *v, uint64_t seed, uint64_t round)
{
	for (unsigned i = 0; i < 64; i++) {
		v->q[i] = seed << 48 ^ round * UINT64_C(0x9e3779b97f4a7c15) ^
			  i * UINT64_C(0x0101010101010101);
	}
	v->fpcr = (seed + round) << 22 & FPCR_MODES;
	v->fpsr = (seed * 0x15 + round) & FPSR_FLAGS;
}

static void fp_hold(void)
{
	uint64_t last = timer_now();

	for (unsigned i = 0; i < HOLD / 100; i++) {
		uint64_t now;

		for (unsigned turn = 0; turn < 100; turn++)
			__asm__ volatile("" ::: "memory");
		now = timer_now();
		away += now - last > AWAY;
		last = now;
	}
}

/* 1/3 is not exact. RMode 1 rounds towards plus infinity; all other modes give
 * the value just below. */
static bool third_is_right(uint64_t fpcr)
{
	bool up = (fpcr >> 22 & 3) == 1;

	return fp_third() == UINT64_C(0x3fd5555555555555) + up;
}

static bool round_holds(uint64_t seed, uint64_t round)
{
	struct vectors before, after;

	fp_fill(&before, seed, round);
	fp_load(&before);
	fp_hold();
	fp_store(&after);
	return memcmp(&before, &after, sizeof(before)) == 0 &&
	       third_is_right(before.fpcr);
}

/* Makes rounds=N checks, from seed=N. */
void fp(void)
{
	uint64_t rounds = argument_number("rounds", 1000);
	uint64_t seed = argument_number("seed", 1);
	uint64_t good = 0;

	log_line("fp");
	while (good < rounds && round_holds(seed, good))
		good++;
	log_line("fp: %lu checks, away %lu times", good, away);
	check(good == rounds, "FP and SIMD state is kept");
}

/* ---- What is not offered ---- */

#define RDVL      0x04bf5020 /* X0, #1 */
#define RDSVL     0x04bf5820 /* X0, #1 */
#define MRS_ZCR   0xd5381200 /* X0, ZCR_EL1 */
#define MRS_SMCR  0xd53812c0 /* X0, SMCR_EL1 */
#define MRS_RGSR  0xd53810a0 /* X0, RGSR_EL1 */
#define MRS_GCR   0xd53810c0 /* X0, GCR_EL1 */
#define CPACR_ALL 0x03330000 /* SMEN, FPEN, ZEN: EL1 traps none of them */
#define CPACR_FP  0x00300000
#define UNDEFINED ((uint64_t)ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL)
#define SVE(pfr0) ((pfr0) >> 32 & 0xf)
#define SME(pfr1) ((pfr1) >> 24 & 0xf)
#define MTE(pfr1) ((pfr1) >> 8 & 0xf)

static bool is_undefined(uint32_t instruction)
{
	static uint32_t code[CODE_WORDS] __attribute__((aligned(64)));
	struct fault fault;

	sysreg_write(CPACR_EL1, CPACR_ALL);
	isb();
	try_instruction(code, instruction, &fault);
	sysreg_write(CPACR_EL1, CPACR_FP);
	isb();
	return fault.esr == UNDEFINED;
}

void check_hidden(void)
{
	uint64_t pfr0 = sysreg_read(ID_AA64PFR0_EL1);
	uint64_t pfr1 = sysreg_read(ID_AA64PFR1_EL1);

	check(SVE(pfr0) == 0 && SME(pfr1) == 0 && MTE(pfr1) == 0,
	      "SVE, SME and memory tags are not offered");
	check(is_undefined(RDVL) && is_undefined(MRS_ZCR), "SVE is undefined");
	check(is_undefined(RDSVL) && is_undefined(MRS_SMCR), "SME is undefined");
	check(is_undefined(MRS_RGSR) && is_undefined(MRS_GCR),
	      "memory tags are undefined");
}
