/* SPDX-License-Identifier: BSD-3-Clause */
/* Exceptions that the RMM takes to EL1: vectors, PSTATE, syndromes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/esr.h"
#include "rmm/core/rec/exit.h"

#define VBAR  UINT64_C(0xffff800080010000)
#define SPAN  (UINT64_C(1) << 23)
#define DSSBS (UINT64_C(1) << 44)

static struct rec at(uint64_t pstate)
{
	return (struct rec){
		.pc = 0x1234,
		.pstate = pstate,
		.el1.vbar_el1 = VBAR,
		.el1.sctlr_el1 = SPAN,
	};
}

static void the_vector_depends_on_where_it_was(void **state)
{
	const struct {
		uint64_t pstate, offset;
	} cases[] = {
		{ 0x3c5, 0x200 }, { 0x004, 0x000 }, { 0x000, 0x400 },
		{ 0x010, 0x600 }, { 0x1f0, 0x600 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rec rec = at(cases[i].pstate);

		inject_undefined(&rec);
		assert_int_equal(rec.pc, VBAR + cases[i].offset);
		assert_int_equal(rec.el1.elr_el1, 0x1234);
		assert_int_equal(rec.el1.spsr_el1, cases[i].pstate);
		assert_int_equal(rec.el1.esr_el1, 0x2000000);
		assert_int_equal(rec.pstate, 0x3c5);
	}
}

/* All flags set: NZCV, TCO, DIT, UAO, PAN, SS, IL, ALLINT, SSBS, BTYPE. */
#define EVERYTHING UINT64_C(0xf3f03c05)

static void the_handler_keeps_what_it_must(void **state)
{
	struct rec rec = at(EVERYTHING);

	(void)state;
	inject_undefined(&rec);
	/* NZCV, DIT and PAN. */
	assert_int_equal(rec.pstate, 0xf1400000 | 0x3c5);
	assert_int_equal(rec.el1.spsr_el1, EVERYTHING);
}

static void the_handlers_pstate_follows_sctlr(void **state)
{
	struct rec rec = at(0x5);

	(void)state;
	rec.el1.sctlr_el1 = DSSBS;
	inject_undefined(&rec);
	/* PAN, since SPAN is 0, and SSBS. */
	assert_int_equal(rec.pstate, 0x400000 | 0x1000 | 0x3c5);
}

static void dit_is_elsewhere_in_a32(void **state)
{
	struct rec rec = at(0x1000010);

	(void)state;
	inject_undefined(&rec);
	assert_int_equal(rec.pstate, 0x3c5);
}

static void an_abort_tells_what_the_realm_may_know(void **state)
{
	const struct {
		uint64_t pstate, esr, expected;
	} cases[] = {
		/* From EL1: a write, with all other fields set. */
		{ 0x5, 0x93ff8ec7 | 0x40, 0x96000250 },
		/* From EL0: a read. */
		{ 0x0, 0x92000006, 0x92000210 },
		/* From EL1: cache maintenance. */
		{ 0x4, 0x92000146, 0x96000350 },
		/* From A32. */
		{ 0x10, 0x92000046, 0x92000250 },
		/* Fetches, for which bits of data aborts mean nothing. */
		{ 0x5, 0x82000006, 0x86000210 },
		{ 0x0, 0x820001c6, 0x82000210 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rec rec = at(cases[i].pstate);

		inject_sea(&rec, cases[i].esr, 0xffff000000001238);
		assert_int_equal(rec.el1.esr_el1, cases[i].expected);
		assert_int_equal(rec.el1.far_el1, 0xffff000000001238);
		assert_int_equal(rec.el1.elr_el1, 0x1234);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_depends_on_where_it_was),
		cmocka_unit_test(the_handler_keeps_what_it_must),
		cmocka_unit_test(the_handlers_pstate_follows_sctlr),
		cmocka_unit_test(dit_is_elsewhere_in_a32),
		cmocka_unit_test(an_abort_tells_what_the_realm_may_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
