/* SPDX-License-Identifier: BSD-3-Clause */
/* A guest's debug registers: what it reads and writes, and what the CPU gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/bits.h"
#include "lib/debug.h"
#include "lib/dfr0.h"
#include "lib/esr.h"

#define SYS(op1, crn, crm, op2)                                                \
	(BITS_PUT(ESR_SYS_OP0, 2) | BITS_PUT(ESR_SYS_OP1, op1) |               \
	 BITS_PUT(ESR_SYS_CRN, crn) | BITS_PUT(ESR_SYS_CRM, crm) |             \
	 BITS_PUT(ESR_SYS_OP2, op2))
#define BVR(n) SYS(0, 0, n, 4)
#define BCR(n) SYS(0, 0, n, 5)
#define WVR(n) SYS(0, 0, n, 6)
#define WCR(n) SYS(0, 0, n, 7)
#define MDSCR  SYS(0, 0, 2, 2)
#define OSLAR  SYS(0, 1, 0, 4)
#define OSLSR  SYS(0, 1, 1, 4)

#define SS  UINT64_C(0x0001)
#define KDE UINT64_C(0x2000)
#define MDE UINT64_C(0x8000)

/* The counts of a guest that has the least, and of a CPU that has more. */
static const struct debug_counts least = { 2, 2 }, has = { 6, 4 };

static int setup(void **state)
{
	static struct debug debug;

	debug_reset(&debug);
	*state = &debug;
	return 0;
}

static void put(struct debug *debug, uint64_t esr, uint64_t value)
{
	assert_int_equal(debug_access(debug, least, esr, &value), DEBUG_WRITTEN);
}

static uint64_t get(struct debug *debug, uint64_t esr)
{
	uint64_t value = 0x77;

	assert_int_equal(debug_access(debug, least, esr | ESR_SYS_READ, &value),
			 DEBUG_DONE);
	return value;
}

/* Turns debug exceptions on. */
static void turn_on(struct debug *debug)
{
	put(debug, OSLAR, 0);
	put(debug, MDSCR, MDE | KDE);
}

static void after_a_reset_nothing_stops(void **state)
{
	struct debug *debug = *state;

	assert_int_equal(get(debug, OSLSR), 0xa);
	assert_int_equal(get(debug, MDSCR), 0x1000);
	assert_int_equal(debug_mdscr(debug), 0x1000);
	assert_false(debug_is_used(debug));
	for (unsigned n = 0; n < 2; n++) {
		assert_int_equal(get(debug, BCR(n)), 0);
		assert_int_equal(get(debug, WCR(n)), 0);
	}
}

static void registers_keep_the_bits_that_they_have(void **state)
{
	static const struct {
		uint64_t esr, kept;
	} cases[] = {
		{ BVR(0), UINT64_MAX }, { BVR(1), UINT64_MAX },
		{ WVR(0), UINT64_MAX }, { WVR(1), UINT64_MAX },
		{ BCR(0), 0xffe1e7 },   { BCR(1), 0xffe1e7 },
		{ WCR(0), 0x1f1fffff }, { WCR(1), 0x1f1fffff },
		{ MDSCR, 0xb001 },
	};
	struct debug *debug = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		put(debug, cases[i].esr, UINT64_MAX - i % 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(get(debug, cases[i].esr),
				 (UINT64_MAX - i % 2) & cases[i].kept);
}

static void a_guest_has_no_more_than_it_is_shown(void **state)
{
	static const uint64_t beyond[] = { BVR(2), BCR(2), WVR(2), WCR(15) };
	struct debug *debug = *state;
	struct debug before = *debug;

	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		uint64_t value = 1;

		assert_int_equal(debug_access(debug, least, beyond[i], &value),
				 DEBUG_UNDEFINED);
		assert_int_equal(debug_access(debug, least,
					      beyond[i] | ESR_SYS_READ, &value),
				 DEBUG_UNDEFINED);
		assert_int_equal(value, 1);
	}
	assert_memory_equal(debug, &before, sizeof(before));
}

static void what_is_for_an_external_debugger_reads_as_zero(void **state)
{
	static const uint64_t external[] = {
		SYS(0, 0, 0, 2), /* OSDTRRX_EL1 */
		SYS(0, 0, 2, 0), /* MDCCINT_EL1 */
		SYS(0, 0, 3, 2), /* OSDTRTX_EL1 */
		SYS(0, 0, 6, 2), /* OSECCR_EL1 */
		SYS(0, 1, 0, 0), /* MDRAR_EL1 */
		SYS(0, 1, 3, 4), /* OSDLR_EL1 */
		SYS(0, 1, 4, 4), /* DBGPRCR_EL1 */
		SYS(0, 7, 8, 6), /* DBGCLAIMSET_EL1 */
		SYS(0, 7, 14, 6), /* DBGAUTHSTATUS_EL1 */
		SYS(3, 0, 1, 0), /* MDCCSR_EL0 */
		SYS(3, 0, 4, 0), /* DBGDTR_EL0 */
		SYS(3, 0, 5, 0), /* DBGDTRRX_EL0 */
	};
	struct debug *debug = *state;
	struct debug before;

	turn_on(debug);
	before = *debug;
	for (size_t i = 0; i < sizeof(external) / sizeof(external[0]); i++) {
		uint64_t value = UINT64_MAX;

		assert_int_not_equal(
			debug_access(debug, least, external[i], &value),
			DEBUG_UNDEFINED);
		assert_int_equal(get(debug, external[i]), 0);
	}
	assert_memory_equal(debug, &before, sizeof(before));
}

