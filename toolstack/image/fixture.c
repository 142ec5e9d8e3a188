/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes small kernels, packed data and files for the tests. */
#include "toolstack/image/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define LZ4_BLOCK ((size_t)8 << 20)
#define FILES_MAX 64

#define FOLDER_TEMPLATE "/tmp/reeve-image-XXXXXX"

static char folder[] = FOLDER_TEMPLATE;
static char paths[FILES_MAX][64];
static size_t path_count;

struct span bytes_span(const struct bytes *bytes)
{
	return (struct span){ bytes->data, bytes->size };
}

static struct bytes bytes_new(size_t size)
{
	struct bytes bytes = { calloc(1, size != 0 ? size : 1), size };

	assert_non_null(bytes.data);
	return bytes;
}

struct bytes bytes_copy(struct span span)
{
	struct bytes bytes = bytes_new(span.size);

	memcpy(bytes.data, span.data, span.size);
	return bytes;
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ NULL, 0 };
}

/* Returns the first size bytes, and frees the rest that a packer did not
 * fill. */
static struct bytes bytes_cut(struct bytes bytes, size_t size)
{
	struct bytes cut = bytes_copy((struct span){ bytes.data, size });

	bytes_free(&bytes);
	return cut;
}

void put_le16(uint8_t *data, uint16_t value)
{
	data[0] = (uint8_t)value;
	data[1] = (uint8_t)(value >> 8);
}

void put_le32(uint8_t *data, uint32_t value)
{
	put_le16(data, (uint16_t)value);
	put_le16(data + 2, (uint16_t)(value >> 16));
}

void put_le64(uint8_t *data, uint64_t value)
{
	put_le32(data, (uint32_t)value);
	put_le32(data + 4, (uint32_t)(value >> 32));
}

struct bytes fixture_kernel(const struct kernel_spec *spec)
{
	struct bytes kernel = bytes_new(spec->size);

	assert_true(spec->size >= 64);
	for (size_t i = 64; i < spec->size; i++)
		kernel.data[i] = (uint8_t)(i * 7 + (i >> 9));
	put_le64(kernel.data + 8, spec->text_offset);
	put_le64(kernel.data + 16, spec->image_size);
	put_le64(kernel.data + 24, spec->flags);
	memcpy(kernel.data + 56, "ARM\x64", 4);
	if (spec->banner != NULL) {
		assert_true(spec->size >= 128 + strlen(spec->banner));
		memcpy(kernel.data + 128, spec->banner, strlen(spec->banner));
	}
	return kernel;
}

static struct bytes pack_gzip(struct span data)
{
	struct bytes packed = bytes_new(data.size + 4096);
	z_stream z = { 0 };

	assert_int_equal(
		deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
	z.next_in = (z_const Bytef *)(uintptr_t)data.data;
	z.avail_in = (uInt)data.size;
	z.next_out = packed.data;
	z.avail_out = (uInt)packed.size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return bytes_cut(packed, z.total_out);
}

static struct bytes pack_zstd(struct span data)
{
	struct bytes packed = bytes_new(ZSTD_compressBound(data.size));
	size_t size = ZSTD_compress(packed.data, packed.size, data.data,
				    data.size, 3);

	assert_false(ZSTD_isError(size));
	return bytes_cut(packed, size);
}

static struct bytes pack_xz(struct span data)
{
	struct bytes packed = bytes_new(data.size + 4096);
	size_t size = 0;

	assert_int_equal(lzma_easy_buffer_encode(
				 3, LZMA_CHECK_CRC32, NULL, data.data,
				 data.size, packed.data, &size, packed.size),
			 LZMA_OK);
	return bytes_cut(packed, size);
}

static struct bytes pack_lzma(struct span data)
{
	struct bytes packed = bytes_new(data.size + 4096);
	lzma_stream lzma = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	size_t size;

