/* SPDX-License-Identifier: BSD-3-Clause */
/* The granule protection table's descriptors, bit by bit. */
#include "monitor/core/gpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GIB    UINT64_C(0x40000000)
#define TABLES 3

static int set_up(void **state)
{
	struct gpt *gpt = malloc(sizeof(*gpt));

	assert_non_null(gpt);
	*gpt = (struct gpt){
		.l0 = aligned_alloc(4096, GPT_L0_ENTRIES * 8),
		.l1 = aligned_alloc(GPT_L1_BYTES, (size_t)TABLES * GPT_L1_BYTES),
		.l1_tables = TABLES,
	};
	gpt_init(gpt);
	*state = gpt;
	return 0;
}

static int tear_down(void **state)
{
	struct gpt *gpt = *state;

	free(gpt->l0);
	free(gpt->l1);
	free(gpt);
	return 0;
}

static bool set(struct gpt *gpt, uint64_t base, uint64_t size, enum gpi gpi)
{
	const struct gpt_range range = { base, size, gpi };

	return gpt_set_granules(gpt, &range);
}

static bool set_blocks(struct gpt *gpt, uint64_t base, uint64_t size,
		       enum gpi gpi)
{
	const struct gpt_range range = { base, size, gpi };

	return gpt_set_blocks(gpt, &range);
}

static void nothing_is_accessible_at_first(void **state)
{
	struct gpt *gpt = *state;

	assert_int_equal(gpt->l0[0], 0x01);
	assert_int_equal(gpt->l0[GPT_L0_ENTRIES - 1], 0x01);
	assert_int_equal(gpt_get(gpt, 5 * GIB), GPI_NONE);
}

static void blocks_are_one_descriptor_a_gib(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set_blocks(gpt, 2 * GIB, 2 * GIB, GPI_NON_SECURE));
	assert_int_equal(gpt->l0[1], 0x01);
	assert_int_equal(gpt->l0[2], 0x91);
	assert_int_equal(gpt->l0[3], 0x91);
	assert_int_equal(gpt->l0[4], 0x01);
	assert_int_equal(gpt_get(gpt, 4 * GIB - 1), GPI_NON_SECURE);
}

static void blocks_need_aligned_ranges_without_tables(void **state)
{
	struct gpt *gpt = *state;

	assert_false(set_blocks(gpt, GIB + 0x1000, GIB, GPI_REALM));
	assert_false(set_blocks(gpt, 1023 * GIB, 2 * GIB, GPI_REALM));
	assert_true(set(gpt, GIB, 0x1000, GPI_ROOT));
	assert_false(set_blocks(gpt, 0, 2 * GIB, GPI_REALM));
	assert_int_equal(gpt_get(gpt, 0), GPI_NONE);
}

static void granules_are_nibbles_from_the_low_end(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set(gpt, GIB + 0x1000, 0x2000, GPI_REALM));
	assert_ptr_equal(gpt->l0[1] & ~UINT64_C(0xf), gpt->l1);
	assert_int_equal(gpt->l0[1] & 0xf, 3);
	assert_int_equal(gpt->l1[0], 0xbb0);
	assert_int_equal(gpt->l1[1], 0);
	assert_true(set(gpt, GIB + 0xf000, 0x21000, GPI_ROOT));
	assert_int_equal(gpt->l1[0], UINT64_C(0xa000000000000bb0));
	assert_int_equal(gpt->l1[1], UINT64_C(0xaaaaaaaaaaaaaaaa));
	assert_int_equal(gpt->l1[2], UINT64_C(0xaaaaaaaaaaaaaaaa));
	assert_int_equal(gpt->l1[3], 0);
}

static void table_keeps_what_the_block_said(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set_blocks(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_true(set(gpt, GIB, 0x1000, GPI_ANY));
	assert_int_equal(gpt_get(gpt, GIB), GPI_ANY);
	assert_int_equal(gpt_get(gpt, GIB + 0x1000), GPI_NON_SECURE);
	assert_int_equal(gpt_get(gpt, 2 * GIB - 1), GPI_NON_SECURE);
}

static void range_crosses_tables_while_there_are_any(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set(gpt, GIB - 0x1000, 0x2000, GPI_ROOT));
	assert_int_equal(gpt_get(gpt, GIB - 0x1000), GPI_ROOT);
	assert_int_equal(gpt_get(gpt, GIB), GPI_ROOT);
	assert_int_equal(gpt_get(gpt, GIB + 0x1000), GPI_NONE);
	assert_int_equal(gpt->l1_used, 2);
	assert_false(set(gpt, 2 * GIB, 2 * GIB, GPI_ROOT));
}

