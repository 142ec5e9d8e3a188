/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels: which are accepted, what is found out about them, and why others are
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "toolstack/image/fixture.h"
#include "toolstack/image/kernel.h"

#define LIMIT ((size_t)1 << 20)

#define FLAGS_LE_4K 0x2
#define FLAGS_BE    0x1

#define BANNER "Linux version 7.3.4+deb13-cloud-arm64 (x@y) #1 SMP\n"

static const struct image_file file = { "vmlinuz", { "guest.cfg", 3, 1 } };

static const struct kernel_spec plain_spec = { 9000, 0, 20000, FLAGS_LE_4K,
					       BANNER };

static int open_kernel(struct kernel *kernel, struct span bytes,
		       struct reeve_report *report)
{
	struct blob raw = { (uint8_t *)(uintptr_t)bytes.data, bytes.size, 0,
			    -1 };

	return kernel_unpack(kernel, &raw, LIMIT, &file, report);
}

/* Checks that the bytes are taken for a kernel of that format with the content
 * of plain. */
static void expect_kernel(struct span bytes, const char *format,
			  const struct bytes *plain)
{
	struct reeve_report *report = reeve_report_new();
	struct kernel kernel;

	assert_int_equal(open_kernel(&kernel, bytes, report), REEVE_OK);
	assert_string_equal(kernel.info.format, format);
	assert_int_equal(kernel.bytes.size, plain->size);
	assert_memory_equal(kernel.bytes.data, plain->data, plain->size);
	assert_int_equal(reeve_report_count(report), 0);
	kernel_free(&kernel);
	reeve_report_free(report);
}

/* Checks that the bytes are refused with exactly one error that has this
 * message. */
static void expect_refusal(struct span bytes, const char *message)
{
	struct reeve_report *report = reeve_report_new();
	struct kernel kernel;
	const struct reeve_diagnostic *item;

	assert_int_equal(open_kernel(&kernel, bytes, report), REEVE_ERR_IMAGE);
	assert_null(kernel.bytes.data);
	item = fixture_only(report, REEVE_ERROR);
	assert_string_equal(item->file, "guest.cfg");
	assert_int_equal(item->line, 3);
	assert_string_equal(item->key, "kernel");
	assert_string_equal(item->message, message);
	reeve_report_free(report);
}

static void expect_spec_refusal(const struct kernel_spec *spec,
				const char *message)
{
	struct bytes kernel = fixture_kernel(spec);

	expect_refusal(bytes_span(&kernel), message);
	bytes_free(&kernel);
}

static void bare_image(void **state)
{
	struct bytes plain = fixture_kernel(&plain_spec);

	(void)state;
	expect_kernel(bytes_span(&plain), "Image", &plain);
	bytes_free(&plain);
}

static void compressed_images(void **state)
{
	static const char *const cases[][2] = {
		{ "gzip", "Image.gz" }, { "zstd", "Image.zst" },
		{ "xz", "Image.xz" },   { "lzma", "Image.lzma" },
		{ "lz4", "Image.lz4" }, { "lz4-legacy", "Image.lz4" },
	};
	struct bytes plain = fixture_kernel(&plain_spec);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes packed =
			fixture_pack(cases[i][0], bytes_span(&plain));

		expect_kernel(bytes_span(&packed), cases[i][1], &plain);
		bytes_free(&packed);
	}
	bytes_free(&plain);
}

static void zboot_images(void **state)
{
	static const char *const cases[][3] = {
		{ "gzip", "gzip", "zboot (gzip)" },
		{ "zstd", "zstd22", "zboot (zstd)" },
		{ "xz", "xzkern", "zboot (xz)" },
		{ "lzma", "lzma", "zboot (lzma)" },
		{ "lz4-legacy", "lz4", "zboot (lz4)" },
	};
	struct bytes plain = fixture_kernel(&plain_spec);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes packed =
			fixture_pack(cases[i][0], bytes_span(&plain));
		struct bytes zboot =
			fixture_zboot(cases[i][1], bytes_span(&packed));

		expect_kernel(bytes_span(&zboot), cases[i][2], &plain);
		bytes_free(&packed);
		bytes_free(&zboot);
	}
	bytes_free(&plain);
}

