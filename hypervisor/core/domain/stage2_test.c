/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage 2 of an ordinary guest. */
#include "hypervisor/core/domain/stage2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hypervisor/port/inprocess/host_inprocess.h"

#define BASE  UINT64_C(0x80000000)
#define SIZE  UINT64_C(0x1000000)
#define PAGE  UINT64_C(0x1000)
#define BLOCK UINT64_C(0x200000)
#define RAM   UINT64_C(0x40000000)

struct bench {
	uint8_t *memory;
	struct host_inprocess port;
	struct rmi_failure failure;
	struct granules granules;
	struct stage2 stage2;
	uint64_t allocs; /* allocations that still succeed */
};

static void *machine_page(void *ctx, pa_t page)
{
	struct bench *bench = ctx;

	assert_true(page.value >= BASE && page.value < BASE + SIZE);
	return bench->memory + (page.value - BASE);
}

static bool alloc(void *ctx, uint64_t count, uint64_t align, pa_t *base)
{
	struct bench *bench =
		(struct bench *)((struct host_inprocess *)ctx)->machine.ctx;

	if (bench->allocs == 0)
		return false;
	bench->allocs--;
	return pages_alloc(&bench->port.pages, count, align, base);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->memory = malloc(SIZE);
	assert_non_null(bench->memory);
	assert_true(host_inprocess_open(
		&bench->port,
		&(struct inprocess_machine){ .base = { BASE },
					     .size = SIZE,
					     .ctx = bench,
					     .page = machine_page }));
	bench->port.ops.pages_alloc = alloc;
	bench->allocs = UINT64_MAX;
	granules_init(&bench->granules, &bench->port.ops, &bench->failure);
	assert_true(stage2_init(&bench->stage2, &bench->granules));
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	stage2_destroy(&bench->stage2);
	assert_int_equal(bench->granules.account.total, 0);
	assert_int_equal(bench->port.pages.used, 0);
	stage2_destroy(&bench->stage2); /* again: does nothing */
	host_inprocess_close(&bench->port);
	free(bench->memory);
	free(bench);
	return 0;
}

static pa_t guest_pages(struct bench *bench, uint64_t count)
{
	struct granules_want want = { GRANULES_GUEST, count, 1, count };
	struct granules_range range;

	assert_true(granules_alloc(&bench->granules, &want, &range));
	return range.base;
}

static struct stage2_entry look(struct bench *bench, uint64_t ipa)
{
	return stage2_look(&bench->stage2, ipa_make(ipa));
}

static void nothing_is_mapped_at_first(void **state)
{
	assert_false(look(*state, RAM).mapped);
	assert_int_equal(look(*state, RAM).level, 1);
	assert_false(look(*state, (UINT64_C(1) << 39) - 1).mapped);
}

static void a_page_is_mapped(void **state)
{
	struct bench *bench = *state;
	pa_t page = guest_pages(bench, 1);

	assert_true(
		stage2_map(&bench->stage2, ipa_make(RAM + 5 * PAGE), page, 3));
	assert_true(look(bench, RAM + 5 * PAGE + 7).mapped);
	assert_int_equal(look(bench, RAM + 5 * PAGE).level, 3);
	assert_int_equal(look(bench, RAM + 5 * PAGE).pa.value, page.value);
	assert_false(look(bench, RAM + 4 * PAGE).mapped);
	assert_int_equal(look(bench, RAM + BLOCK).level, 2);
	assert_int_equal(bench->granules.account.held[GRANULES_SHARED], 3);
}

/* Checks what is around an IPA: pages of RAM, and where the host has them. */
static void assert_around(struct bench *bench, uint64_t ipa, uint64_t first,
			  uint64_t pages, pa_t pa)
{
	struct stage2_run run;

	assert_true(stage2_around(&bench->stage2, ipa_make(ipa), &run));
	assert_int_equal(run.ipa.value, first);
	assert_int_equal(run.size, pages * PAGE);
	assert_int_equal(run.pa.value, pa.value);
}

/* Pages 3 to 6 are in a row, 7 is elsewhere, 8 to 10 are in a row again. */
static void consecutive_pages_are_found_together(void **state)
{
	struct bench *bench = *state;
	pa_t pages = guest_pages(bench, 8);
	struct stage2_run run;

	for (unsigned i = 0; i < 4; i++)
		assert_true(stage2_map(&bench->stage2,
				       ipa_make(RAM + (3 + i) * PAGE),
				       pa_add(pages, i * PAGE), 3));
	assert_true(stage2_map(&bench->stage2, ipa_make(RAM + 7 * PAGE),
			       pa_add(pages, 7 * PAGE), 3));
	for (unsigned i = 4; i < 7; i++)
		assert_true(stage2_map(&bench->stage2,
				       ipa_make(RAM + (4 + i) * PAGE),
				       pa_add(pages, i * PAGE), 3));
	assert_around(bench, RAM + 3 * PAGE, RAM + 3 * PAGE, 4, pages);
	assert_around(bench, RAM + 5 * PAGE + 9, RAM + 3 * PAGE, 4, pages);
	assert_around(bench, RAM + 7 * PAGE, RAM + 7 * PAGE, 1,
		      pa_add(pages, 7 * PAGE));
	assert_around(bench, RAM + 10 * PAGE, RAM + 8 * PAGE, 3,
		      pa_add(pages, 4 * PAGE));
	assert_false(
		stage2_around(&bench->stage2, ipa_make(RAM + 2 * PAGE), &run));
	assert_false(stage2_around(&bench->stage2, ipa_make(RAM + BLOCK), &run));
}

