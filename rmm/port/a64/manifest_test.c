/* SPDX-License-Identifier: BSD-3-Clause */
/* Each way in which a boot manifest can be wrong. */
#include "rmm/port/a64/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/rmm_el3.h"

#define PAGE_PA UINT64_C(0x421ff000)
#define PA_END  (UINT64_C(1) << 39)
#define WORDS   512

/* Offsets of the arrays in the page. */
#define BANKS_AT     256
#define CONSOLES_AT  512
#define COMPLEXES_AT 1024

union page {
	struct rmm_el3_manifest manifest;
	uint64_t words[WORDS];
	uint8_t bytes[WORDS * 8];
};

static union page page;

static struct rmm_el3_bank *bank(unsigned n)
{
	return (struct rmm_el3_bank *)(void *)(page.bytes + BANKS_AT) + n;
}

static struct rmm_el3_console *console(void)
{
	return (struct rmm_el3_console *)(void *)(page.bytes + CONSOLES_AT);
}

/* Fills in a list, whose array of that many words is in the page already. */
static void seal(struct rmm_el3_list *list, uint64_t count, uint64_t at,
		 uint64_t words)
{
	*list = (struct rmm_el3_list){ count, PAGE_PA + at, 0 };
	list->checksum -= count + list->pointer;
	for (uint64_t i = 0; i < words; i++)
		list->checksum -= page.words[at / 8 + i];
}

static void seal_dram(uint64_t banks)
{
	seal(&page.manifest.dram, banks, BANKS_AT, 2 * banks);
}

static void seal_console(void)
{
	seal(&page.manifest.consoles, 1, CONSOLES_AT, 6);
}

static int set_up(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	page.manifest.version = RMM_EL3_MANIFEST_VERSION;
	*bank(0) = (struct rmm_el3_bank){ 0x40000000, 0x80000000 };
	seal_dram(1);
	*console() = (struct rmm_el3_console){ .base = 0x9000000,
					       .pages = 1,
					       .name = "pl011" };
	seal_console();
	return 0;
}

static int64_t read_page(struct manifest *manifest)
{
	return manifest_read(page.words, PAGE_PA, PA_END, manifest);
}

static void assert_refused(int64_t result)
{
	struct manifest manifest;

	assert_int_equal(read_page(&manifest), result);
}

static void reads_memory_and_console(void **state)
{
	struct manifest manifest;

	(void)state;
	assert_int_equal(read_page(&manifest), RMM_EL3_BOOT_OK);
	assert_int_equal(manifest.memory_base, 0x40000000);
	assert_int_equal(manifest.memory_size, 0x80000000);
	assert_int_equal(manifest.console, 0x9000000);
}

static void needs_no_console(void **state)
{
	struct manifest manifest;

	(void)state;
	memset(&page.manifest.consoles, 0, sizeof(struct rmm_el3_list));
	assert_int_equal(read_page(&manifest), RMM_EL3_BOOT_OK);
	assert_int_equal(manifest.console, 0);
}

static void refuses_other_versions(void **state)
{
	static const uint32_t versions[] = { 0, 2, 0x10005, 0x80000005 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		page.manifest.version = versions[i];
		assert_refused(RMM_EL3_BOOT_MANIFEST);
	}
}

static void version_0_3_ends_with_the_consoles(void **state)
{
	struct manifest manifest;

	(void)state;
	page.manifest.version = 3;
	memset(&page.manifest.device_noncoherent, 0xff,
	       sizeof(page.manifest) -
		       offsetof(struct rmm_el3_manifest, device_noncoherent));
	assert_int_equal(read_page(&manifest), RMM_EL3_BOOT_OK);
}

static void refuses_padding(void **state)
{
	(void)state;
	page.manifest.zero = 1;
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
}

static void refuses_a_wrong_checksum(void **state)
{
	struct rmm_el3_list *lists[] = { &page.manifest.dram,
					 &page.manifest.consoles,
					 &page.manifest.device_noncoherent,
					 &page.manifest.device_coherent,
					 &page.manifest.smmus };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		lists[i]->checksum++;
		assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
		lists[i]->checksum--;
	}
}