/* Opens a kernel made to the specification; the caller frees it. */
static struct kernel open_spec(const struct kernel_spec *spec)
{
	struct reeve_report *report = reeve_report_new();
	struct bytes bytes = fixture_kernel(spec);
	struct bytes packed = fixture_pack("gzip", bytes_span(&bytes));
	struct kernel kernel;

	assert_int_equal(open_kernel(&kernel, bytes_span(&packed), report),
			 REEVE_OK);
	bytes_free(&bytes);
	bytes_free(&packed);
	reeve_report_free(report);
	return kernel;
}

static void header_fields_are_read(void **state)
{
	struct kernel_spec spec = { 9000, 0x80000, 20000, 0x6, BANNER };
	struct kernel kernel = open_spec(&spec);

	(void)state;
	assert_int_equal(kernel.info.text_offset, 0x80000);
	assert_int_equal(kernel.info.image_size, 20000);
	assert_int_equal(kernel.info.page_size, 65536);
	assert_int_equal(kernel.memory_size, 20480);
	kernel_free(&kernel);
}

static void page_size_may_be_unsaid(void **state)
{
	struct kernel_spec spec = plain_spec;
	struct kernel kernel;

	(void)state;
	spec.flags = 0;
	kernel = open_spec(&spec);
	assert_int_equal(kernel.info.page_size, 0);
	kernel_free(&kernel);
}

/* A signature may follow the bytes that the header counts. */
static void a_longer_file_is_reserved_whole(void **state)
{
	struct kernel_spec spec = plain_spec;
	struct kernel kernel;

	(void)state;
	spec.image_size = 4096;
	kernel = open_spec(&spec);
	assert_int_equal(kernel.info.image_size, 4096);
	assert_int_equal(kernel.memory_size, 12288);
	kernel_free(&kernel);
}

static void no_image_size_means_the_files(void **state)
{
	struct kernel_spec spec = plain_spec;
	struct kernel kernel;

	(void)state;
	spec.image_size = 0;
	kernel = open_spec(&spec);
	assert_int_equal(kernel.info.image_size, 9000);
	assert_int_equal(kernel.memory_size, 12288);
	kernel_free(&kernel);
}

static void first_header_version_is_known(void **state)
{
	struct bytes plain = fixture_kernel(&plain_spec);

	(void)state;
	memcpy(plain.data, "\x08\0\0\x14", 4);
	memset(plain.data + 56, 0, 4);
	expect_kernel(bytes_span(&plain), "Image", &plain);
	bytes_free(&plain);
}

static void big_endian_is_refused(void **state)
{
	struct kernel_spec spec = plain_spec;

	(void)state;
	spec.flags = FLAGS_BE;
	expect_spec_refusal(
		&spec,
		"vmlinuz: the kernel is big-endian, which is not supported");
}

static void odd_text_offset_is_refused(void **state)
{
	struct kernel_spec spec = plain_spec;

	(void)state;
	spec.text_offset = 0x80800;
	expect_spec_refusal(
		&spec,
		"vmlinuz: the header's text_offset 0x80800 is not a multiple of 4 KiB");
}

static void far_text_offset_is_refused(void **state)
{
	struct kernel_spec spec = plain_spec;

	(void)state;
	spec.text_offset = 0xc0000000;
	expect_spec_refusal(
		&spec,
		"vmlinuz: the header's text_offset 0xc0000000 is beyond the first RAM bank");
}

