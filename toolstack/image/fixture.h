/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of this folder make: small kernels, packed data, files. */
#ifndef REEVE_TOOLSTACK_IMAGE_FIXTURE_H
#define REEVE_TOOLSTACK_IMAGE_FIXTURE_H

#include "toolstack/image/bytes.h"
#include "toolstack/image/image.h"

/* Bytes on the heap, of exactly that size: one too far is caught. */
struct bytes {
	uint8_t *data;
	size_t size;
};

struct span bytes_span(const struct bytes *bytes);
struct bytes bytes_copy(struct span span);
void bytes_free(struct bytes *bytes);

/* An arm64 Image; a size below the header's is an error of the test. */
struct kernel_spec {
	size_t size;
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	const char *banner; /* NULL: none */
};
struct bytes fixture_kernel(const struct kernel_spec *spec);

/* Packs in the format of that name: gzip zstd xz lzma lz4 lz4-legacy. */
struct bytes fixture_pack(const char *format, struct span data);

/* An EFI zboot image of the payload. */
struct bytes fixture_zboot(const char *type, struct span payload);

void put_le16(uint8_t *data, uint16_t value);
void put_le32(uint8_t *data, uint32_t value);
void put_le64(uint8_t *data, uint64_t value);

/* A folder for one test program, and files in it. */
void fixture_folder_make(void);
void fixture_folder_remove(void);
/* The same as set-up and tear-down of a group. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* The path stays valid until the folder is removed. data NULL: a hole. */
const char *fixture_file(const char *name, const void *data, size_t size);

/* The only diagnostic of that severity, or a failed assertion. */
const struct reeve_diagnostic *fixture_only(const struct reeve_report *report,
					    enum reeve_severity severity);

#endif
