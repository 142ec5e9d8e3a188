/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests: the registers that a feature of the ID registers needs (DDI0487
 * D24.2, and the sections of the features). A program that shows a field with
 * the value `from` or a higher one to a guest must give that guest the register
 * for itself; otherwise one guest changes another's.
 */
#ifndef REEVE_LIB_FEATURE_REGS_H
#define REEVE_LIB_FEATURE_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct feature_reg {
	uint8_t crm, op2; /* of the ID register */
	uint8_t shift; /* of its field */
	uint8_t from;
	const char *reg;
};

static const struct feature_reg feature_regs[] = {
	{ 4, 0, 16, 0, "fpcr" }, /* FP */
	{ 4, 0, 20, 0, "q0" }, /* AdvSIMD */
	{ 4, 0, 28, 1, "errselr_el1" }, /* RAS */
	{ 4, 0, 32, 1, "zcr_el1" }, /* SVE */
	{ 4, 0, 40, 1, "mpam1_el1" }, /* MPAM */
	{ 4, 0, 44, 1, "amcr_el0" }, /* AMU */
	{ 4, 0, 56, 2, "scxtnum_el0" }, /* CSV2 */
	{ 4, 0, 56, 2, "scxtnum_el1" },
	{ 4, 1, 8, 2, "gcr_el1" }, /* MTE */
	{ 4, 1, 8, 2, "tfsr_el1" },
	{ 4, 1, 24, 1, "tpidr2_el0" }, /* SME */
	{ 4, 1, 24, 1, "smcr_el1" },
	{ 4, 1, 32, 2, "scxtnum_el0" }, /* CSV2_frac */
	{ 4, 1, 32, 2, "scxtnum_el1" },
	{ 4, 1, 44, 1, "gcscr_el1" }, /* GCS */
	{ 4, 1, 48, 1, "rcwmask_el1" }, /* THE */
	{ 4, 2, 32, 1, "fpmr" }, /* FPMR */
	{ 5, 0, 0, 6, "mdscr_el1" }, /* DebugVer */
	{ 5, 0, 0, 6, "dbgbvr<n>_el1" },
	{ 5, 0, 0, 6, "dbgwvr<n>_el1" },
	{ 5, 0, 4, 1, "trcprgctlr" }, /* TraceVer */
	{ 5, 0, 8, 1, "pmcr_el0" }, /* PMUVer */
	{ 5, 0, 32, 1, "pmscr_el1" }, /* PMSVer */
	{ 5, 0, 40, 1, "trfcr_el1" }, /* TraceFilt */
	{ 5, 0, 44, 1, "trblimitr_el1" }, /* TraceBuffer */
	{ 5, 0, 52, 1, "brbcr_el1" }, /* BRBE */
	{ 5, 1, 0, 1, "mdselr_el1" }, /* BRPs beyond 16, and all of DFR1 */
	{ 6, 1, 4, 1, "apiakeylo_el1" }, /* APA */
	{ 6, 1, 8, 1, "apiakeylo_el1" }, /* API */
	{ 6, 1, 24, 1, "apgakeylo_el1" }, /* GPA */
	{ 6, 1, 28, 1, "apgakeylo_el1" }, /* GPI */
	{ 6, 1, 60, 3, "accdata_el1" }, /* LS64 */
	{ 6, 2, 8, 1, "apgakeylo_el1" }, /* GPA3 */
	{ 6, 2, 12, 1, "apiakeylo_el1" }, /* APA3 */
	{ 7, 1, 8, 1, "ttbr1_el2" }, /* VH */
	{ 7, 1, 16, 1, "lorc_el1" }, /* LO */
	{ 7, 3, 0, 1, "tcr2_el1" }, /* TCRX */
	{ 7, 3, 4, 1, "sctlr2_el1" }, /* SCTLRX */
	{ 7, 3, 8, 1, "pir_el1" }, /* S1PIE */
	{ 7, 3, 16, 1, "por_el1" }, /* S1POE */
};
#define FEATURE_REGS (sizeof(feature_regs) / sizeof(feature_regs[0]))

/* Returns true if a guest that reads value from the ID register has to have the
 * register of that row. Values from 8 on are negative: the feature is absent. */
static inline bool feature_needs(const struct feature_reg *row, uint64_t value)
{
	uint64_t field = value >> row->shift & 0xf;

	return field >= row->from && field < 8;
}

/* Returns the name of a register that is needed and not among the count names,
 * or NULL. view() returns what the guest reads from an ID register. */
static inline const char *
feature_reg_missing(uint64_t (*view)(unsigned crm, unsigned op2),
		    const char *const *names, size_t count)
{
	for (size_t row = 0; row < FEATURE_REGS; row++) {
		const struct feature_reg *needed = &feature_regs[row];
		size_t i = 0;

		while (i < count && strcmp(names[i], needed->reg) != 0)
			i++;
		if (i == count &&
		    feature_needs(needed, view(needed->crm, needed->op2)))
			return needed->reg;
	}
	return NULL;
}

/* The ID registers of a CPU with the highest value in every field. */
#define FEATURES_MOST UINT64_C(0x7777777777777777)

static inline uint64_t feature_view_of_most(unsigned crm, unsigned op2)
{
	(void)crm;
	(void)op2;
	return FEATURES_MOST;
}

/*
 * Checks that a guest has for itself the registers of all features that it
 * sees, where view() shows it a CPU of FEATURES_MOST. Returns NULL, or a
 * register that it lacks. The check itself is checked too: if the CPU were
 * shown as it is, the guest would lack the register of RAS.
 */
static inline const char *
feature_regs_check(uint64_t (*view)(unsigned crm, unsigned op2),
		   const char *const *names, size_t count)
{
	const char *missing =
		feature_reg_missing(feature_view_of_most, names, count);

	if (missing == NULL || strcmp(missing, "errselr_el1") != 0)
		return "none, if all features are shown";
	return feature_reg_missing(view, names, count);
}

#endif
