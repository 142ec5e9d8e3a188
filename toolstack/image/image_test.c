/* SPDX-License-Identifier: BSD-3-Clause */
/* The image stage as a whole: warnings, refusals, shortages, segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/fixture.h"

#define MIB ((uint64_t)1 << 20)

static const char *kernel_6_13, *kernel_6_12, *kernel_unknown, *initrd;

/* Returns the request of a small Realm. */
static struct image_request realm_request(const char *kernel)
{
	return (struct image_request){ .realm = true,
				       .kernel = { kernel,
						   { "guest.cfg", 2, 1 } },
				       .ram_size = 256 * MIB,
				       .memory_place = { "guest.cfg", 4, 1 },
				       .vcpus = 1 };
}

static struct image *load(const struct image_request *request,
			  struct reeve_report *report)
{
	struct image *image = NULL;

	assert_int_equal(image_load(request, &image, report), REEVE_OK);
	assert_non_null(image);
	return image;
}

static void expect_error(const struct image_request *request, int code,
			 const char *key, const char *message)
{
	struct reeve_report *report = reeve_report_new();
	struct image *image = NULL;
	const struct reeve_diagnostic *item;

	assert_int_equal(image_load(request, &image, report), code);
	assert_null(image);
	item = fixture_only(report, REEVE_ERROR);
	assert_string_equal(item->key, key);
	assert_string_equal(item->message, message);
	reeve_report_free(report);
}

static void segments_ascend_and_hold_the_files(void **state)
{
	struct image_request request = realm_request(kernel_6_13);
	struct reeve_report *report = reeve_report_new();
	const struct image_segment *segment;
	struct image *image;

	(void)state;
	request.ramdisk.path = initrd;
	image = load(&request, report);
	assert_int_equal(image->segment_count, 3);
	for (size_t i = 1; i < 3; i++) {
		assert_true(image->segments[i].ipa >=
			    image->segments[i - 1].ipa +
				    image->segments[i - 1].memory_size);
	}
	segment = image_find(image, IMAGE_INITRD);
	assert_int_equal(segment->ipa, 0x48000000);
	assert_memory_equal(segment->data, "initrd", 6);
	assert_int_equal(((const uint8_t *)segment->data)[4095], 0);
	segment = image_find(image, IMAGE_KERNEL);
	assert_int_equal(image->entry, segment->ipa);
	segment = image_find(image, IMAGE_DTB);
	assert_int_equal(image->dtb_ipa, segment->ipa);
	assert_ptr_equal(image->dtb, segment->data);
	image_free(image);
	reeve_report_free(report);
}

static void no_initrd_no_segment(void **state)
{
	struct image_request request = realm_request(kernel_6_13);
	struct reeve_report *report = reeve_report_new();
	struct image *image;

	(void)state;
	request.ramdisk.path = "";
	image = load(&request, report);
	assert_int_equal(image->segment_count, 2);
	assert_null(image_find(image, IMAGE_INITRD));
	image_free(image);
	image_free(NULL);
	reeve_report_free(report);
}

static void old_kernel_of_a_realm_is_warned_of(void **state)
{
	struct image_request request = realm_request(kernel_6_12);
	struct reeve_report *report = reeve_report_new();

	(void)state;
	image_free(load(&request, report));
	assert_non_null(strstr(fixture_only(report, REEVE_WARNING)->message,
			       "Linux 6.12 has no Realm support"));
	reeve_report_free(report);
}

static void unknown_kernel_of_a_realm_is_noted(void **state)
{
	struct image_request request = realm_request(kernel_unknown);
	struct reeve_report *report = reeve_report_new();

	(void)state;
	image_free(load(&request, report));
	assert_non_null(strstr(fixture_only(report, REEVE_NOTE)->message,
			       "no Linux version found"));
	reeve_report_free(report);
}

static void new_or_ordinary_kernels_are_silent(void **state)
{
	struct image_request request = realm_request(kernel_6_13);
	struct reeve_report *report = reeve_report_new();

	(void)state;
	image_free(load(&request, report));
	request = realm_request(kernel_6_12);
	request.realm = false;
	image_free(load(&request, report));
	assert_int_equal(reeve_report_count(report), 0);
	reeve_report_free(report);
}

/* Loads a guest with a command line of that many bytes, and returns what the
 * report says about it; empty: nothing. */
