/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads kernels: an arm64 Image (Linux, Documentation/arch/arm64/booting.rst),
 * as it is, compressed, or in an EFI zboot image (Linux,
 * drivers/firmware/efi/libstub/zboot-header.S). Only one layer of packing is
 * removed.
 */
#include "toolstack/image/kernel.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "lib/number.h"
#include "toolstack/image/decompress.h"

/* The Image header. All fields are little-endian. */
#define IMAGE_HEADER_SIZE 64
#define IMAGE_TEXT_OFFSET 8
#define IMAGE_IMAGE_SIZE  16
#define IMAGE_FLAGS       24
#define IMAGE_MAGIC       56
#define IMAGE_PE_OFFSET   60

#define IMAGE_FLAG_BIG_ENDIAN (UINT64_C(1) << 0)
#define IMAGE_FLAG_PAGE_SHIFT 1
#define IMAGE_FLAG_PAGE_MASK  3

/* A PE header and its section table. */
#define PE_HEADER_SIZE     24
#define PE_SECTION_COUNT   6
#define PE_OPTIONAL_SIZE   20
#define PE_SECTION_SIZE    40
#define PE_SECTION_LENGTH  16
#define PE_SECTION_POINTER 20

/* The zboot header. */
#define ZBOOT_HEADER_SIZE    64
#define ZBOOT_PAYLOAD_OFFSET 8
#define ZBOOT_PAYLOAD_SIZE   12
#define ZBOOT_TYPE           24
#define ZBOOT_TYPE_END       56

static const struct span image_magic = SPAN("ARM\x64");
static const struct span image_v0_code = SPAN("\x08\x00\x00\x14");
static const struct span zboot_magic = SPAN("MZ\0\0zimg");
static const struct span mz_magic = SPAN("MZ");
static const struct span pe_magic = SPAN("PE\0\0");

static const char advice[] =
	"give an arm64 Linux kernel: Image, Image.gz or an EFI zboot vmlinuz";

/* The context of messages for every step, and the limit. */
struct context {
	const struct image_file *file;
	struct reeve_report *report;
	size_t limit; /* on the unpacked size */
};

static struct span blob_span(const struct blob *blob)
{
	return (struct span){ blob->data, blob->size };
}

__attribute__((format(printf, 3, 4))) static int
kernel_refuse(const struct context *context, const char *hint, const char *what,
	      ...)
{
	const struct image_file *file = context->file;
	char text[256];
	va_list args;

	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args); /* may be cut off */
	va_end(args);
	return report_error(context->report, REEVE_ERR_IMAGE, &file->place,
			    "kernel", hint, "%s: %s", file->path, text);
}

static int kernel_no_memory(const struct context *context)
{
	return report_error(context->report, REEVE_ERR_MEMORY,
			    &context->file->place, "kernel", NULL,
			    "%s: no memory to unpack it", context->file->path);
}

static int unpack_failed(const struct context *context,
			 const struct codec *codec, enum unpack_result result)
{
	switch (result) {
	case UNPACK_TRUNCATED:
		return kernel_refuse(context, "fetch or copy the file again",
				     "the %s data is truncated", codec->name);
	case UNPACK_TRAILING:
		return kernel_refuse(context, NULL,
				     "something else follows the %s data",
				     codec->name);
	case UNPACK_TOO_LARGE:
		return kernel_refuse(
			context, NULL,
			"the %s data unpacks to more than the %zu bytes allowed",
			codec->name, context->limit);
	case UNPACK_NO_MEMORY:
		return kernel_no_memory(context);
	default:
		return kernel_refuse(context, "fetch or copy the file again",
				     "the %s data is corrupt", codec->name);
	}
}

/* Returns true if the bytes begin with an Image header, today's or the first
 * (v0) kind. */
static bool is_image(struct span bytes)
{
	return bytes.size >= IMAGE_HEADER_SIZE &&
	       (span_matches(bytes, IMAGE_MAGIC, image_magic) ||
		span_matches(bytes, 0, image_v0_code));
}

bool kernel_begins(struct span bytes)
{
	return is_image(bytes) || span_matches(bytes, 0, zboot_magic);
}

/* Unpacks the data, and refuses it unless the result is a kernel. */
static int unpack_to_kernel(struct kernel *kernel, const struct codec *codec,
			    struct span packed, const struct context *context)
{
	enum unpack_result result =
		codec_unpack(codec, packed, context->limit, &kernel->bytes);
	struct span bytes = blob_span(&kernel->bytes);

