/* SPDX-License-Identifier: BSD-3-Clause */
/* The allocator of page numbers. */
#include "hypervisor/core/rmi/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE UINT64_C(0x80001000) /* aligned to one page only */
#define PAGE UINT64_C(0x1000)

static int setup(void **state)
{
	static struct pages pages;
	static uint64_t map[4];

	assert_int_equal(pages_map_size(200 * PAGE), sizeof(map));
	memset(map, 0, sizeof(map));
	pages_init(&pages, pa_make(BASE), 200 * PAGE, map);
	*state = &pages;
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

static void what_is_reserved_is_not_given(void **state)
{
	struct pages *pages = *state;

	pages_reserve(pages, pa_make(BASE + 2 * PAGE), 3 * PAGE);
	assert_int_equal(pages->used, 0);
	assert_int_equal(pages_unused(pages), 197);
	assert_int_equal(take(pages, 3, 1), BASE + 5 * PAGE);
	assert_int_equal(take(pages, 2, 1), BASE);
	assert_int_equal(take(pages, 1, 1), BASE + 8 * PAGE);
}

static void pages_touched_by_a_reservation_are_not_given(void **state)
{
	struct pages *pages = *state;

	pages_reserve(pages, pa_make(BASE + PAGE - 1), 2);
	assert_int_equal(take(pages, 1, 1), BASE + 2 * PAGE);
}

static void a_reservation_reaches_beyond_the_memory(void **state)
{
	struct pages *pages = *state;

	pages_reserve(pages, pa_make(0), BASE + PAGE);
	pages_reserve(pages, pa_make(BASE + 199 * PAGE), 8 * PAGE);
	pages_reserve(pages, pa_make(BASE + 300 * PAGE), PAGE);
	assert_int_equal(take(pages, 199, 1), 0);
	assert_int_equal(take(pages, 198, 1), BASE + PAGE);
}

static void what_is_unused_can_all_be_allocated(void **state)
{
	struct pages *pages = *state;
	uint64_t unused;

	pages_reserve(pages, pa_make(BASE), 4 * PAGE);
	pages_reserve(pages, pa_make(BASE + 3 * PAGE), 2 * PAGE);
	pages_reserve(pages, pa_make(BASE + 190 * PAGE), 20 * PAGE);
	take(pages, 7, 1);
	unused = pages_unused(pages);
	assert_int_equal(unused, 200 - 5 - 10 - 7);
	for (uint64_t i = 0; i < unused; i++)
		assert_true(take(pages, 1, 1) != 0);
	assert_int_equal(pages_unused(pages), 0);
	assert_int_equal(take(pages, 1, 1), 0);
}

/* Takes a run and checks where it is. Returns its pages. */
static uint64_t take_from(struct pages *pages, uint64_t from, uint64_t max,
			  uint64_t expected)
{
	pa_t at = pa_make(from);
	uint64_t count = pages_take(pages, max, &at);

	assert_int_equal(at.value, expected);
	return count;
}

static void only_free_pages_that_were_used_are_taken(void **state)
{
	struct pages *pages = *state;

	assert_int_equal(take_from(pages, 0, 10, 0), 0); /* none was used */
	take(pages, 100, 1);
	assert_int_equal(take_from(pages, BASE, 10, 0), 0); /* none is free */
	pages_free(pages, pa_make(BASE + 10 * PAGE), 5);
	pages_free(pages, pa_make(BASE + 90 * PAGE), 10);
	assert_int_equal(take_from(pages, 0, 3, BASE + 10 * PAGE), 3);
	assert_int_equal(take_from(pages, 0, 9, BASE + 13 * PAGE), 2);
	assert_int_equal(
		take_from(pages, BASE + 95 * PAGE, 99, BASE + 95 * PAGE), 5);
	assert_int_equal(take_from(pages, BASE, 99, BASE + 90 * PAGE), 5);
	assert_int_equal(take_from(pages, BASE, 99, 0), 0);
	assert_int_equal(take_from(pages, BASE + 500 * PAGE, 99, 0), 0);
	assert_int_equal(pages->used, 100);
	assert_int_equal(pages_unused(pages), 100);
}

static void a_taken_page_is_not_given_to_anybody(void **state)
{
	struct pages *pages = *state;

	take(pages, 8, 1);
	pages_free(pages, pa_make(BASE), 8);
	assert_int_equal(take_from(pages, 0, 4, BASE), 4);
	assert_int_equal(take(pages, 1, 1), BASE + 4 * PAGE);
	pages_free(pages, pa_make(BASE), 4);
	assert_int_equal(take(pages, 4, 1), BASE);
}

static void reserved_pages_are_not_taken(void **state)
{
	struct pages *pages = *state;

	pages_reserve(pages, pa_make(BASE), 2 * PAGE);
	take(pages, 4, 1);
	pages_free(pages, pa_make(BASE + 2 * PAGE), 4);
	assert_int_equal(take_from(pages, 0, 99, BASE + 2 * PAGE), 4);
}

/* A search that finds nothing stops, and says where to go on. */
static void a_search_is_bounded(void **state)
{
	const uint64_t count = PAGES_LOOKS + 128;
	uint64_t *map = calloc(1, pages_map_size(count * PAGE));
	struct pages pages;

	(void)state;
	assert_non_null(map);
	pages_init(&pages, pa_make(BASE), count * PAGE, map);
	take(&pages, count, 1);
	pages_free(&pages, pa_make(BASE + (PAGES_LOOKS + 7) * PAGE), 3);
	assert_int_equal(take_from(&pages, BASE, 9, BASE + PAGES_LOOKS * PAGE),
			 0);
	assert_int_equal(take_from(&pages, BASE + PAGES_LOOKS * PAGE, 9,
				   BASE + (PAGES_LOOKS + 7) * PAGE),
			 3);
	free(map);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_come_in_order),
		TEST(the_lowest_hole_that_fits_is_used_first),
		TEST(runs_are_aligned_by_address),
		TEST(a_part_of_a_run_can_be_freed),
		TEST(all_of_it_and_no_more),
		TEST(a_run_over_free_and_unused_pages),
		TEST(what_is_reserved_is_not_given),
		TEST(pages_touched_by_a_reservation_are_not_given),
		TEST(a_reservation_reaches_beyond_the_memory),
		TEST(what_is_unused_can_all_be_allocated),
		TEST(only_free_pages_that_were_used_are_taken),
		TEST(a_taken_page_is_not_given_to_anybody),
		TEST(reserved_pages_are_not_taken),
		TEST(a_search_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