static struct reeve_diagnostic long_cmdline(bool realm, const char *kernel,
					    size_t length, int expected,
					    char message[256])
{
	struct image_request request = realm_request(kernel);
	struct reeve_report *report = reeve_report_new();
	struct reeve_diagnostic found = { .message = "" };
	const struct reeve_diagnostic *item;
	struct image *image = NULL;
	char *cmdline = calloc(1, length + 1);

	assert_non_null(cmdline);
	memset(cmdline, 'x', length);
	request.realm = realm;
	request.cmdline = cmdline;
	request.cmdline_key = "extra";
	request.cmdline_place = (struct report_place){ "guest.cfg", 5, 7 };
	assert_int_equal(image_load(&request, &image, report), expected);
	for (size_t i = 0; (item = reeve_report_get(report, i)) != NULL; i++) {
		if (strcmp(item->key, "extra") != 0)
			continue;
		assert_int_equal(item->line, 5);
		assert_string_equal(found.message, "");
		found = *item;
		snprintf(message, 256, "%s", item->message);
		found.message = message;
	}
	image_free(image);
	reeve_report_free(report);
	free(cmdline);
	return found;
}

static void a_command_line_that_linux_keeps_is_silent(void **state)
{
	char text[256];

	(void)state;
	assert_string_equal(
		long_cmdline(true, kernel_6_13, 2047, REEVE_OK, text).message,
		"");
	assert_string_equal(
		long_cmdline(false, kernel_unknown, 2047, REEVE_OK, text).message,
		"");
}

static void a_command_line_that_linux_cuts_is_an_error_for_a_realm(void **state)
{
	char text[256];
	struct reeve_diagnostic item =
		long_cmdline(true, kernel_6_13, 2048, REEVE_ERR_CONFIG, text);

	(void)state;
	assert_int_equal(item.severity, REEVE_ERROR);
	assert_string_equal(
		item.message,
		"Linux keeps 2047 bytes of a command line and drops the rest of these 2048 without a word, although it is measured");
}

static void a_command_line_that_may_be_cut_is_warned_of(void **state)
{
	char text[256];
	struct reeve_diagnostic item =
		long_cmdline(false, kernel_6_13, 5000, REEVE_OK, text);

	(void)state;
	assert_int_equal(item.severity, REEVE_WARNING);
	assert_string_equal(
		item.message,
		"Linux keeps 2047 bytes of a command line and drops the rest of these 5000 without a word");
	item = long_cmdline(true, kernel_unknown, 2048, REEVE_OK, text);
	assert_int_equal(item.severity, REEVE_WARNING);
	assert_non_null(strstr(item.message, "if the kernel is Linux: "));
}

static void shortage_names_the_least_memory(void **state)
{
	struct image_request request = realm_request(kernel_6_13);
	struct reeve_report *report = reeve_report_new();
	const struct reeve_diagnostic *item;
	struct image *image = NULL;

	(void)state;
	request.ram_size = 2 * MIB;
	assert_int_equal(image_load(&request, &image, report), REEVE_ERR_IMAGE);
	item = fixture_only(report, REEVE_ERROR);
	assert_string_equal(
		item->message,
		"2 MiB of memory cannot hold the kernel (12 KiB) and the device tree (1 KiB): 3 MiB hold the files alone, and the guest needs more to run");
	assert_string_equal(item->hint, "begin with memory = 4");
	assert_string_equal(item->key, "memory");
	assert_int_equal(item->line, 4);
	reeve_report_free(report);
	report = reeve_report_new();
	request.ram_size = 3 * MIB;
	image = load(&request, report);
	assert_int_equal(image->ram_minimum, 3 * MIB);
	image_free(image);
	reeve_report_free(report);
}

