/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The window for devices: where it lies, and which addresses an SMMU lets a
 * device reach by the tables, walked here as the architecture says (IHI0070
 * 3.3 and 5, DDI0487 D8.2).
 */
#include "monitor/core/dma_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/dma_guard.h"

#define MIB   (UINT64_C(1) << 20)
#define GIB   (UINT64_C(1) << 30)
#define DRAM  UINT64_C(0x40000000)
#define LEAST (DRAM + 42 * MIB)
#define PA    UINT64_C(0x401f0000)

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct dma_tables));
	return *state == NULL;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

/* ---- The window ---- */

static bool choose(uint64_t size, uint64_t asked, struct rmm_el3_bank *window)
{
	const struct rmm_el3_bank dram = { DRAM, size };

	return dma_window_choose(&dram, LEAST, asked, window);
}

static void assert_window(uint64_t size, uint64_t asked, uint64_t base,
			  uint64_t window_size)
{
	struct rmm_el3_bank window = { 0 };

	assert_true(choose(size, asked, &window));
	assert_int_equal(window.base, base);
	assert_int_equal(window.size, window_size);
}

static void the_window_is_the_last_quarter(void **state)
{
	(void)state;
	assert_window(256 * MIB, 0, DRAM + 192 * MIB, 64 * MIB);
	assert_window(2 * GIB, 0, DRAM + 3 * GIB / 2, GIB / 2);
	assert_window(95 * GIB, 0, DRAM + 87 * GIB, 8 * GIB);
}

static void the_window_is_made_of_blocks(void **state)
{
	(void)state;
	assert_window(257 * MIB, 0, DRAM + 192 * MIB, 64 * MIB);
	assert_window(259 * MIB, 0, DRAM + 194 * MIB, 64 * MIB);
}

static void the_size_can_be_asked_for(void **state)
{
	(void)state;
	assert_window(GIB, 2 * MIB, DRAM + GIB - 2 * MIB, 2 * MIB);
	assert_window(GIB, 982 * MIB, LEAST, 982 * MIB);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct rmm_el3_bank window;

	(void)state;
	assert_false(choose(GIB, 984 * MIB, &window));
	assert_false(choose(GIB, 3 * MIB, &window));
	assert_false(choose(GIB, UINT64_MAX & ~(2 * MIB - 1), &window));
	assert_false(choose(32 * MIB, 0, &window));
	assert_false(choose(600 * GIB, 0, &window));
}

static void only_granules_below_the_window_move(void **state)
{
	const struct rmm_el3_bank window = { 0x70000000, 0x8000000 };

	(void)state;
	assert_int_equal(dma_window_before(&window, 0x50000000, 512), 512);
	assert_int_equal(dma_window_before(&window, 0x6fffe000, 512), 2);
	assert_int_equal(dma_window_before(&window, 0x6ffff008, 1), 1);
	assert_int_equal(dma_window_before(&window, 0x70000000, 1), 0);
	assert_int_equal(dma_window_before(&window, 0x77fff000, 2), 0);
	assert_int_equal(dma_window_before(&window, 0x78000000, 2), 2);
	assert_int_equal(dma_window_before(&window, UINT64_MAX, 2), 2);
}

static void without_a_window_all_granules_move(void **state)
{
	const struct rmm_el3_bank none = { 0, 0 };

	(void)state;
	assert_int_equal(dma_window_before(&none, 0x50000000, 512), 512);
}

/* ---- The tables ---- */

/* Returns the word at an address that the tables name; it must lie in them. */
static uint64_t word_at(const struct dma_tables *tables, uint64_t pa)
{
	uint64_t offset = pa - PA;
	uint64_t word;

	assert_true(offset <= sizeof(*tables) - sizeof(word));
	memcpy(&word, (const unsigned char *)tables + offset, sizeof(word));
	return word;
}

/* Returns the address of a stream's entry. */
static uint64_t entry_of(const struct dma_tables *tables, unsigned stream)
{
	uint64_t first =
		word_at(tables, PA + offsetof(struct dma_tables, buses) +
					8 * (stream >> 8));

	assert_int_equal(first & 0x1f, 9); /* 2^8 entries */
	return (first & ~UINT64_C(0x1f)) + (stream & 0xff) * 64;
}