	if (result != UNPACK_OK)
		return unpack_failed(context, codec, result);
	if (is_image(bytes))
		return REEVE_OK;
	if (codec_recognise(bytes) != NULL) {
		return kernel_refuse(context, advice,
				     "%s inside %s: packed twice",
				     codec_recognise(bytes)->name, codec->name);
	}
	return kernel_refuse(context, advice,
			     "not a kernel for arm64: %s data of %s",
			     codec->name, foreign_format(bytes));
}

/* Copies the compression type, a string in a fixed field, with '?' for bytes
 * that cannot be printed in a message. */
static void zboot_type(struct span bytes, char type[])
{
	size_t size = ZBOOT_TYPE_END - ZBOOT_TYPE;

	memcpy(type, bytes.data + ZBOOT_TYPE, size);
	type[size] = '\0';
	for (; *type != '\0'; type++) {
		if (*type < ' ' || *type > '~')
			*type = '?';
	}
}

static int unpack_zboot(struct kernel *kernel, struct span bytes,
			const struct context *context)
{
	char type[ZBOOT_TYPE_END - ZBOOT_TYPE + 1];
	const struct codec *codec;
	uint32_t offset, size;

	if (bytes.size < ZBOOT_HEADER_SIZE)
		return kernel_refuse(context, NULL,
				     "the zboot header is truncated");
	offset = span_le32(bytes, ZBOOT_PAYLOAD_OFFSET);
	size = span_le32(bytes, ZBOOT_PAYLOAD_SIZE);
	if (!span_holds(bytes, offset, size)) {
		return kernel_refuse(
			context, "fetch or copy the file again",
			"the zboot image is truncated: its payload of %" PRIu32
			" bytes at %" PRIu32 " ends behind the file's %zu bytes",
			size, offset, bytes.size);
	}
	zboot_type(bytes, type);
	codec = codec_of_zboot(type);
	if (codec == NULL) {
		return kernel_refuse(
			context, advice,
			"the zboot image is compressed with \"%s\", which is not supported",
			type);
	}
	kernel->info.format = codec->zboot_format;
	return unpack_to_kernel(kernel, codec,
				(struct span){ bytes.data + offset, size },
				context);
}

/* Fills kernel->bytes and the format from the file's bytes. If the file is a
 * bare Image, the kernel takes *raw over. */
static int kernel_unwrap(struct kernel *kernel, struct blob *raw,
			 const struct context *context)
{
	struct span bytes = blob_span(raw);
	const struct codec *codec = codec_recognise(bytes);

	if (span_matches(bytes, 0, zboot_magic))
		return unpack_zboot(kernel, bytes, context);
	if (is_image(bytes)) {
		kernel->info.format = "Image";
		kernel->bytes = *raw;
		*raw = BLOB_NONE;
		return REEVE_OK;
	}
	if (codec != NULL) {
		kernel->info.format = codec->image_format;
		return unpack_to_kernel(kernel, codec, bytes, context);
	}
	if (bytes.size < IMAGE_HEADER_SIZE) {
		return kernel_refuse(
			context, advice,
			"not a kernel for arm64: %zu bytes are less than a header",
			bytes.size);
	}
	return kernel_refuse(context, advice, "not a kernel for arm64: %s",
			     foreign_format(bytes));
}

/* Returns the size that the file must have for its PE sections to be complete,
 * or 0 if it has no PE header. The Image header itself does not tell the file's
 * size. */
static uint64_t sections_end(struct span bytes)
{
	size_t pe = span_le32(bytes, IMAGE_PE_OFFSET), table, count;
	uint64_t end = 0, section_end;

	if (!span_matches(bytes, 0, mz_magic) || pe == 0)
		return 0;
	if (!span_holds(bytes, pe, PE_HEADER_SIZE))
		return (uint64_t)pe + PE_HEADER_SIZE;
	if (!span_matches(bytes, pe, pe_magic))
		return 0;
	count = span_le16(bytes, pe + PE_SECTION_COUNT);
	table = pe + PE_HEADER_SIZE + span_le16(bytes, pe + PE_OPTIONAL_SIZE);
	if (!span_holds(bytes, table, count * PE_SECTION_SIZE))
		return (uint64_t)table + count * PE_SECTION_SIZE;
	for (size_t i = 0; i < count; i++, table += PE_SECTION_SIZE) {
		section_end =
			(uint64_t)span_le32(bytes, table + PE_SECTION_LENGTH) +
			span_le32(bytes, table + PE_SECTION_POINTER);
		if (section_end > end)
			end = section_end;
	}
	return end;
}

