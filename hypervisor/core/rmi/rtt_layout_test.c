/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of IPA width, start level and root tables, for every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hypervisor/core/rmi/rtt_layout.h"

/* A width of the IPA space, and the layout that is chosen for it. */
struct row {
	unsigned ipa_bits;
	int start_level;
	unsigned roots;
};

static const struct row table[] = {
	{ 32, 2, 4 }, { 33, 2, 8 },  { 34, 2, 16 }, { 35, 1, 1 }, { 36, 1, 1 },
	{ 37, 1, 1 }, { 38, 1, 1 },  { 39, 1, 1 },  { 40, 1, 2 }, { 41, 1, 4 },
	{ 42, 1, 8 }, { 43, 1, 16 }, { 44, 0, 1 },  { 45, 0, 1 }, { 46, 0, 1 },
	{ 47, 0, 1 }, { 48, 0, 1 },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

static void assert_layout(uint64_t ram_top, const struct row *row)
{
	struct rtt_layout layout;

	assert_true(rtt_layout_choose(ram_top, 48, &layout));
	assert_int_equal(layout.ipa_bits, row->ipa_bits);
	assert_int_equal(layout.start_level, row->start_level);
	assert_int_equal(layout.roots, row->roots);
}

static void ram_that_fills_the_protected_half(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++)
		assert_layout(UINT64_C(1) << (table[i].ipa_bits - 1), &table[i]);
}

static void one_page_more_needs_a_wider_space(void **state)
{
	(void)state;
	for (unsigned i = 0; i + 1 < ROWS; i++) {
		assert_layout((UINT64_C(1) << (table[i].ipa_bits - 1)) + 0x1000,
			      &table[i + 1]);
	}
}

static void little_ram_still_has_the_smallest_legal_width(void **state)
{
	(void)state;
	assert_layout(0x1000, &table[0]);
}

static void the_rmm_limits_the_width(void **state)
{
	struct rtt_layout layout;

	(void)state;
	assert_true(rtt_layout_choose(UINT64_C(1) << 39, 40, &layout));
	assert_false(
		rtt_layout_choose((UINT64_C(1) << 39) + 0x1000, 40, &layout));
	assert_false(rtt_layout_choose(0x1000, 31, &layout));
}

static void ram_beyond_all_widths(void **state)
{
	struct rtt_layout layout;

	(void)state;
	assert_false(
		rtt_layout_choose((UINT64_C(1) << 47) + 0x1000, 52, &layout));
	assert_false(rtt_layout_choose(UINT64_MAX, 64, &layout));
}

static void entry_sizes(void **state)
{
	(void)state;
	assert_int_equal(rtt_entry_size(3), 0x1000);
	assert_int_equal(rtt_entry_size(2), 0x200000);
	assert_int_equal(rtt_entry_size(1), 0x40000000);
	assert_int_equal(rtt_entry_size(0), UINT64_C(0x8000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_that_fills_the_protected_half),
		cmocka_unit_test(one_page_more_needs_a_wider_space),
		cmocka_unit_test(little_ram_still_has_the_smallest_legal_width),
		cmocka_unit_test(the_rmm_limits_the_width),
		cmocka_unit_test(ram_beyond_all_widths),
		cmocka_unit_test(entry_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
