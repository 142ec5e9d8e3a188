/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpacks gzip, zstd, xz, lzma and lz4 data, with a limit on the output's
 * size. */
#ifndef REEVE_TOOLSTACK_IMAGE_DECOMPRESS_H
#define REEVE_TOOLSTACK_IMAGE_DECOMPRESS_H

#include <stddef.h>

#include "toolstack/image/blob.h"
#include "toolstack/image/bytes.h"

enum unpack_result {
	UNPACK_OK,
	UNPACK_TRUNCATED, /* the data ends in the middle */
	UNPACK_CORRUPT,
	UNPACK_TRAILING, /* other data follows the compressed data */
	UNPACK_TOO_LARGE, /* the output exceeds the limit */
	UNPACK_NO_MEMORY,
};

/* A compressed format. */
struct codec {
	const char *name;
	const char *image_format; /* name of a kernel packed so: "Image.gz" */
	const char *zboot_format; /* name of a zboot image: "zboot (gzip)" */
	struct span magic; /* at the start of the compressed data */
	enum unpack_result (*unpack)(const struct codec *codec,
				     struct span packed, size_t limit,
				     struct blob *out);
	const struct stream_ops *ops; /* NULL: unpack does not need a stream */
};

/* Returns the codec whose magic number the data begins with, or NULL. */
const struct codec *codec_recognise(struct span packed);

/* Returns the codec for the compression type in a zboot header, or NULL. */
const struct codec *codec_of_zboot(const char *type);

/* Unpacks into *out, an empty blob, which stays empty on failure. The output is
 * at most limit bytes; unpacking takes at most about twice as much memory.
 * Concatenated streams of the same format are unpacked one after the other. */
enum unpack_result codec_unpack(const struct codec *codec, struct span packed,
				size_t limit, struct blob *out);

/* The results of codec_drain() if it succeeds. */
struct drained {
	struct span rest; /* what follows the stream */
	uint8_t head[4096]; /* the first bytes of the output */
	size_t head_size;
	uint64_t size; /* of the whole output */
};

/* Unpacks the stream at the start of the data, drops the output but for its
 * first bytes, and stops with UNPACK_TOO_LARGE when it exceeds the limit. It
 * takes little memory. What follows the stream is no fault. The kernel build's
 * format of lz4 is not unpacked, and so has no output, but its blocks have to
 * be complete. */
enum unpack_result codec_drain(const struct codec *codec, struct span packed,
			       uint64_t limit, struct drained *drained);

#endif
