/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage 1 descriptors, bit by bit. */
#include "lib/pgtable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define POOL 3
#define LEAF 0x741 /* valid, AP[1], inner shareable, access flag */

static uint64_t root[PGTABLE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t pool[POOL][PGTABLE_ENTRIES] __attribute__((aligned(4096)));
static struct pgtable table;

static int set_up(void **state)
{
	(void)state;
	memset(root, 0, sizeof(root));
	memset(pool, 0, sizeof(pool));
	table = (struct pgtable){ root, pool[0], POOL, 0 };
	return 0;
}

static bool map(uint64_t va, uint64_t pa, uint64_t size)
{
	const struct pgtable_range range = { va, pa, size, PGTABLE_IO };

	return pgtable_map(&table, &range);
}

static uint64_t leaf(uint64_t pa)
{
	return pa | PGTABLE_IO | LEAF;
}

static void page_is_three_levels_deep(void **state)
{
	(void)state;
	assert_true(map(0x40201000, 0x9000000, 0x1000));
	assert_int_equal(root[1], (uintptr_t)pool[0] | 3);
	assert_int_equal(pool[0][1], (uintptr_t)pool[1] | 3);
	assert_int_equal(pool[1][1], leaf(0x9000000) | 2);
	assert_int_equal(pool[1][2], 0);
}

static void blocks_are_as_large_as_fits(void **state)
{
	(void)state;
	assert_true(map(0x40000000 - 0x200000, 0x80000000 - 0x200000,
			0x40000000 + 0x200000 + 0x1000));
	assert_int_equal(pool[0][511], leaf(0x80000000 - 0x200000));
	assert_int_equal(root[1], leaf(0x80000000));
	assert_int_equal(root[2], (uintptr_t)pool[1] | 3);
	assert_int_equal(pool[2][0], leaf(0xc0000000) | 2);
	assert_int_equal(table.pool_used, 3);
}

static void physical_alignment_counts_too(void **state)
{
	(void)state;
	assert_true(map(0x200000, 0x1000, 0x200000));
	assert_int_equal(pool[1][0], leaf(0x1000) | 2);
	assert_int_equal(pool[1][511], leaf(0x200000) | 2);
}

static void nothing_is_mapped_twice(void **state)
{
	(void)state;
	assert_true(map(0x200000, 0, 0x200000));
	assert_false(map(0x200000, 0, 0x200000));
	assert_false(map(0x201000, 0, 0x1000));
	assert_int_equal(pool[0][1], leaf(0));
}

static void pool_ends(void **state)
{
	(void)state;
	assert_true(map(0x1000, 0, 0x1000));
	assert_false(map(0x40001000, 0, 0x1000));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_is_three_levels_deep),
		TEST(blocks_are_as_large_as_fits),
		TEST(physical_alignment_counts_too),
		TEST(nothing_is_mapped_twice),
		TEST(pool_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