static void other_registers_are_not_of_debug(void **state)
{
	static const uint64_t others[] = {
		SYS(1, 9, 0, 0), /* BRBCR_EL1 */
		SYS(4, 0, 7, 0), /* DBGVCR32_EL2 */
		BVR(0) | BITS_PUT(ESR_SYS_OP0, 1), /* S3_0_C0_C0_4 */
	};
	struct debug *debug = *state;
	uint64_t value = 1;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(debug_access(debug, least, others[i], &value),
				 DEBUG_OTHER);
}

static void the_cpu_is_used_while_exceptions_are_on(void **state)
{
	struct debug *debug = *state;

	put(debug, MDSCR, MDE | KDE | SS);
	assert_false(debug_is_used(debug)); /* the OS lock */
	assert_int_equal(debug_mdscr(debug), 0);
	put(debug, OSLAR, 0);
	assert_int_equal(get(debug, OSLSR), 0x8);
	assert_true(debug_is_used(debug));
	assert_int_equal(debug_mdscr(debug), MDE | KDE | SS);
	put(debug, MDSCR, SS);
	assert_true(debug_is_used(debug));
	put(debug, MDSCR, KDE);
	assert_false(debug_is_used(debug));
	put(debug, MDSCR, MDE);
	put(debug, OSLAR, 1);
	assert_false(debug_is_used(debug));
}

static void the_last_breakpoint_is_the_cpu_s_last(void **state)
{
	struct debug *debug = *state;
	struct debug cpu;

	turn_on(debug);
	put(debug, BVR(0), 0x1000);
	put(debug, BCR(0), 0x1e7);
	put(debug, BVR(1), 0x2000);
	put(debug, BCR(1), 0x3001e7); /* linked, matches a context */
	put(debug, WVR(1), 0x3000);
	put(debug, WCR(1), 0x111ff7 | 1 << 16); /* linked to breakpoint 1 */
	debug_translate(debug, least, has, &cpu);
	assert_int_equal(cpu.breakpoints[0].value, 0x1000);
	assert_int_equal(cpu.breakpoints[0].control, 0x1e7);
	assert_int_equal(cpu.breakpoints[5].value, 0x2000);
	assert_int_equal(cpu.breakpoints[5].control, 0x3001e7);
	assert_int_equal(cpu.watchpoints[1].value, 0x3000);
	assert_int_equal(cpu.watchpoints[1].control, 0x151ff7);
	assert_int_equal(cpu.mdscr, MDE | KDE);
	assert_false(cpu.os_locked);
	for (unsigned n = 1; n < 5; n++)
		assert_int_equal(cpu.breakpoints[n].control, 0);
	assert_int_equal(cpu.breakpoints[1].value, 0);
}

/* Each of these would be CONSTRAINED UNPREDICTABLE, or is for EL2. */
static void what_has_no_meaning_is_off(void **state)
{
	static const struct {
		unsigned n;
		uint64_t bcr;
	} breakpoints[] = {
		{ 0, 0x2001e7 }, /* contexts, but not the last */
		{ 0, 0x3001e7 }, { 0, 0x1001e7 }, /* linked to breakpoint 0 */
		{ 1, 0x4001e7 }, { 1, 0x6001e7 }, { 1, 0x8001e7 },
		{ 1, 0xc001e7 }, { 1, 0xf001e7 },
	};
	struct debug *debug = *state;
	struct debug cpu;

	turn_on(debug);
	for (size_t i = 0; i < sizeof(breakpoints) / sizeof(breakpoints[0]);
	     i++) {
		unsigned at = breakpoints[i].n == 1 ? 5 : 0;

		put(debug, BCR(breakpoints[i].n), breakpoints[i].bcr);
		assert_int_equal(get(debug, BCR(breakpoints[i].n)),
				 breakpoints[i].bcr);
		debug_translate(debug, least, has, &cpu);
		assert_int_equal(cpu.breakpoints[at].control & 1, 0);
	}
	put(debug, WCR(0), 0x101ff7); /* linked to breakpoint 0 */
	debug_translate(debug, least, has, &cpu);
	assert_int_equal(cpu.watchpoints[0].control & 1, 0);
}

/* No value of a guest is left for the next one to trip over. */
static void what_a_guest_lacks_is_cleared(void **state)
{
	struct debug *debug = *state;
	struct debug cpu, none = { 0 };

	memset(&cpu, 0xff, sizeof(cpu));
	put(debug, OSLAR, 0);
	put(debug, MDSCR, 0);
	debug_translate(debug, least, has, &cpu);
	assert_memory_equal(&cpu, &none, sizeof(none));
}

static void counts_are_those_of_the_id_register(void **state)
{
	struct debug_counts counts = debug_counts(0x100000001030560a);

	(void)state;
	assert_int_equal(counts.breakpoints, 6);
	assert_int_equal(counts.watchpoints, 4);
	counts = debug_counts(dfr0_guest(15, 1));
	assert_int_equal(counts.breakpoints, DEBUG_MAX);
	assert_int_equal(counts.watchpoints, 2);
}

#define test(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(after_a_reset_nothing_stops),
		test(registers_keep_the_bits_that_they_have),
		test(a_guest_has_no_more_than_it_is_shown),
		test(what_is_for_an_external_debugger_reads_as_zero),
		test(other_registers_are_not_of_debug),
		test(the_cpu_is_used_while_exceptions_are_on),
		test(the_last_breakpoint_is_the_cpu_s_last),
		test(what_has_no_meaning_is_off),
		test(what_a_guest_lacks_is_cleared),
		test(counts_are_those_of_the_id_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
