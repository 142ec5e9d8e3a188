/* SPDX-License-Identifier: BSD-3-Clause */
/* The allocator of page numbers. */
#include "hypervisor/port/inprocess/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BASE UINT64_C(0x80001000) /* aligned to one page only */
#define PAGE UINT64_C(0x1000)

static int setup(void **state)
{
	static struct pages pages;

	assert_true(pages_open(&pages, pa_make(BASE), 200 * PAGE));
	*state = &pages;
	return 0;
}

static int teardown(void **state)
{
	pages_close(*state);
	return 0;
}

static uint64_t take(struct pages *pages, uint64_t count, uint64_t align)
{
	pa_t base;

	return pages_alloc(pages, count, align, &base) ? base.value : 0;
}

static void pages_come_in_order(void **state)
{
	assert_int_equal(take(*state, 1, 1), BASE);
	assert_int_equal(take(*state, 3, 1), BASE + PAGE);
	assert_int_equal(take(*state, 1, 1), BASE + 4 * PAGE);
}

static void the_lowest_hole_that_fits_is_used_first(void **state)
{
	struct pages *pages = *state;

	assert_int_equal(take(pages, 100, 1), BASE);
	pages_free(pages, pa_make(BASE + 10 * PAGE), 2);
	pages_free(pages, pa_make(BASE + 70 * PAGE), 4);
	assert_int_equal(take(pages, 3, 1), BASE + 70 * PAGE);
	assert_int_equal(take(pages, 1, 1), BASE + 10 * PAGE);
	assert_int_equal(take(pages, 1, 1), BASE + 11 * PAGE);
	assert_int_equal(take(pages, 1, 1), BASE + 73 * PAGE);
	assert_int_equal(take(pages, 1, 1), BASE + 100 * PAGE);
}

static void runs_are_aligned_by_address(void **state)
{
	uint64_t base = take(*state, 8, 8);

	assert_int_equal(base % (8 * PAGE), 0);
	assert_int_equal(take(*state, 1, 1), BASE);
	assert_int_equal(take(*state, 16, 16) % (16 * PAGE), 0);
}

static void a_part_of_a_run_can_be_freed(void **state)
{
	struct pages *pages = *state;

	take(pages, 64, 1);
	pages_free(pages, pa_make(BASE + PAGE), 63);
	assert_int_equal(pages->used, 1);
	assert_int_equal(pages->peak, 64);
	assert_int_equal(take(pages, 63, 1), BASE + PAGE);
}

static void all_of_it_and_no_more(void **state)
{
	struct pages *pages = *state;

	assert_int_equal(take(pages, 201, 1), 0);
	assert_int_equal(take(pages, 200, 1), BASE);
	assert_int_equal(take(pages, 1, 1), 0);
	pages_free(pages, pa_make(BASE), 200);
	assert_int_equal(pages->used, 0);
	assert_int_equal(take(pages, UINT64_MAX, 1), 0);
	assert_int_equal(take(pages, 0, 1), 0);
	assert_int_equal(take(pages, 200, 1), BASE);
}

static void a_run_over_free_and_unused_pages(void **state)
{
	struct pages *pages = *state;

	take(pages, 60, 1);
	pages_free(pages, pa_make(BASE + 50 * PAGE), 10);
	assert_int_equal(take(pages, 100, 1), BASE + 50 * PAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_come_in_order),
		TEST(the_lowest_hole_that_fits_is_used_first),
		TEST(runs_are_aligned_by_address),
		TEST(a_part_of_a_run_can_be_freed),
		TEST(all_of_it_and_no_more),
		TEST(a_run_over_free_and_unused_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
