/* SPDX-License-Identifier: BSD-3-Clause */
/* The boot manifest, and memory reserved for the RMM. */
#include "monitor/core/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PAGE_PA 0x421ff000

static const struct rmm_el3_bank dram = { 0x40000000, 0x80000000 };

static uint64_t sum(const struct manifest_page *page,
		    const struct rmm_el3_list *list, size_t words)
{
	uint64_t total = list->count + list->pointer + list->checksum;
	uint64_t word;

	for (size_t i = 0; i < words; i++) {
		memcpy(&word,
		       (const char *)page + (list->pointer - PAGE_PA) + 8 * i,
		       8);
		total += word;
	}
	return total;
}

static void manifest_names_memory_and_console(void **state)
{
	struct manifest_page page;

	(void)state;
	memset(&page, 0xff, sizeof(page));
	manifest_make(&page, PAGE_PA, &dram);
	assert_int_equal(page.manifest.version, 5);
	assert_int_equal(page.manifest.dram.pointer, PAGE_PA + 256);
	assert_memory_equal(&page.dram, &dram, sizeof(dram));
	assert_int_equal(page.manifest.consoles.pointer, PAGE_PA + 272);
	assert_string_equal(page.console.name, "pl011");
	assert_int_equal(page.console.base, 0x09000000);
}

static void lists_sum_to_zero(void **state)
{
	struct manifest_page page;

	(void)state;
	manifest_make(&page, PAGE_PA, &dram);
	assert_int_equal(page.manifest.dram.count, 1);
	assert_int_equal(sum(&page, &page.manifest.dram, 2), 0);
	assert_int_equal(page.manifest.consoles.count, 1);
	assert_int_equal(sum(&page, &page.manifest.consoles, 6), 0);
}

static void lists_that_are_empty_are_zero(void **state)
{
	static const struct rmm_el3_list empty;
	struct manifest_page page;

	(void)state;
	memset(&page, 0xff, sizeof(page));
	manifest_make(&page, PAGE_PA, &dram);
	assert_memory_equal(&page.manifest.device_coherent, &empty,
			    sizeof(empty));
	assert_memory_equal(&page.manifest.device_noncoherent, &empty,
			    sizeof(empty));
	assert_memory_equal(&page.manifest.smmus, &empty, sizeof(empty));
	assert_int_equal(page.manifest.root_complexes.count, 0);
}

#define ALIGN(log2) ((uint64_t)(log2) << 56)

static void memory_is_handed_out_aligned_and_once(void **state)
{
	struct reserve reserve = { 0x1100, 0x4000 };
	uint64_t pa = 0;

	(void)state;
	assert_int_equal(reserve_memory(&reserve, 0x800, 0, &pa), 0);
	assert_int_equal(pa, 0x1100);
	assert_int_equal(reserve_memory(&reserve, 8, ALIGN(12) | 1, &pa), 0);
	assert_int_equal(pa, 0x2000);
	assert_int_equal(reserve_memory(&reserve, 0x1000, ALIGN(12), &pa), 0);
	assert_int_equal(pa, 0x3000);
}

static void memory_ends(void **state)
{
	struct reserve reserve = { 0x1000, 0x2000 };
	uint64_t pa = 7;

	(void)state;
	assert_int_equal(reserve_memory(&reserve, 0x1001, 0, &pa),
			 RMM_EL3_E_NO_MEMORY);
	assert_int_equal(reserve_memory(&reserve, UINT64_MAX, 0, &pa),
			 RMM_EL3_E_NO_MEMORY);
	assert_int_equal(reserve_memory(&reserve, 8, ALIGN(14), &pa),
			 RMM_EL3_E_NO_MEMORY);
	assert_int_equal(pa, 7);
	assert_int_equal(reserve_memory(&reserve, 0x1000, 0, &pa), 0);
	assert_int_equal(reserve_memory(&reserve, 1, 0, &pa),
			 RMM_EL3_E_NO_MEMORY);
}

static void unknown_flags_are_invalid(void **state)
{
	struct reserve reserve = { 0x1000, 0x2000 };
	uint64_t pa = 0;

	(void)state;
	assert_int_equal(reserve_memory(&reserve, 8, 2, &pa), RMM_EL3_E_INVALID);
	assert_int_equal(reserve_memory(&reserve, 8, ALIGN(64), &pa),
			 RMM_EL3_E_INVALID);
	assert_int_equal(reserve.next, 0x1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_names_memory_and_console),
		cmocka_unit_test(lists_sum_to_zero),
		cmocka_unit_test(lists_that_are_empty_are_zero),
		cmocka_unit_test(memory_is_handed_out_aligned_and_once),
		cmocka_unit_test(memory_ends),
		cmocka_unit_test(unknown_flags_are_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