static void huge_image_size_is_refused(void **state)
{
	struct kernel_spec spec = plain_spec;

	(void)state;
	spec.image_size = UINT64_MAX;
	expect_spec_refusal(
		&spec,
		"vmlinuz: the header's image_size 0xffffffffffffffff is larger than the first RAM bank");
}

/* Adds a PE header with one section that has this extent in the file. */
static void put_pe(struct bytes *kernel, uint32_t size, uint32_t offset)
{
	uint8_t *pe = kernel->data + 64;

	memcpy(kernel->data, "MZ", 2);
	put_le32(kernel->data + 60, 64);
	memset(pe, 0, 64);
	memcpy(pe, "PE\0\0", 4);
	put_le16(pe + 6, 1);
	put_le16(pe + 20, 0);
	put_le32(pe + 24 + 16, size);
	put_le32(pe + 24 + 20, offset);
}

static void whole_sections_are_accepted(void **state)
{
	struct bytes kernel = fixture_kernel(&plain_spec);

	(void)state;
	put_pe(&kernel, 8000, 1000);
	expect_kernel(bytes_span(&kernel), "Image", &kernel);
	bytes_free(&kernel);
}

static void cut_sections_are_truncated(void **state)
{
	struct bytes kernel = fixture_kernel(&plain_spec);

	(void)state;
	put_pe(&kernel, 8001, 1000);
	expect_refusal(
		bytes_span(&kernel),
		"vmlinuz: the kernel is truncated: its sections reach to byte 9001, the Image has 9000 bytes");
	put_pe(&kernel, UINT32_MAX, UINT32_MAX);
	expect_refusal(
		bytes_span(&kernel),
		"vmlinuz: the kernel is truncated: its sections reach to byte 8589934590, the Image has 9000 bytes");
	bytes_free(&kernel);
}

static void cut_headers_are_truncated(void **state)
{
	struct bytes kernel = fixture_kernel(&plain_spec);

	(void)state;
	put_pe(&kernel, 0, 0);
	kernel.size = 80;
	expect_refusal(
		bytes_span(&kernel),
		"vmlinuz: the kernel is truncated: its sections reach to byte 88, the Image has 80 bytes");
	kernel.size = 100;
	expect_refusal(
		bytes_span(&kernel),
		"vmlinuz: the kernel is truncated: its sections reach to byte 128, the Image has 100 bytes");
	bytes_free(&kernel);
}

static void foreign_files_are_named(void **state)
{
	static const struct {
		size_t offset;
		struct span bytes;
		const char *message;
	} cases[] = {
		{ 0x24, SPAN("\x18\x28\x6f\x01"), "an arm32 zImage" },
		{ 0x24, SPAN("\x01\x6f\x28\x18"), "a big-endian arm32 zImage" },
		{ 0x202, SPAN("HdrS"), "an x86 bzImage" },
		{ 0x30, SPAN("RISCV\0\0\0RSC\x05"), "a RISC-V Image" },
		{ 0, SPAN("MZ\x90\0\3"),
		  "an EFI program, not an arm64 Image or zboot image" },
		{ 0, SPAN("\177ELF"), "an ELF file" },
		{ 0, SPAN("\x27\x05\x19\x56"), "a U-Boot image" },
		{ 0, SPAN("\xd0\x0d\xfe\xed"), "a device tree or FIT image" },
		{ 0, SPAN("ANDROID!"), "an Android boot image" },
		{ 0, SPAN("070701"), "a cpio archive, perhaps an initramfs" },
		{ 0, SPAN("!<arch>\n"),
		  "an ar archive, perhaps a Debian package" },
		{ 0, SPAN("BZh9"),
		  "compressed with bzip2, which is not supported" },
		{ 0, SPAN("\x89LZO"),
		  "compressed with lzop, which is not supported" },
		{ 0, SPAN("#!/bin/sh"), "a script" },
		{ 0, SPAN("hello, world"), "no known kernel format" },
	};
	uint8_t bytes[1024];
	char message[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes + cases[i].offset, cases[i].bytes.data,
		       cases[i].bytes.size);
		snprintf(message, sizeof(message),
			 "vmlinuz: not a kernel for arm64: %s",
			 cases[i].message);
		expect_refusal((struct span){ bytes, sizeof(bytes) }, message);
	}
}

