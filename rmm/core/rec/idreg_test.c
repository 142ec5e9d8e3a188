/* SPDX-License-Identifier: BSD-3-Clause */
/* The ID registers as a Realm sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/dfr0.h"
#include "lib/feature_regs.h"
#include "rmm/core/rec/context.h"
#include "rmm/core/rec/idreg.h"
#include "rmm/core/rmm.h"

/* A CPU with the highest value in every field, and one with 0 in every
 * field. */
static const struct rmm_machine most = {
	.id = { [0 ... ID_REGS - 1] = FEATURES_MOST },
};
static const struct rmm_machine least = {
	.id = { [0 ... ID_REGS - 1] = 0 },
};

static const struct debug_counts counts = { 2, 2 };

static void a_cpu_with_everything_is_cut_to_what_is_switched(void **state)
{
	const struct {
		unsigned crm, op2;
		uint64_t seen;
	} cases[] = {
		{ 4, 0, 0x1301000001110011 }, /* PFR0: no RAS, SVE, EL2, RME */
		{ 4, 1, 0x0000000200000021 }, /* PFR1: BT, SSBS, CSV2_frac */
		{ 6, 0, 0x1221111110312120 }, /* ISAR0: no TME */
		{ 6, 1, 0x0111221111311552 }, /* ISAR1: no LS64 */
		{ 6, 2, 0x0011000011115110 }, /* ISAR2: no WFxT, 128-bit regs */
		{ 7, 0, 0x1000100000110125 }, /* MMFR0: 48 bits, no LPA2 */
		{ 7, 1, 0x1001103000302002 }, /* MMFR1: no VHE, LO, HCX */
		{ 7, 2, 0x1021000110100111 }, /* MMFR2: no NV, FWB, EVT */
		{ 7, 3, 0x1000000000000000 }, /* MMFR3: no TCR2, PIE, POE */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			idreg_view(&most, counts, cases[i].crm, cases[i].op2),
			cases[i].seen);
	}
}

static void what_a_cpu_lacks_is_not_made_up(void **state)
{
	(void)state;
	for (unsigned crm = 1; crm < 8; crm++) {
		for (unsigned op2 = 0; op2 < 8; op2++) {
			if (crm == 5 && op2 == 0)
				continue;
			assert_int_equal(idreg_view(&least, counts, crm, op2),
					 0);
		}
	}
}

static void fields_that_say_no_with_a_negative_value_stay(void **state)
{
	struct rmm_machine machine = {
		.id = { [ID_PFR0] = 0xff0000, [ID_MMFR0] = 0xff000000 },
	};

	(void)state;
	assert_int_equal(idreg_view(&machine, counts, 4, 0), 0xff0000);
	assert_int_equal(idreg_view(&machine, counts, 7, 0), 0xff000000);
}

static void debug_is_the_same_on_all_cpus(void **state)
{
	(void)state;
	assert_int_equal(idreg_view(&most, counts, 5, 0), 0xf00f000101006);
	assert_int_equal(idreg_view(&least, counts, 5, 0), 0xf00f000101006);
}

static void debug_has_the_counts_of_the_realm(void **state)
{
	const struct debug_counts more = { 6, 4 };

	(void)state;
	assert_int_equal(idreg_view(&least, more, 5, 0), 0xf00f000305006);
}

/* ---- What is shown, and what is switched ---- */

#define NAME(reg) #reg,
static const char *const switched[] = { EL1_SHARED(NAME) EL1_TRANSLATION(NAME)
						EL1_REALM(NAME)
					/* struct rec_fp, and struct debug */
					"q0",
					"fpcr", "dbgbvr<n>_el1",
					"dbgwvr<n>_el1" };
#define SWITCHED (sizeof(switched) / sizeof(switched[0]))

static uint64_t view_of_most(unsigned crm, unsigned op2)
{
	return idreg_view(&most, counts, crm, op2);
}

static void what_is_shown_is_switched(void **state)
{
	const char *missing =
		feature_regs_check(view_of_most, switched, SWITCHED);

	(void)state;
	if (missing != NULL)
		fail_msg("%s", missing);
}

static void other_registers_read_as_zero(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned crm = 1; crm < 8; crm++) {
		for (unsigned op2 = 0; op2 < 8; op2++)
			seen += idreg_view(&most, counts, crm, op2) != 0;
	}
	/* The registers above and the debug register. */
	assert_int_equal(seen, ID_REGS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_cpu_with_everything_is_cut_to_what_is_switched),
		cmocka_unit_test(what_a_cpu_lacks_is_not_made_up),
		cmocka_unit_test(fields_that_say_no_with_a_negative_value_stay),
		cmocka_unit_test(debug_is_the_same_on_all_cpus),
		cmocka_unit_test(debug_has_the_counts_of_the_realm),
		cmocka_unit_test(what_is_shown_is_switched),
		cmocka_unit_test(other_registers_read_as_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
