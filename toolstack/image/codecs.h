/* SPDX-License-Identifier: BSD-3-Clause */
/* The interface of a streaming decompressor, for the loop that drives it
 * (decompress.c). */
#ifndef REEVE_TOOLSTACK_IMAGE_CODECS_H
#define REEVE_TOOLSTACK_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

/* The input that is left, and the room for output that is left. A step moves
 * both. */
struct stream {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
};

enum stream_step {
	STREAM_MORE,
	STREAM_END,
	STREAM_CORRUPT,
	STREAM_NO_MEMORY,
};

struct stream_ops {
	void *(*open)(void); /* NULL: out of memory */
	enum stream_step (*step)(void *state, struct stream *stream);
	void (*close)(void *state);
};

extern const struct stream_ops stream_gzip;
extern const struct stream_ops stream_zstd;
extern const struct stream_ops stream_xz;
extern const struct stream_ops stream_lzma;
extern const struct stream_ops stream_lz4_frame;

#endif