static void short_file_is_refused(void **state)
{
	struct bytes kernel = fixture_kernel(&plain_spec);

	(void)state;
	kernel.size = 63;
	expect_refusal(
		bytes_span(&kernel),
		"vmlinuz: not a kernel for arm64: 63 bytes are less than a header");
	bytes_free(&kernel);
}

static void packed_foreign_file_is_named(void **state)
{
	static const struct span elf = SPAN("\177ELF and the rest");
	struct bytes packed = fixture_pack("gzip", elf);

	(void)state;
	expect_refusal(
		bytes_span(&packed),
		"vmlinuz: not a kernel for arm64: gzip data of an ELF file");
	bytes_free(&packed);
}

static void packing_twice_is_refused(void **state)
{
	struct bytes plain = fixture_kernel(&plain_spec);
	struct bytes once = fixture_pack("xz", bytes_span(&plain));
	struct bytes twice = fixture_pack("gzip", bytes_span(&once));

	(void)state;
	expect_refusal(bytes_span(&twice),
		       "vmlinuz: xz inside gzip: packed twice");
	bytes_free(&plain);
	bytes_free(&once);
	bytes_free(&twice);
}

static void bad_packing_is_refused(void **state)
{
	struct bytes plain = fixture_kernel(&plain_spec);
	struct bytes packed = fixture_pack("gzip", bytes_span(&plain));

	(void)state;
	packed.size -= 10;
	expect_refusal(bytes_span(&packed),
		       "vmlinuz: the gzip data is truncated");
	packed.size += 10;
	packed.data[packed.size / 2] ^= 1;
	expect_refusal(bytes_span(&packed), "vmlinuz: the gzip data is corrupt");
	bytes_free(&packed);
	packed = fixture_pack("zstd", bytes_span(&plain));
	packed.data = realloc(packed.data, packed.size + 1);
	assert_non_null(packed.data);
	packed.data[packed.size++] = 0;
	expect_refusal(bytes_span(&packed),
		       "vmlinuz: something else follows the zstd data");
	bytes_free(&packed);
	bytes_free(&plain);
}

static void bombs_are_bounded(void **state)
{
	struct bytes zeros = { calloc(1, LIMIT + 1), LIMIT + 1 };
	struct bytes packed = fixture_pack("gzip", bytes_span(&zeros));

	(void)state;
	expect_refusal(
		bytes_span(&packed),
		"vmlinuz: the gzip data unpacks to more than the 1048576 bytes allowed");
	bytes_free(&zeros);
	bytes_free(&packed);
}

static void bad_zboot_is_refused(void **state)
{
	struct bytes plain = fixture_kernel(&plain_spec);
	struct bytes packed = fixture_pack("gzip", bytes_span(&plain));
	struct bytes zboot = fixture_zboot("lzo", bytes_span(&packed));

	(void)state;
	expect_refusal(
		bytes_span(&zboot),
		"vmlinuz: the zboot image is compressed with \"lzo\", which is not supported");
	memset(zboot.data + 24, 0xff, 32);
	expect_refusal(
		bytes_span(&zboot),
		"vmlinuz: the zboot image is compressed with \"????????????????????????????????\", which is not supported");
	put_le32(zboot.data + 12, 1000);
	put_le32(zboot.data + 8, (uint32_t)zboot.size - 999);
	zboot.size = 5000;
	put_le32(zboot.data + 8, 4001);
	expect_refusal(
		bytes_span(&zboot),
		"vmlinuz: the zboot image is truncated: its payload of 1000 bytes at 4001 ends behind the file's 5000 bytes");
	zboot.size = 20;
	expect_refusal(bytes_span(&zboot),
		       "vmlinuz: the zboot header is truncated");
	bytes_free(&plain);
	bytes_free(&packed);
	bytes_free(&zboot);
}

