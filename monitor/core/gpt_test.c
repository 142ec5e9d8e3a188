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

static bool set_blocks(
	struct gpt *gpt, uint64_t base, uint64_t size, enum gpi gpi)
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

static void move_changes_one_granule(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_int_equal(
		gpt_move(gpt, GIB + 0x13000, GPI_NON_SECURE, GPI_REALM), GPT_OK);
	assert_int_equal(gpt->l1[1], UINT64_C(0x999999999999b999));
	assert_int_equal(
		gpt_move(gpt, GIB + 0x13000, GPI_REALM, GPI_NON_SECURE), GPT_OK);
	assert_int_equal(gpt->l1[1], UINT64_C(0x9999999999999999));
}

static void move_refuses_and_changes_nothing(void **state)
{
	struct gpt *gpt = *state;

	assert_true(set(gpt, GIB, GIB, GPI_NON_SECURE));
	assert_true(set_blocks(gpt, 8 * GIB, GIB, GPI_NON_SECURE));
	assert_int_equal(
		gpt_move(gpt, GIB, GPI_REALM, GPI_NON_SECURE), GPT_BAD_GPI);
	assert_int_equal(gpt_move(gpt, GIB + 1, GPI_NON_SECURE, GPI_REALM),
		GPT_BAD_ADDRESS);
	assert_int_equal(gpt_move(gpt, 8 * GIB, GPI_NON_SECURE, GPI_REALM),
		GPT_BAD_ADDRESS);
	assert_int_equal(gpt_move(gpt, 1024 * GIB, GPI_NONE, GPI_REALM),
		GPT_BAD_ADDRESS);
	assert_int_equal(gpt_move(gpt, UINT64_MAX & ~UINT64_C(0xfff), GPI_NONE,
				 GPI_REALM),
		GPT_BAD_ADDRESS);
	assert_int_equal(gpt->l1[0], UINT64_C(0x9999999999999999));
	assert_int_equal(gpt->l0[8], 0x91);
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
		TEST(move_changes_one_granule),
		TEST(move_refuses_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