/* The files' sizes, the memory, and what the report says about it. */
static const struct memory_row {
	unsigned kernel_kib, initrd_kib, memory;
	const char *word; /* NULL: nothing */
	const char *hint;
} memory_rows[] = {
	/* Debian's cloud kernel: what was seen to boot. */
	{ 41792, 1024, 32, "cannot hold", "begin with memory = 256" },
	{ 41792, 1024, 44, "leave little beside", "begin with memory = 256" },
	{ 41792, 1024, 64, "leave little beside", "begin with memory = 256" },
	{ 41792, 1024, 128, "leave little beside", "begin with memory = 256" },
	{ 41792, 1024, 256, NULL, NULL },
	/* A RAM disk is unpacked beside itself. */
	{ 41792, 102400, 256, "leave little beside", "begin with memory = 512" },
	{ 41792, 102400, 512, NULL, NULL },
	/* Zephyr, Mini-OS and the like. */
	{ 100, 0, 16, NULL, NULL },
	{ 900, 0, 32, NULL, NULL },
	{ 100, 0, 1, "cannot hold", "begin with memory = 4" },
	/* No more than a Realm can have. */
	{ 1024 * 1024, 0, 2048, "leave little beside",
	  "begin with memory = 3072" },
};

static void memory_row_check(const struct memory_row *row)
{
	struct kernel_spec spec = { .size = 16384,
				    .image_size = row->kernel_kib * 1024ULL,
				    .banner = "Linux version 6.13.0 (a@b)" };
	struct bytes kernel = fixture_kernel(&spec);
	struct image_request request =
		realm_request(fixture_file("sized", kernel.data, kernel.size));
	struct reeve_report *report = reeve_report_new();
	const struct reeve_diagnostic *item;
	struct image *image = NULL;

	bytes_free(&kernel);
	if (row->initrd_kib != 0) {
		request.ramdisk.path =
			fixture_file("hole", NULL, row->initrd_kib * 1024ULL);
	}
	request.ram_size = row->memory * MIB;
	(void)image_load(&request, &image, report);
	image_free(image);
	assert_int_equal(reeve_report_count(report), row->word != NULL);
	item = reeve_report_get(report, 0);
	if (item != NULL) {
		assert_non_null(strstr(item->message, row->word));
		assert_string_equal(item->hint, row->hint);
		assert_string_equal(item->key, "memory");
		assert_int_equal(item->line, 4);
	}
	reeve_report_free(report);
}

static void memory_that_a_kernel_cannot_run_in_is_not_advised(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(memory_rows) / sizeof(memory_rows[0]); i++)
		memory_row_check(&memory_rows[i]);
}

/* The kernel's BSS leaves no room, however large the memory is. */
static void what_fits_no_bank_is_told(void **state)
{
	struct kernel_spec spec = { .size = 4096, .image_size = 0xc0000000 };
	struct bytes kernel = fixture_kernel(&spec);
	struct image_request request =
		realm_request(fixture_file("huge", kernel.data, kernel.size));

	(void)state;
	bytes_free(&kernel);
	request.realm = false;
	request.ram_size = 8192 * MIB;
	expect_error(
		&request, REEVE_ERR_IMAGE, "memory",
		"8192 MiB of memory cannot hold the kernel (3145728 KiB) and the device tree (2 KiB): they do not fit into the first RAM bank of 3072 MiB");
}

static void every_bad_file_is_told(void **state)
{
	struct image_request request = realm_request("/nonexistent/kernel");
	struct reeve_report *report = reeve_report_new();
	struct image *image = NULL;

	(void)state;
	request.ramdisk.path = "/nonexistent/initrd";
	request.realm = false;
	request.device_tree.path = initrd;
	assert_int_equal(image_load(&request, &image, report), REEVE_ERR_IO);
	assert_int_equal(reeve_report_count(report), 3);
	assert_string_equal(reeve_report_get(report, 0)->key, "kernel");
	assert_string_equal(reeve_report_get(report, 1)->key, "ramdisk");
	assert_string_equal(reeve_report_get(report, 2)->key, "device_tree");
	reeve_report_free(report);
}