static void banner_is_found(void **state)
{
	struct kernel kernel = open_spec(&plain_spec);

	(void)state;
	assert_string_equal(kernel.info.banner,
			    "Linux version 7.3.4+deb13-cloud-arm64 (x@y) #1 SMP");
	assert_int_equal(kernel.info.version_major, 7);
	assert_int_equal(kernel.info.version_minor, 3);
	kernel_free(&kernel);
}

static void expect_banner(struct span text, const char *banner)
{
	struct bytes bytes = bytes_copy(text);
	struct image_kernel_info info = { 0 };

	assert_int_equal(banner_find(bytes_span(&bytes), &info), REEVE_OK);
	if (banner == NULL)
		assert_null(info.banner);
	else
		assert_string_equal(info.banner, banner);
	free((char *)(uintptr_t)info.banner);
	bytes_free(&bytes);
}

static void only_a_version_makes_a_banner(void **state)
{
	static const struct span none = SPAN("version 6.1 Linux versio");
	static const struct span letters = SPAN("LLiLinux LLinux version 6.2");
	static const struct span format = SPAN("Linux version %s");
	static const struct span second =
		SPAN("Linux version %s\0Linux version 6.1.0\n rest");
	static const struct span cut = SPAN("Linux version 6.");
	static const struct span bare = SPAN("Linux version 6.1");
	static const struct span huge = SPAN("Linux version 6.4294967298");

	(void)state;
	expect_banner(none, NULL);
	expect_banner(letters, "Linux version 6.2");
	expect_banner(format, NULL);
	expect_banner(second, "Linux version 6.1.0");
	expect_banner(cut, NULL);
	expect_banner(bare, "Linux version 6.1");
	expect_banner(huge, NULL);
}

static void missing_file_is_told(void **state)
{
	static const struct image_file absent = { "/nonexistent/vmlinuz",
						  { "guest.cfg", 3, 1 } };
	struct reeve_report *report = reeve_report_new();
	struct kernel kernel;

	(void)state;
	assert_int_equal(kernel_load(&kernel, &absent, report), REEVE_ERR_IO);
	assert_string_equal(
		fixture_only(report, REEVE_ERROR)->message,
		"/nonexistent/vmlinuz: cannot be opened: No such file or directory");
	reeve_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_image),
		cmocka_unit_test(compressed_images),
		cmocka_unit_test(zboot_images),
		cmocka_unit_test(header_fields_are_read),
		cmocka_unit_test(page_size_may_be_unsaid),
		cmocka_unit_test(a_longer_file_is_reserved_whole),
		cmocka_unit_test(no_image_size_means_the_files),
		cmocka_unit_test(first_header_version_is_known),
		cmocka_unit_test(big_endian_is_refused),
		cmocka_unit_test(odd_text_offset_is_refused),
		cmocka_unit_test(far_text_offset_is_refused),
		cmocka_unit_test(huge_image_size_is_refused),
		cmocka_unit_test(whole_sections_are_accepted),
		cmocka_unit_test(cut_sections_are_truncated),
		cmocka_unit_test(cut_headers_are_truncated),
		cmocka_unit_test(foreign_files_are_named),
		cmocka_unit_test(short_file_is_refused),
		cmocka_unit_test(packed_foreign_file_is_named),
		cmocka_unit_test(packing_twice_is_refused),
		cmocka_unit_test(bad_packing_is_refused),
		cmocka_unit_test(bombs_are_bounded),
		cmocka_unit_test(bad_zboot_is_refused),
		cmocka_unit_test(banner_is_found),
		cmocka_unit_test(only_a_version_makes_a_banner),
		cmocka_unit_test(missing_file_is_told),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