	assert_false(lzma_lzma_preset(&options, 3));
	assert_int_equal(lzma_alone_encoder(&lzma, &options), LZMA_OK);
	lzma.next_in = data.data;
	lzma.avail_in = data.size;
	lzma.next_out = packed.data;
	lzma.avail_out = packed.size;
	assert_int_equal(lzma_code(&lzma, LZMA_FINISH), LZMA_STREAM_END);
	size = lzma.total_out;
	lzma_end(&lzma);
	return bytes_cut(packed, size);
}

static struct bytes pack_lz4(struct span data)
{
	size_t bound = LZ4F_compressFrameBound(data.size, NULL);
	struct bytes packed = bytes_new(bound);
	size_t size = LZ4F_compressFrame(packed.data, bound, data.data,
					 data.size, NULL);

	assert_false(LZ4F_isError(size));
	return bytes_cut(packed, size);
}

static struct bytes pack_lz4_legacy(struct span data)
{
	size_t blocks = data.size / LZ4_BLOCK + 1, at = 4;
	struct bytes packed = bytes_new(
		4 + blocks * (4 + (size_t)LZ4_compressBound((int)LZ4_BLOCK)));

	put_le32(packed.data, 0x184c2102);
	for (size_t from = 0; from < data.size; from += LZ4_BLOCK) {
		size_t left = data.size - from;
		int size = LZ4_compress_default(
			(const char *)data.data + from,
			(char *)packed.data + at + 4,
			(int)(left < LZ4_BLOCK ? left : LZ4_BLOCK),
			(int)(packed.size - at - 4));

		assert_true(size > 0);
		put_le32(packed.data + at, (uint32_t)size);
		at += 4 + (size_t)size;
	}
	return bytes_cut(packed, at);
}

struct bytes fixture_pack(const char *format, struct span data)
{
	static const struct {
		const char *format;
		struct bytes (*pack)(struct span data);
	} packers[] = {
		{ "gzip", pack_gzip }, { "zstd", pack_zstd },
		{ "xz", pack_xz },     { "lzma", pack_lzma },
		{ "lz4", pack_lz4 },   { "lz4-legacy", pack_lz4_legacy },
	};

	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		if (strcmp(packers[i].format, format) == 0)
			return packers[i].pack(data);
	}
	fail_msg("no packer for %s", format);
	return (struct bytes){ NULL, 0 };
}

struct bytes fixture_zboot(const char *type, struct span payload)
{
	struct bytes zboot = bytes_new(4096 + payload.size);

	memcpy(zboot.data, "MZ\0\0zimg", 8);
	put_le32(zboot.data + 8, 4096);
	put_le32(zboot.data + 12, (uint32_t)payload.size);
	strncpy((char *)zboot.data + 24, type, 32);
	memcpy(zboot.data + 56, "\xcd\x23\x82\x81", 4);
	memcpy(zboot.data + 4096, payload.data, payload.size);
	return zboot;
}

void fixture_folder_make(void)
{
	strcpy(folder, FOLDER_TEMPLATE);
	assert_non_null(mkdtemp(folder));
}

void fixture_folder_remove(void)
{
	while (path_count > 0)
		unlink(paths[--path_count]);
	rmdir(folder);
}

int fixture_setup(void **state)
{
	(void)state;
	fixture_folder_make();
	return 0;
}

int fixture_teardown(void **state)
{
	(void)state;
	fixture_folder_remove();
	return 0;
}

const char *fixture_file(const char *name, const void *data, size_t size)
{
	char *path = paths[path_count++];
	int fd;

	assert_true(path_count < FILES_MAX);
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_true(fd >= 0);
	if (data != NULL)
		assert_int_equal(write(fd, data, size), size);
	else
		assert_int_equal(ftruncate(fd, (off_t)size), 0);
	close(fd);
	return path;
}

const struct reeve_diagnostic *fixture_only(const struct reeve_report *report,
					    enum reeve_severity severity)
{
	const struct reeve_diagnostic *found = NULL;

	for (size_t i = 0; i < reeve_report_count(report); i++) {
		const struct reeve_diagnostic *item =
			reeve_report_get(report, i);

		if (item->severity == severity) {
			assert_null(found);
			found = item;
		}
	}
	assert_non_null(found);
	return found;
}