static void range_must_be_aligned_and_within_the_table(void **state)
{
	struct gpt *gpt = *state;

	assert_false(set(gpt, 0x800, 0x1000, GPI_ROOT));
	assert_false(set(gpt, 0, 0x800, GPI_ROOT));
	assert_false(set(gpt, 1024 * GIB, 0x1000, GPI_ROOT));
	assert_false(set(gpt, 1023 * GIB, 2 * GIB, GPI_ROOT));
	assert_false(set(gpt, 0x1000, UINT64_MAX - 0xfff, GPI_ROOT));
	assert_int_equal(gpt->l1_used, 0);
}

static enum gpt_result find(struct gpt *gpt, uint64_t pa, enum gpi gpi,
			    uint64_t wanted, uint64_t *run)
{
	*run = wanted;
	return gpt_find_run(gpt, pa, gpi, run);
}

static void run_ends_at_the_first_granule_in_another_state(void **state)
{
	struct gpt *gpt = *state;
	uint64_t run;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_true(set(gpt, GIB + 0x2d000, 0x1000, GPI_REALM));
	assert_int_equal(find(gpt, GIB + 0x3000, GPI_NON_SECURE, 64, &run),
			 GPT_OK);
	assert_int_equal(run, 0x2a);
	assert_int_equal(find(gpt, GIB + 0x2d000, GPI_REALM, 64, &run), GPT_OK);
	assert_int_equal(run, 1);
	assert_int_equal(find(gpt, GIB + 0x2e000, GPI_NON_SECURE, 64, &run),
			 GPT_OK);
	assert_int_equal(run, 64);
}

static void run_ends_where_asked_and_with_the_tables(void **state)
{
	struct gpt *gpt = *state;
	uint64_t run;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_int_equal(find(gpt, GIB + 0x3000, GPI_NON_SECURE, 1, &run),
			 GPT_OK);
	assert_int_equal(run, 1);
	assert_int_equal(find(gpt, GIB + 0xe000, GPI_NON_SECURE, 20, &run),
			 GPT_OK);
	assert_int_equal(run, 20);
	assert_int_equal(find(gpt, 2 * GIB - 0x2000, GPI_NON_SECURE, 20, &run),
			 GPT_OK);
	assert_int_equal(run, 2);
	assert_true(set(gpt, 1023 * GIB, GIB, GPI_REALM));
	assert_int_equal(find(gpt, 1024 * GIB - 0x1000, GPI_REALM, 20, &run),
			 GPT_OK);
	assert_int_equal(run, 1);
}

static void run_goes_on_into_the_next_table(void **state)
{
	struct gpt *gpt = *state;
	uint64_t run;

	assert_true(set(gpt, GIB, 2 * GIB, GPI_NON_SECURE));
	assert_int_equal(find(gpt, 2 * GIB - 0x2000, GPI_NON_SECURE, 20, &run),
			 GPT_OK);
	assert_int_equal(run, 20);
	gpt_set_run(gpt, 2 * GIB - 0x2000, 20, GPI_REALM);
	assert_int_equal(gpt_get(gpt, 2 * GIB - 0x3000), GPI_NON_SECURE);
	assert_int_equal(gpt_get(gpt, 2 * GIB - 0x2000), GPI_REALM);
	assert_int_equal(gpt_get(gpt, 2 * GIB + 0x11000), GPI_REALM);
	assert_int_equal(gpt_get(gpt, 2 * GIB + 0x12000), GPI_NON_SECURE);
}

