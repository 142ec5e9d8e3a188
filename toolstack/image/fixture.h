/* SPDX-License-Identifier: BSD-3-Clause */
/* Inputs for the tests of this folder: small kernels, packed data, files. */
#ifndef REEVE_TOOLSTACK_IMAGE_FIXTURE_H
#define REEVE_TOOLSTACK_IMAGE_FIXTURE_H

#include "toolstack/image/bytes.h"
#include "toolstack/image/image.h"

/* Bytes on the heap, in a block of exactly that size, so that the sanitizer
 * catches an access behind them. */
struct bytes {
	uint8_t *data;
	size_t size;
};

struct span bytes_span(const struct bytes *bytes);
struct bytes bytes_copy(struct span span);
void bytes_free(struct bytes *bytes);

/* An arm64 Image to be made. A size below the header's fails the test. */
struct kernel_spec {
	size_t size;
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	const char *banner; /* NULL: none */
};
struct bytes fixture_kernel(const struct kernel_spec *spec);

/* Packs the data in a format: gzip, zstd, xz, lzma, lz4 or lz4-legacy. */
struct bytes fixture_pack(const char *format, struct span data);

/* Makes an EFI zboot image with this payload. */
struct bytes fixture_zboot(const char *type, struct span payload);

void put_le16(uint8_t *data, uint16_t value);
void put_le32(uint8_t *data, uint32_t value);
void put_le64(uint8_t *data, uint64_t value);

/* A folder for one test program and the files in it. */
void fixture_folder_make(void);
void fixture_folder_remove(void);
/* The same, as setup and teardown of a cmocka group. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Makes a file and returns its path, which stays valid until the folder is
 * removed. data NULL: the file is a hole of that size. */
const char *fixture_file(const char *name, const void *data, size_t size);

/* Returns the only diagnostic of that severity; fails the test if there is not
 * exactly one. */
const struct reeve_diagnostic *fixture_only(const struct reeve_report *report,
					    enum reeve_severity severity);

#endif