static int check_whole(struct span bytes, const struct context *context)
{
	uint64_t end = sections_end(bytes);

	if (end <= bytes.size)
		return REEVE_OK;
	return kernel_refuse(
		context, "fetch or copy the file again",
		"the kernel is truncated: its sections reach to byte %" PRIu64
		", the Image has %zu bytes",
		end, bytes.size);
}

static int check_place(const struct image_kernel_info *info,
		       const struct context *context)
{
	if (info->text_offset % GUEST_PAGE_SIZE != 0) {
		return kernel_refuse(context, NULL,
				     "the header's text_offset %#" PRIx64
				     " is not a multiple of 4 KiB",
				     info->text_offset);
	}
	if (info->text_offset >= GUEST_RAM0_SIZE) {
		return kernel_refuse(context, NULL,
				     "the header's text_offset %#" PRIx64
				     " is beyond the first RAM bank",
				     info->text_offset);
	}
	if (info->image_size > GUEST_RAM0_SIZE) {
		return kernel_refuse(context, NULL,
				     "the header's image_size %#" PRIx64
				     " is larger than the first RAM bank",
				     info->image_size);
	}
	return REEVE_OK;
}

/*
 * A file may be longer than image_size, because a signature may follow. Usually
 * it is shorter, because image_size includes the BSS. The larger of the two is
 * reserved. Kernels before 3.17 have an image_size of 0; their text_offset is
 * used as it stands.
 */
static int read_header(struct kernel *kernel, const struct context *context)
{
	static const unsigned page_sizes[] = { 0, 4096, 16384, 65536 };
	struct span bytes = blob_span(&kernel->bytes);
	struct image_kernel_info *info = &kernel->info;
	uint64_t flags;
	int ret;

	assert(bytes.data != NULL && is_image(bytes));
	flags = span_le64(bytes, IMAGE_FLAGS);
	if ((flags & IMAGE_FLAG_BIG_ENDIAN) != 0) {
		return kernel_refuse(
			context, advice,
			"the kernel is big-endian, which is not supported");
	}
	info->page_size =
		page_sizes[flags >> IMAGE_FLAG_PAGE_SHIFT & IMAGE_FLAG_PAGE_MASK];
	info->text_offset = span_le64(bytes, IMAGE_TEXT_OFFSET);
	info->image_size = span_le64(bytes, IMAGE_IMAGE_SIZE);
	ret = check_place(info, context);
	if (ret == REEVE_OK)
		ret = check_whole(bytes, context);
	if (ret != REEVE_OK)
		return ret;
	if (info->image_size == 0)
		info->image_size = bytes.size;
	kernel->memory_size =
		align_up(larger(info->image_size, bytes.size), GUEST_PAGE_SIZE);
	return REEVE_OK;
}

int kernel_unpack(struct kernel *kernel, struct blob *raw, size_t limit,
		  const struct image_file *file, struct reeve_report *report)
{
	struct context context = { file, report, limit };
	int ret;

	*kernel = KERNEL_NONE;
	ret = kernel_unwrap(kernel, raw, &context);
	blob_free(raw);
	if (ret == REEVE_OK)
		ret = read_header(kernel, &context);
	if (ret == REEVE_OK &&
	    banner_find(blob_span(&kernel->bytes), &kernel->info) != REEVE_OK)
		ret = kernel_no_memory(&context);
	if (ret != REEVE_OK)
		kernel_free(kernel);
	return ret;
}

int kernel_load(struct kernel *kernel, const struct image_file *file,
		struct reeve_report *report)
{
	struct blob raw;
	int ret;

	*kernel = KERNEL_NONE;
	ret = blob_load(&raw, file, "kernel", KERNEL_SIZE_MAX, report);
	if (ret != REEVE_OK)
		return ret;
	return kernel_unpack(kernel, &raw, KERNEL_SIZE_MAX, file, report);
}

void kernel_free(struct kernel *kernel)
{
	blob_free(&kernel->bytes);
	free((char *)(uintptr_t)kernel->info.banner);
	*kernel = KERNEL_NONE;
}
