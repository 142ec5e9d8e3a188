/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at RAM disks, and at files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/image/fixture.h"
#include "toolstack/image/ramdisk.h"

/* Larger than the room that the streams are unpacked into. */
#define CPIO_SIZE ((size_t)9 << 20)
#define MEMORY    ((uint64_t)64 << 20)

static const char *const formats[] = { "gzip", "zstd", "xz",
				       "lzma", "lz4",  "lz4-legacy" };
#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static struct bytes archive; /* begins as a cpio archive does */
static struct bytes packed[FORMAT_COUNT];

static int make_data(void **state)
{
	uint32_t random = 1;

	(void)state;
	archive = (struct bytes){ calloc(1, CPIO_SIZE), CPIO_SIZE };
	assert_non_null(archive.data);
	memcpy(archive.data, "070701", 6);
	for (size_t i = 6; i < CPIO_SIZE / 8; i++) {
		random = random * 1664525 + 1013904223;
		archive.data[i] = (uint8_t)(random >> 24);
	}
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		packed[i] = fixture_pack(formats[i], bytes_span(&archive));
	return 0;
}

static int free_data(void **state)
{
	(void)state;
	bytes_free(&archive);
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		bytes_free(&packed[i]);
	return 0;
}

/* Fails unless the bytes give one warning with these words, or none if words is
 * NULL. */
static void expect_within(struct span bytes, uint64_t memory, const char *words)
{
	static const struct image_file file = { "disk", { "guest.cfg", 5, 11 } };
	struct reeve_report *report = reeve_report_new();
	const struct reeve_diagnostic *item;

	ramdisk_check(bytes, &file, report);
	ramdisk_unpack_check(bytes, &file, memory, report);
	item = reeve_report_get(report, 0);
	if (words == NULL && item != NULL)
		fail_msg("%s", item->message);
	if (words != NULL) {
		assert_int_equal(reeve_report_count(report), 1);
		assert_int_equal(item->severity, REEVE_WARNING);
		assert_string_equal(item->key, "ramdisk");
		assert_int_equal(item->line, 5);
		assert_non_null(item->hint);
		if (strstr(item->message, words) == NULL)
			fail_msg("%s: not: %s", item->message, words);
	}
	reeve_report_free(report);
}

static void expect(struct span bytes, const char *words)
{
	expect_within(bytes, MEMORY, words);
}

static struct bytes joined(struct span first, size_t zeros, struct span second)
{
	size_t size = first.size + zeros + second.size;
	struct bytes both = { calloc(1, size), size };

	assert_non_null(both.data);
	memcpy(both.data, first.data, first.size);
	memcpy(both.data + first.size + zeros, second.data, second.size);
	return both;
}

static void good_archives_are_silent(void **state)
{
	(void)state;
	expect(bytes_span(&archive), NULL);
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		expect(bytes_span(&packed[i]), NULL);
}

static void archives_may_follow_one_another(void **state)
{
	static const size_t zeros[] = { 0, 3, 512 };

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct span second = bytes_span(&packed[i]);
		struct bytes both =
			joined(bytes_span(&packed[0]), zeros[i % 3], second);

		expect(bytes_span(&both), NULL);
		bytes_free(&both);
		both = joined(second, zeros[i % 3], bytes_span(&archive));
		expect(bytes_span(&both), NULL);
		bytes_free(&both);
		both = joined(bytes_span(&archive), zeros[i % 3], second);
		expect(bytes_span(&both), NULL);
		bytes_free(&both);
		/* Padding at the end of a file. */
		both = joined(second, 4096, (struct span){ second.data, 0 });
		expect(bytes_span(&both), NULL);
		bytes_free(&both);
	}
}

/* Nothing is known of its beginning. */
static void a_file_system_is_silent(void **state)
{
	static const struct span begins[] = {
		SPAN("hsqs\x01\0\0\0"),   SPAN("-rom1fs-"),
		SPAN("\x45\x3d\xcd\x28"), SPAN("\0\0\0\0"),
		SPAN("BZh91AY&"),         SPAN("\x89LZO\0"),
		SPAN("\xc7\x71"),         SPAN("\xff\xff\xff\xff\xff"),
	};
	uint8_t bytes[8192] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		memcpy(bytes, begins[i].data, begins[i].size);
		expect((struct span){ bytes, sizeof(bytes) }, NULL);
	}
}