static void next_run_is_found_wherever_there_are_tables(void **state)
{
	struct gpt *gpt = *state;
	uint64_t pa = 0, count = 0;

	assert_false(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	/* A block is no run: it cannot be changed granule by granule. */
	assert_true(set_blocks(gpt, 2 * GIB, GIB, GPI_REALM));
	assert_false(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	assert_true(set(gpt, GIB + 0x1f000, 0x2000, GPI_REALM));
	assert_true(set(gpt, 4 * GIB - 0x1000, 0x1000, GPI_REALM));
	assert_true(set(gpt, 4 * GIB, 0x1000, GPI_REALM));
	assert_true(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	assert_int_equal(pa, GIB + 0x1f000);
	assert_int_equal(count, 2);
	pa += 0x1000;
	assert_true(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	assert_int_equal(pa, GIB + 0x20000);
	assert_int_equal(count, 1);
	pa += 0x1000;
	assert_true(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	assert_int_equal(pa, 4 * GIB - 0x1000);
	assert_int_equal(count, 2);
	pa += 0x2000;
	assert_false(gpt_next_run(gpt, GPI_REALM, &pa, &count));
	/* The last granule that the table covers. */
	pa = UINT64_MAX & ~UINT64_C(0xfff);
	assert_false(gpt_next_run(gpt, GPI_REALM, &pa, &count));
}

static void run_is_refused_where_nothing_can_be_moved(void **state)
{
	struct gpt *gpt = *state;
	uint64_t run;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_true(set_blocks(gpt, 8 * GIB, GIB, GPI_NON_SECURE));
	assert_int_equal(find(gpt, GIB, GPI_REALM, 1, &run), GPT_BAD_GPI);
	assert_int_equal(run, 0);
	assert_int_equal(find(gpt, GIB + 1, GPI_NON_SECURE, 1, &run),
			 GPT_BAD_ADDRESS);
	assert_int_equal(find(gpt, 8 * GIB, GPI_NON_SECURE, 1, &run),
			 GPT_BAD_ADDRESS);
	assert_int_equal(find(gpt, 1024 * GIB, GPI_NONE, 1, &run),
			 GPT_BAD_ADDRESS);
	assert_int_equal(
		find(gpt, UINT64_MAX & ~UINT64_C(0xfff), GPI_NONE, 1, &run),
		GPT_BAD_ADDRESS);
	assert_int_equal(run, 0);
}

static void setting_a_run_changes_its_granules_only(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	gpt_set_run(gpt, GIB + 0x13000, 1, GPI_REALM);
	assert_int_equal(gpt->l1[1], UINT64_C(0x999999999999b999));
	gpt_set_run(gpt, GIB + 0x1e000, 20, GPI_REALM);
	assert_int_equal(gpt->l1[1], UINT64_C(0xbb9999999999b999));
	assert_int_equal(gpt->l1[2], UINT64_C(0xbbbbbbbbbbbbbbbb));
	assert_int_equal(gpt->l1[3], UINT64_C(0x99999999999999bb));
	gpt_set_run(gpt, GIB + 0x10000, 48, GPI_NON_SECURE);
	assert_int_equal(gpt->l1[1], UINT64_C(0x9999999999999999));
	assert_int_equal(gpt->l1[3], UINT64_C(0x9999999999999999));
}

static void invalidation_takes_the_smallest_block_that_holds_all(void **state)
{
	static const struct {
		uint64_t pa;
		uint64_t size;
		uint64_t code;
		uint64_t base;
	} rows[] = {
		{ GIB + 0x3000, 0x1000, 0, GIB + 0x3000 },
		{ GIB + 0x4000, 0x4000, 1, GIB + 0x4000 },
		{ GIB + 0x3000, 0x2000, 2, GIB },
		{ GIB + 0xf000, 0x2000, 3, GIB },
		{ GIB + 0x1ff000, 0x2000, 4, GIB },
		{ GIB + 0x1fff000, 0x2000, 5, GIB },
		{ GIB + 0x1ffff000, 0x2000, 6, GIB },
		{ 2 * GIB - 0x1000, 0x2000, 7, 0 },
		{ 16 * GIB - 0x1000, 0x2000, 8, 0 },
		{ 64 * GIB - 0x1000, 0x2000, 9, 0 },
		{ 1023 * GIB, 0x1000, 0, 1023 * GIB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(gpt_tlbi_operand(rows[i].pa, rows[i].size),
				 rows[i].code << 44 | rows[i].base >> 12);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_accessible_at_first),
		TEST(blocks_are_one_descriptor_a_gib),
		TEST(blocks_need_aligned_ranges_without_tables),
		TEST(granules_are_nibbles_from_the_low_end),
		TEST(table_keeps_what_the_block_said),
		TEST(range_crosses_tables_while_there_are_any),
		TEST(range_must_be_aligned_and_within_the_table),
		TEST(run_ends_at_the_first_granule_in_another_state),
		TEST(run_ends_where_asked_and_with_the_tables),
		TEST(run_goes_on_into_the_next_table),
		TEST(next_run_is_found_wherever_there_are_tables),
		TEST(run_is_refused_where_nothing_can_be_moved),
		TEST(setting_a_run_changes_its_granules_only),
		TEST(invalidation_takes_the_smallest_block_that_holds_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