static void refuses_arrays_outside_the_page(void **state)
{
	struct rmm_el3_list *dram = &page.manifest.dram;
	static const uint64_t pointers[] = {
		PAGE_PA - 16,           PAGE_PA,
		PAGE_PA + 0xff8,        PAGE_PA + 0x1000,
		PAGE_PA + BANKS_AT + 4, 0,
		UINT64_MAX - 7
	};

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		dram->pointer = pointers[i];
		dram->checksum = -(1 + pointers[i] + 0xc0000000);
		assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
	}
}

static void refuses_counts_that_wrap(void **state)
{
	(void)state;
	page.manifest.consoles.count = UINT64_MAX / 48 + 2;
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
}

static void refuses_no_memory_and_two_banks(void **state)
{
	(void)state;
	*bank(1) = (struct rmm_el3_bank){ 0x880000000, 0x80000000 };
	seal_dram(2);
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
	memset(&page.manifest.dram, 0, sizeof(page.manifest.dram));
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
}

static void refuses_bad_banks(void **state)
{
	static const struct rmm_el3_bank banks[] = { { 0, 0x1000 },
						     { 0x40000000, 0 },
						     { 0x40000800, 0x1000 },
						     { 0x40000000, 0x1001 },
						     { PA_END, 0x1000 },
						     { PA_END - 0x1000, 0x2000 },
						     { 0x40000000,
						       UINT64_MAX - 0xfff } };

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		*bank(0) = banks[i];
		seal_dram(1);
		assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
	}
}

static void assert_console_refused(struct rmm_el3_console bad)
{
	*console() = bad;
	seal_console();
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
}

static void refuses_bad_consoles(void **state)
{
	struct rmm_el3_console good = *console(), bad = good;

	(void)state;
	memcpy(bad.name, "pl011x", 6);
	assert_console_refused(bad);
	bad = good;
	bad.base = 0;
	assert_console_refused(bad);
	bad.base = 0x9000004;
	assert_console_refused(bad);
	bad = good;
	bad.pages = 0;
	assert_console_refused(bad);
	bad = good;
	bad.flags = 1;
	assert_console_refused(bad);
}

/* One root complex; its version is part of the sum. */
static void checks_root_complexes(void **state)
{
	struct rmm_el3_root_complexes *complexes = &page.manifest.root_complexes;
	struct manifest manifest;

	(void)state;
	page.words[COMPLEXES_AT / 8] = 0x4010000000;
	*complexes = (struct rmm_el3_root_complexes){
		.count = 1, .version = 1, .pointer = PAGE_PA + COMPLEXES_AT
	};
	complexes->checksum = -(1 + 1 + complexes->pointer + 0x4010000000);
	assert_int_equal(read_page(&manifest), RMM_EL3_BOOT_OK);
	complexes->version = 2;
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
	complexes->version = 1;
	complexes->zero = 1;
	assert_refused(RMM_EL3_BOOT_MANIFEST_DATA);
	complexes->zero = 0;
	complexes->count = 0; /* the rest of an empty one means nothing */
	assert_int_equal(read_page(&manifest), RMM_EL3_BOOT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_memory_and_console, set_up),
		cmocka_unit_test_setup(needs_no_console, set_up),
		cmocka_unit_test_setup(refuses_other_versions, set_up),
		cmocka_unit_test_setup(version_0_3_ends_with_the_consoles,
				       set_up),
		cmocka_unit_test_setup(refuses_padding, set_up),
		cmocka_unit_test_setup(refuses_a_wrong_checksum, set_up),
		cmocka_unit_test_setup(refuses_arrays_outside_the_page, set_up),
		cmocka_unit_test_setup(refuses_counts_that_wrap, set_up),
		cmocka_unit_test_setup(refuses_no_memory_and_two_banks, set_up),
		cmocka_unit_test_setup(refuses_bad_banks, set_up),
		cmocka_unit_test_setup(refuses_bad_consoles, set_up),
		cmocka_unit_test_setup(checks_root_complexes, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