/* Returns true if a device reaches an address, which must then be itself. */
static bool reaches(const struct dma_tables *tables, unsigned stream,
		    uint64_t address)
{
	uint64_t entry = entry_of(tables, stream);
	uint64_t table = word_at(tables, entry + 24);
	uint64_t desc;

	assert_int_equal(word_at(tables, entry) & 0xf, 0xd);
	if (address >> 39 != 0)
		return false;
	desc = word_at(tables, table + (address >> 30) * 8);
	if ((desc & 3) == 3) {
		desc = word_at(tables, (desc & ~UINT64_C(0xfff)) +
					       (address >> 21 & 0x1ff) * 8);
		assert_int_equal(desc & 2, 0);
		if (desc & 1)
			assert_int_equal(desc & ~UINT64_C(0xfff),
					 address & ~(2 * MIB - 1));
	} else if (desc & 1) {
		assert_int_equal(desc & ~UINT64_C(0xfff), address & ~(GIB - 1));
	}
	return desc & 1;
}

static void assert_only_the_window(struct dma_tables *tables, uint64_t base,
				   uint64_t size)
{
	const struct rmm_el3_bank window = { base, size };

	memset(tables, 0, sizeof(*tables));
	dma_tables_fill(tables, PA, &window);
	for (uint64_t at = 0; at < UINT64_C(1) << 39; at += 2 * MIB) {
		assert_int_equal(reaches(tables, 8, at),
				 at >= base && at < base + size);
	}
	assert_false(reaches(tables, 8, UINT64_C(1) << 39 | base));
	assert_false(reaches(tables, 8, UINT64_C(1) << 63 | base));
}

static void devices_reach_the_window_and_nothing_else(void **state)
{
	assert_only_the_window(*state, DRAM + 192 * MIB, 64 * MIB);
	assert_only_the_window(*state, DRAM + 3 * GIB / 2, GIB / 2);
	assert_only_the_window(*state, DRAM + GIB / 2, GIB);
	assert_only_the_window(*state, DRAM + GIB - 2 * MIB, 3 * GIB);
	assert_only_the_window(*state, DRAM + 87 * GIB, 8 * GIB);
}

static void every_stream_is_bound_by_stage_2(void **state)
{
	struct dma_tables *tables = *state;
	const struct rmm_el3_bank window = { DRAM + 192 * MIB, 64 * MIB };

	dma_tables_fill(tables, PA, &window);
	for (unsigned stream = 0; stream < 0x10000; stream++) {
		uint64_t entry = entry_of(tables, stream);

		assert_true(reaches(tables, stream, window.base));
		assert_false(reaches(tables, stream, DRAM));
		/* AArch64 tables, 39 bits, from level 1; faults are recorded,
		 * and do not stall. */
		assert_int_equal(word_at(tables, entry + 16) >> 32 & 0xff,
				 1 << 6 | 25);
		assert_int_equal(word_at(tables, entry + 16) >> 51 & 0xff, 0x85);
	}
}

/* ---- Faults ---- */

static void faults_are_counted(void **state)
{
	const uint64_t event[SMMU_EVENT_WORDS] = { UINT64_C(8) << 32 | 0x10, 0,
						   0x40200000, 0 };
	struct dma_faults faults = { 0 };

	(void)state;
	dma_fault_count(&faults, event);
	dma_fault_count(&faults, event);
	assert_int_equal(faults.count, 2);
	assert_int_equal(faults.address, 0x40200000);
	assert_int_equal(faults.what, UINT64_C(0x10) << 32 | 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_window_is_the_last_quarter),
		TEST(the_window_is_made_of_blocks),
		TEST(the_size_can_be_asked_for),
		TEST(what_does_not_fit_is_refused),
		TEST(only_granules_below_the_window_move),
		TEST(without_a_window_all_granules_move),
		TEST(devices_reach_the_window_and_nothing_else),
		TEST(every_stream_is_bound_by_stage_2),
		TEST(faults_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