static void impossible_requests_are_refused(void **state)
{
	struct image_virtio devices[12] = { 0 };
	struct image_request request = realm_request("");

	(void)state;
	expect_error(&request, REEVE_ERR_ARGUMENT, "kernel",
		     "no kernel is given");
	request = realm_request(kernel_6_13);
	request.vcpus = 0;
	expect_error(&request, REEVE_ERR_ARGUMENT, "vcpus",
		     "the interrupt controller cannot serve that many vCPUs");
	request.vcpus = 129;
	expect_error(&request, REEVE_ERR_ARGUMENT, "vcpus",
		     "the interrupt controller cannot serve that many vCPUs");
	request.realm = false;
	request.vcpus = 9;
	request.gic = IMAGE_GICV2;
	expect_error(&request, REEVE_ERR_ARGUMENT, "vcpus",
		     "the interrupt controller cannot serve that many vCPUs");
	request = realm_request(kernel_6_13);
	request.ram_size = MIB - 1;
	expect_error(&request, REEVE_ERR_ARGUMENT, "memory",
		     "the guest's memory map has no room for that much RAM");
	request.ram_size = 1020 * 1024 * MIB;
	expect_error(&request, REEVE_ERR_ARGUMENT, "memory",
		     "the guest's memory map has no room for that much RAM");
	request = realm_request(kernel_6_13);
	request.virtio = devices;
	request.virtio_count = 12;
	expect_error(&request, REEVE_ERR_ARGUMENT, "virtio",
		     "more than 11 virtio-mmio devices");
	request = realm_request(kernel_6_13);
	request.acpi = true;
	expect_error(
		&request, REEVE_ERR_ARGUMENT, "acpi",
		"ACPI tables are not made; guests are described by a device tree");
}

static void realm_takes_nothing_unmeasurable(void **state)
{
	static const uint8_t seed[1];
	struct image_virtio device = { "virtio,device1", true, 0 };
	struct image_request request = realm_request(kernel_6_13);

	(void)state;
	request.device_tree.path = initrd;
	expect_error(&request, REEVE_ERR_ARGUMENT, "device_tree",
		     "a Realm takes no partial device tree");
	request = realm_request(kernel_6_13);
	request.gic = IMAGE_GICV2;
	expect_error(&request, REEVE_ERR_ARGUMENT, "gic_version",
		     "a Realm has a GICv3");
	request = realm_request(kernel_6_13);
	request.optee = true;
	expect_error(&request, REEVE_ERR_ARGUMENT, "tee",
		     "a Realm has no OP-TEE");
	request = realm_request(kernel_6_13);
	request.vpci = true;
	expect_error(&request, REEVE_ERR_ARGUMENT, "pci",
		     "a Realm has no virtual PCI");
	request = realm_request(kernel_6_13);
	request.virtio = &device;
	request.virtio_count = 1;
	expect_error(&request, REEVE_ERR_ARGUMENT, "virtio",
		     "a Realm has no devices of other domains");
	request = realm_request(kernel_6_13);
	request.rng_seed = seed;
	request.rng_seed_size = sizeof(seed);
	expect_error(&request, REEVE_ERR_ARGUMENT, "realm",
		     "a Realm's device tree holds nothing random");
}

static const char *kernel_file(const char *name, const char *banner)
{
	struct kernel_spec spec = { .size = 9000,
				    .image_size = 10000,
				    .banner = banner };
	struct bytes kernel = fixture_kernel(&spec);
	const char *path = fixture_file(name, kernel.data, kernel.size);

	bytes_free(&kernel);
	return path;
}

static int setup(void **state)
{
	(void)state;
	fixture_folder_make();
	kernel_6_13 = kernel_file("6.13", "Linux version 6.13.0-rc1 x\n");
	kernel_6_12 = kernel_file("6.12", "Linux version 6.12.94+deb13 x\n");
	kernel_unknown = kernel_file("unknown", NULL);
	initrd = fixture_file("initrd", "initrd", 6);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_ascend_and_hold_the_files),
		cmocka_unit_test(no_initrd_no_segment),
		cmocka_unit_test(old_kernel_of_a_realm_is_warned_of),
		cmocka_unit_test(unknown_kernel_of_a_realm_is_noted),
		cmocka_unit_test(new_or_ordinary_kernels_are_silent),
		cmocka_unit_test(a_command_line_that_linux_keeps_is_silent),
		cmocka_unit_test(
			a_command_line_that_linux_cuts_is_an_error_for_a_realm),
		cmocka_unit_test(a_command_line_that_may_be_cut_is_warned_of),
		cmocka_unit_test(shortage_names_the_least_memory),
		cmocka_unit_test(
			memory_that_a_kernel_cannot_run_in_is_not_advised),
		cmocka_unit_test(what_fits_no_bank_is_told),
		cmocka_unit_test(every_bad_file_is_told),
		cmocka_unit_test(impossible_requests_are_refused),
		cmocka_unit_test(realm_takes_nothing_unmeasurable),
	};

	return cmocka_run_group_tests_name("image", tests, setup,
					   fixture_teardown);
}