static void a_run_ends_with_its_group(void **state)
{
	struct bench *bench = *state;
	pa_t pages = guest_pages(bench, 512);

	for (unsigned i = 0; i < 512; i++)
		assert_true(stage2_map(&bench->stage2, ipa_make(RAM + i * PAGE),
				       pa_add(pages, i * PAGE), 3));
	for (unsigned i = 0; i < 512; i += 31) {
		unsigned first = i / STAGE2_GROUP * STAGE2_GROUP;

		assert_around(bench, RAM + i * PAGE, RAM + first * PAGE,
			      STAGE2_GROUP, pa_add(pages, first * PAGE));
	}
}

static void a_block_is_mapped(void **state)
{
	struct bench *bench = *state;
	pa_t block = guest_pages(bench, 512);

	assert_true(stage2_map(&bench->stage2, ipa_make(RAM + BLOCK), block, 2));
	assert_true(look(bench, RAM + BLOCK + 0x12345).mapped);
	assert_int_equal(look(bench, RAM + BLOCK).level, 2);
	assert_int_equal(look(bench, RAM + BLOCK).pa.value, block.value);
	assert_around(bench, RAM + BLOCK + 0x12345, RAM + BLOCK, 512, block);
	assert_false(look(bench, RAM).mapped);
	assert_int_equal(bench->granules.account.held[GRANULES_SHARED], 2);
}

/* DDI0487: valid, Normal WB with FWB, read and write, inner shareable, AF. */
static void descriptors_are_those_of_the_architecture(void **state)
{
	struct bench *bench = *state;
	pa_t page = guest_pages(bench, 1);
	pa_t block = guest_pages(bench, 512);
	const uint64_t *table;

	assert_true(stage2_map(&bench->stage2, ipa_make(RAM), page, 3));
	assert_true(stage2_map(&bench->stage2, ipa_make(RAM + BLOCK), block, 2));
	table = machine_page(bench, bench->stage2.root.base);
	assert_int_equal(table[1] & 0xfff, 3);
	table = machine_page(bench, pa_make(table[1] & ~(PAGE - 1)));
	assert_int_equal(table[1], block.value | 0x7d9);
	assert_int_equal(table[0] & 0xfff, 3);
	table = machine_page(bench, pa_make(table[0] & ~(PAGE - 1)));
	assert_int_equal(table[0], page.value | 0x7db);
	assert_int_equal(table[1], 0);
	page = guest_pages(bench, 1);
	assert_true(stage2_map_readable(&bench->stage2, ipa_make(RAM + PAGE),
					page));
	assert_int_equal(table[1],
			 page.value | 0x75b | UINT64_C(1) << 54); /* XN */
}

static void pages_far_apart_are_all_given_back(void **state)
{
	struct bench *bench = *state;
	uint64_t ipa;

	for (unsigned bit = 12; bit < 39; bit++) {
		ipa = UINT64_C(1) << bit;
		assert_true(stage2_map(&bench->stage2, ipa_make(ipa),
				       guest_pages(bench, 1), 3));
	}
	ipa = (UINT64_C(1) << 39) - PAGE;
	assert_true(stage2_map(&bench->stage2, ipa_make(ipa),
			       guest_pages(bench, 1), 3));
	assert_true(stage2_map(&bench->stage2,
			       ipa_make((ipa & ~(BLOCK - 1)) - BLOCK),
			       guest_pages(bench, 512), 2));
	assert_true(look(bench, ipa).mapped);
}

static void without_a_page_for_a_table_nothing_is_mapped(void **state)
{
	struct bench *bench = *state;
	pa_t page = guest_pages(bench, 1);

	for (uint64_t allocs = 0; allocs < 2; allocs++) {
		bench->allocs = allocs;
		assert_false(stage2_map(&bench->stage2, ipa_make(RAM), page, 3));
		assert_int_equal(bench->failure.kind, RMI_FAILURE_MEMORY);
		assert_false(look(bench, RAM).mapped);
		failure_clear(&bench->failure);
	}
	bench->allocs = 1;
	assert_true(stage2_map(&bench->stage2, ipa_make(RAM), page, 3));
}

static void no_more_tables_than_said(void **state)
{
	struct bench *bench = *state;
	uint64_t size = 3 * BLOCK + PAGE;

	for (uint64_t ipa = RAM; ipa < RAM + size; ipa += BLOCK) {
		assert_true(stage2_map(&bench->stage2, ipa_make(ipa),
				       guest_pages(bench, 1), 3));
	}
	assert_int_equal(bench->granules.account.held[GRANULES_SHARED],
			 stage2_tables_max(ipa_make(RAM), size));
	assert_int_equal(stage2_tables_max(ipa_make(RAM), PAGE), 3);
	assert_int_equal(stage2_tables_max(ipa_make(RAM), 3 * RAM),
			 1 + 3 + 3 * 512);
}

static void registers(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(stage2_vttbr(&bench->stage2, 7),
			 bench->stage2.root.base.value | UINT64_C(7) << 48);
	assert_int_equal(stage2_vtcr(5), 0x80053559);
	assert_int_equal(stage2_vtcr(6), 0x80053559); /* 48 bits at most */
	assert_int_equal(stage2_vtcr(2), 0x80023559);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_mapped_at_first),
		TEST(a_page_is_mapped),
		TEST(consecutive_pages_are_found_together),
		TEST(a_run_ends_with_its_group),
		TEST(a_block_is_mapped),
		TEST(descriptors_are_those_of_the_architecture),
		TEST(pages_far_apart_are_all_given_back),
		TEST(without_a_page_for_a_table_nothing_is_mapped),
		TEST(no_more_tables_than_said),
		TEST(registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
