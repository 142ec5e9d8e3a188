/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpacking kernels: gzip, zstd, xz, lzma and lz4, with a bound on the output. */
#ifndef REEVE_TOOLSTACK_IMAGE_DECOMPRESS_H
#define REEVE_TOOLSTACK_IMAGE_DECOMPRESS_H

#include <stddef.h>

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"

enum unpack_result {
	UNPACK_OK,
	UNPACK_TRUNCATED, /* ends in the middle */
	UNPACK_CORRUPT,
	UNPACK_TRAILING, /* something else follows the compressed data */
	UNPACK_TOO_LARGE, /* more than the limit */
	UNPACK_NO_MEMORY,
};

/* A compressed format. */
struct codec {
	const char *name;
	const char *image_format; /* of a kernel packed so: "Image.gz" */
	const char *zboot_format; /* of a zboot image: "zboot (gzip)" */
	struct span magic; /* at the start of the compressed data */
	enum unpack_result (*unpack)(const struct codec *codec,
				     struct span packed, size_t limit,
				     struct blob *out);
	const struct stream_ops *ops; /* of those that stream */
};

/* The codec whose data begins so, or NULL. */
const struct codec *codec_recognise(struct span packed);

/* The codec that a zboot header calls so, or NULL. */
const struct codec *codec_of_zboot(const char *type);

/*
 * Unpacks into *out, an empty blob that stays empty on failure: at most limit
 * bytes, using at most about twice as many. Concatenated streams of the same
 * format are unpacked one behind the other.
 */
enum unpack_result codec_unpack(const struct codec *codec, struct span packed,
				size_t limit, struct blob *out);

#endif
