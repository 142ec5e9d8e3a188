/* SPDX-License-Identifier: BSD-3-Clause */
/* Placement: libxl's addresses, the BSS, shortages, the minimum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "toolstack/image/layout.h"

#define MIB ((uint64_t)1 << 20)

/* Where libxl puts the modules for a kernel with text_offset 0. Sizes of RAM
 * and kernel are in MiB. */
static const struct {
	uint64_t ram, kernel, initrd, dtb;
	uint64_t initrd_ipa, dtb_ipa; /* dtb_ipa 0: it does not fit */
} rows[] = {
	{ 512, 8, 0, 4096, 0x48000000, 0x48000000 },
	{ 512, 8, 3145851, 4096, 0x48000000, 0x48301000 },
	{ 128, 8, 0, 5438, 0x47ffe000, 0x47ffe000 },
	{ 129, 8, 0, 5438, 0x48000000, 0x48000000 },
	{ 188, 8, 60 * MIB, 5438, 0x47ffe000, 0x4bbfe000 },
	{ 189, 8, 60 * MIB, 5438, 0x48000000, 0x4bc00000 },
	{ 64, 8, 60 * MIB, 5438, 0, 0 },
	{ 512, 130, 60 * MIB, 5438, 0x5c3fe000, 0x5fffe000 },
};

static void libxl_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout_sizes sizes = { .ram = rows[i].ram * MIB,
					      .kernel = rows[i].kernel * MIB,
					      .initrd = rows[i].initrd,
					      .dtb = rows[i].dtb };
		struct layout layout = { 0 };

		assert_int_equal(layout_place(&sizes, &layout),
				 rows[i].dtb_ipa != 0);
		assert_int_equal(layout.dtb, rows[i].dtb_ipa);
		if (rows[i].dtb_ipa == 0)
			continue;
		assert_int_equal(layout.kernel, GUEST_RAM0_BASE);
		assert_int_equal(layout.initrd, rows[i].initrd_ipa);
	}
}

/* With its BSS the kernel covers the usual place of the modules. */
static void bss_is_reserved(void **state)
{
	struct layout_sizes sizes = { .ram = 512 * MIB,
				      .kernel = 127 * MIB,
				      .dtb = 4096 };
	struct layout layout;

	(void)state;
	assert_true(layout_place(&sizes, &layout));
	assert_int_equal(layout.dtb, 0x60000000 - 0x1000);
}

static void modules_go_below_a_high_kernel(void **state)
{
	struct layout_sizes sizes = { .ram = 64 * MIB,
				      .text_offset = 32 * MIB,
				      .kernel = 32 * MIB,
				      .initrd = MIB,
				      .dtb = 4096 };
	struct layout layout;

	(void)state;
	assert_true(layout_place(&sizes, &layout));
	assert_int_equal(layout.kernel, 0x42000000);
	assert_int_equal(layout.dtb, 0x42000000 - 0x1000);
	assert_int_equal(layout.initrd, 0x42000000 - 0x101000);
	assert_int_equal(layout_minimum(&sizes), 64 * MIB);
}

static void kernel_beyond_ram_is_refused(void **state)
{
	struct layout_sizes sizes = { .ram = 32 * MIB,
				      .kernel = 33 * MIB,
				      .dtb = 4096 };
	struct layout layout;

	(void)state;
	assert_false(layout_place(&sizes, &layout));
	sizes.text_offset = 16 * MIB; /* room below, but RAM too short */
	sizes.kernel = 17 * MIB;
	assert_false(layout_place(&sizes, &layout));
}

static void ram_counts_in_whole_mib(void **state)
{
	struct layout_sizes sizes = { .ram = 129 * MIB - 1,
				      .kernel = 8 * MIB,
				      .dtb = 4096 };
	struct layout layout;

	(void)state;
	assert_true(layout_place(&sizes, &layout));
	assert_int_equal(layout.dtb, 0x48000000 - 0x1000);
}

static void only_the_first_bank_holds_images(void **state)
{
	struct layout_sizes sizes = { .ram = 8192 * MIB,
				      .kernel = 200 * MIB,
				      .dtb = 4096 };
	struct layout layout;

	(void)state;
	assert_true(layout_place(&sizes, &layout));
	assert_int_equal(layout.dtb, 0x100000000 - 0x1000);
}

static void insane_sizes_do_not_wrap(void **state)
{
	static const struct layout_sizes sizes[] = {
		{ 512 * MIB, UINT64_MAX & ~UINT64_C(4095), 8 * MIB, 0, 4096 },
		{ 512 * MIB, 0, UINT64_MAX, 0, 4096 },
		{ 512 * MIB, 0, 8 * MIB, UINT64_MAX, 4096 },
		{ 512 * MIB, 0, 8 * MIB, 0, UINT64_MAX },
	};
	struct layout layout;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_false(layout_place(&sizes[i], &layout));
		assert_int_equal(layout_minimum(&sizes[i]), 0);
	}
}

/* Checks that layout_place() succeeds from the minimum on and fails below
 * it. */
static void check_minimum(struct layout_sizes sizes)
{
	struct layout layout;
	uint64_t minimum = layout_minimum(&sizes);

	assert_int_not_equal(minimum, 0);
	for (sizes.ram = MIB; sizes.ram < 512 * MIB; sizes.ram += MIB) {
		assert_int_equal(layout_place(&sizes, &layout),
				 sizes.ram >= minimum);
	}
}

static void minimum_is_the_least(void **state)
{
	static const uint64_t offsets[] = { 0, 0x80000, 40 * MIB };
	static const uint64_t kernels[] = { 4096, 8 * MIB, 41 * MIB + 4096,
					    127 * MIB, 200 * MIB };
	static const uint64_t initrds[] = { 0, 1, 3 * MIB, 60 * MIB };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 5; j++) {
			for (size_t k = 0; k < 4; k++) {
				check_minimum((struct layout_sizes){
					0, offsets[i], kernels[j], initrds[k],
					5000 });
			}
		}
	}
}

static void no_minimum_when_the_bank_is_too_small(void **state)
{
	struct layout_sizes sizes = { .kernel = 2048 * MIB,
				      .initrd = 1024 * MIB,
				      .dtb = 4096 };

	(void)state;
	assert_int_equal(layout_minimum(&sizes), 0);
}

static void banks_are_filled_in_order(void **state)
{
	struct image_bank banks[2];

	(void)state;
	layout_banks(3072 * MIB, banks);
	assert_int_equal(banks[0].base, GUEST_RAM0_BASE);
	assert_int_equal(banks[0].size, 3072 * MIB);
	assert_int_equal(banks[1].size, 0);
	layout_banks(4096 * MIB + 1, banks);
	assert_int_equal(banks[0].size, 3072 * MIB);
	assert_int_equal(banks[1].base, GUEST_RAM1_BASE);
	assert_int_equal(banks[1].size, 1024 * MIB);
	layout_banks(UINT64_MAX, banks);
	assert_int_equal(banks[1].size, GUEST_RAM1_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libxl_rows),
		cmocka_unit_test(bss_is_reserved),
		cmocka_unit_test(modules_go_below_a_high_kernel),
		cmocka_unit_test(kernel_beyond_ram_is_refused),
		cmocka_unit_test(ram_counts_in_whole_mib),
		cmocka_unit_test(only_the_first_bank_holds_images),
		cmocka_unit_test(insane_sizes_do_not_wrap),
		cmocka_unit_test(minimum_is_the_least),
		cmocka_unit_test(no_minimum_when_the_bank_is_too_small),
		cmocka_unit_test(banks_are_filled_in_order),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