static void archives_that_are_cut_are_told(void **state)
{
	char words[64];

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct span whole = bytes_span(&packed[i]);
		struct span cut[] = {
			{ whole.data, whole.size / 2 },
			{ whole.data, whole.size - 6 },
		};

		snprintf(words, sizeof(words), "the %.4s data is truncated",
			 formats[i]);
		if (strcmp(formats[i], "lz4-legacy") == 0)
			strcpy(words, "the lz4 data is truncated");
		for (size_t j = 0; j < 2; j++) {
			struct bytes exact = bytes_copy(cut[j]);
			struct bytes both =
				joined(bytes_span(&packed[0]), 8, cut[j]);

			expect(bytes_span(&exact), words);
			expect(bytes_span(&both), words);
			bytes_free(&exact);
			bytes_free(&both);
		}
	}
}

/* Data of the other formats need not have a checksum. */
static void damaged_archives_are_told(void **state)
{
	static const size_t checked[] = { 0, 2 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes damaged =
			bytes_copy(bytes_span(&packed[checked[i]]));

		damaged.data[damaged.size / 2] ^= 1;
		expect(bytes_span(&damaged), "data is corrupt");
		bytes_free(&damaged);
	}
}

static void archives_larger_than_memory_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(formats[i], "lz4-legacy") == 0)
			continue; /* is not unpacked */
		expect_within(bytes_span(&packed[i]), CPIO_SIZE, NULL);
		expect_within(bytes_span(&packed[i]), CPIO_SIZE - 1,
			      "unpacks to more than the guest's memory");
	}
}

static void other_files_are_told(void **state)
{
	static const struct {
		struct span bytes;
		const char *words;
	} files[] = {
		{ SPAN("\x27\x05\x19\x56 and so on"), "a U-Boot image" },
		{ SPAN("\xd0\x0d\xfe\xed"), "a device tree or FIT image" },
		{ SPAN("\177ELF\2\1"), "an ELF file" },
		{ SPAN("ANDROID!"), "an Android boot image" },
		{ SPAN("#!/bin/sh\n"), "a script" },
		{ SPAN("hello\n"), "text" },
		{ SPAN("<!DOCTYPE html>\r\n\t<title>\xc3\xbc</title>"), "text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct bytes exact = bytes_copy(files[i].bytes);

		expect(bytes_span(&exact), files[i].words);
		bytes_free(&exact);
	}
}

static void kernels_are_told(void **state)
{
	struct kernel_spec spec = { .size = 8192 };
	struct bytes kernel = fixture_kernel(&spec);
	struct bytes zboot = fixture_zboot("gzip", bytes_span(&packed[0]));

	(void)state;
	expect(bytes_span(&kernel), "no RAM disk: an arm64 kernel");
	expect(bytes_span(&zboot), "no RAM disk: an arm64 kernel");
	for (size_t i = 0; i + 1 < FORMAT_COUNT; i++) {
		struct bytes small =
			fixture_pack(formats[i], bytes_span(&kernel));

		expect(bytes_span(&small), "data of an arm64 kernel");
		bytes_free(&small);
	}
	bytes_free(&zboot);
	bytes_free(&kernel);
}

static void an_archive_packed_twice_is_told(void **state)
{
	struct bytes twice = fixture_pack("xz", bytes_span(&packed[0]));

	(void)state;
	expect(bytes_span(&twice), "gzip inside xz: packed twice");
	bytes_free(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_archives_are_silent),
		cmocka_unit_test(archives_may_follow_one_another),
		cmocka_unit_test(a_file_system_is_silent),
		cmocka_unit_test(archives_that_are_cut_are_told),
		cmocka_unit_test(damaged_archives_are_told),
		cmocka_unit_test(archives_larger_than_memory_are_told),
		cmocka_unit_test(other_files_are_told),
		cmocka_unit_test(kernels_are_told),
		cmocka_unit_test(an_archive_packed_twice_is_told),
	};

	return cmocka_run_group_tests_name("ramdisk", tests, make_data,
					   free_data);
}
