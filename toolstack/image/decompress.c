/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of codecs, and the loop that unpacks within a limit. */
#include "toolstack/image/decompress.h"

#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "lib/number.h"
#include "toolstack/image/codecs.h"

#define FIRST_CAPACITY ((size_t)4 << 20)

/* A file of the kernel build's lz4 format consists of blocks. Each unpacks to
 * this size, except the last. */
#define LZ4_LEGACY_BLOCK ((size_t)8 << 20)

/* Makes the room larger, but at most one byte larger than the limit. That byte
 * distinguishes an output of exactly the limit from a larger one. */
static enum unpack_result room_grow(struct blob *out, size_t made,
				    size_t wanted, size_t limit)
{
	size_t capacity = wanted;

	if (made > limit)
		return UNPACK_TOO_LARGE;
	if (capacity > limit)
		capacity = limit + 1;
	return blob_reserve(out, capacity) == REEVE_OK ? UNPACK_OK
						       : UNPACK_NO_MEMORY;
}

/* Unpacks one stream to its end. */
static enum unpack_result stream_run(const struct stream_ops *ops, void *state,
				     struct stream *stream, size_t limit,
				     struct blob *out)
{
	enum stream_step step = STREAM_MORE;
	enum unpack_result ret;
	size_t in_left, made;

	while (step == STREAM_MORE) {
		made = out->mapped - stream->out_left;
		if (stream->out_left == 0) {
			ret = room_grow(out, made,
					made != 0 ? made * 2 : FIRST_CAPACITY,
					limit);
			if (ret != UNPACK_OK)
				return ret;
			stream->out = out->data + made;
			stream->out_left = out->mapped - made;
		}
		in_left = stream->in_left;
		step = ops->step(state, stream);
		if (step == STREAM_MORE && in_left == stream->in_left &&
		    stream->out_left == out->mapped - made)
			return in_left == 0 ? UNPACK_TRUNCATED : UNPACK_CORRUPT;
	}
	if (step == STREAM_NO_MEMORY)
		return UNPACK_NO_MEMORY;
	return step == STREAM_END ? UNPACK_OK : UNPACK_CORRUPT;
}

static enum unpack_result unpack_one(const struct stream_ops *ops,
				     struct stream *stream, size_t limit,
				     struct blob *out)
{
	enum unpack_result ret;
	void *state = ops->open();

	if (state == NULL)
		return UNPACK_NO_MEMORY;
	ret = stream_run(ops, state, stream, limit, out);
	ops->close(state);
	return ret;
}

static enum unpack_result unpack_streams(const struct codec *codec,
					 struct span packed, size_t limit,
					 struct blob *out)
{
	struct stream stream = { packed.data, packed.size, NULL, 0 };
	enum unpack_result ret = UNPACK_OK;
	struct span rest = packed;
	size_t made;

	while (ret == UNPACK_OK && span_matches(rest, 0, codec->magic)) {
		ret = unpack_one(codec->ops, &stream, limit, out);
		rest = (struct span){ stream.in, stream.in_left };
	}
	if (ret != UNPACK_OK)
		return ret;
	if (rest.size == packed.size) {
		return UNPACK_CORRUPT; /* the data is not in this format */
	}
	if (rest.size != 0)
		return UNPACK_TRAILING;
	made = out->mapped - stream.out_left;
	if (made > limit)
		return UNPACK_TOO_LARGE;
	blob_trim(out, made);
	return UNPACK_OK;
}

/* Unpacks the block at the start of *in, which begins with its size, and moves
 * *in behind it. */
static enum unpack_result lz4_block(struct span *in, size_t limit,
				    struct blob *out, size_t *made)
{
	size_t size = span_le32(*in, 0);
	enum unpack_result ret;
	size_t room;
	int got;

	*in = span_skip(*in, sizeof(uint32_t));
	if (size > (size_t)LZ4_compressBound((int)LZ4_LEGACY_BLOCK))
		return UNPACK_CORRUPT;
	if (size > in->size)
		return UNPACK_TRUNCATED;
	ret = room_grow(out, *made, *made + LZ4_LEGACY_BLOCK, limit);
	if (ret != UNPACK_OK)
		return ret;
	room = out->mapped - *made;
	if (room > LZ4_LEGACY_BLOCK)
		room = LZ4_LEGACY_BLOCK;
	got = LZ4_decompress_safe((const char *)in->data,
				  (char *)out->data + *made, (int)size,
				  (int)room);
	if (got < 0) {
		return room < LZ4_LEGACY_BLOCK ? UNPACK_TOO_LARGE
					       : UNPACK_CORRUPT;
	}
	*made += (size_t)got;
	*in = span_skip(*in, size);
	return UNPACK_OK;
}

/* The format has no end mark. The kernel build may append the unpacked size:
 * the last four bytes of the file, if only four are left. */
static enum unpack_result unpack_lz4_legacy(const struct codec *codec,
					    struct span packed, size_t limit,
					    struct blob *out)
{
	enum unpack_result ret = UNPACK_OK;
	struct span in;
	size_t made = 0;

	if (!span_matches(packed, 0, codec->magic))
		return UNPACK_CORRUPT;
	in = span_skip(packed, codec->magic.size);
	while (ret == UNPACK_OK && in.size > sizeof(uint32_t))
		ret = lz4_block(&in, limit, out, &made);
	if (ret != UNPACK_OK)
		return ret;
	if (made > limit)
		return UNPACK_TOO_LARGE;
	if (made == 0 || (in.size != 0 && in.size != sizeof(uint32_t)))
		return UNPACK_TRUNCATED;
	if (in.size != 0 && span_le32(in, 0) != (uint32_t)made)
		return UNPACK_TRUNCATED;
	blob_trim(out, made);
	return UNPACK_OK;
}

/* Goes through the blocks and unpacks none. Ends at what can be no block, since
 * the format has no end mark; only another archive may follow. */
static enum unpack_result lz4_legacy_drain(const struct codec *codec,
					   struct span packed,
					   struct drained *drained)
{
	struct span in = packed;
	size_t size;

	while (in.size >= sizeof(uint32_t)) {
		if (span_matches(in, 0, codec->magic)) {
			in = span_skip(in, codec->magic.size);
			continue;
		}
		size = span_le32(in, 0);
		if (size == 0 ||
		    size > (size_t)LZ4_compressBound((int)LZ4_LEGACY_BLOCK))
			break;
		/* The last four bytes may be the unpacked size. */
		if (in.size == sizeof(uint32_t))
			break;
		if (size > in.size - sizeof(uint32_t))
			return UNPACK_TRUNCATED;
		in = span_skip(in, sizeof(uint32_t) + size);
	}
	drained->rest = in;
	return UNPACK_OK;
}

static void drained_add(struct drained *drained, const uint8_t *data,
			size_t size)
{
	size_t room = sizeof(drained->head) - drained->head_size;
	size_t count = smaller(room, size);

	memcpy(drained->head + drained->head_size, data, count);
	drained->head_size += count;
	drained->size += size;
}

/* Unpacks one stream into the same room again and again. */
static enum unpack_result stream_drain(const struct stream_ops *ops,
				       void *state, struct stream *stream,
				       uint64_t limit, struct drained *drained)
{
	static const size_t room = (size_t)1 << 18;
	enum stream_step step = STREAM_MORE;
	uint8_t *out = malloc(room);
	size_t in_left, made = 1;

	if (out == NULL)
		return UNPACK_NO_MEMORY;
	do {
		stream->out = out;
		stream->out_left = room;
		in_left = stream->in_left;
		step = ops->step(state, stream);
		made = room - stream->out_left;
		drained_add(drained, out, made);
	} while (step == STREAM_MORE && drained->size <= limit &&
		 (made != 0 || in_left != stream->in_left));
	free(out);
	if (drained->size > limit)
		return UNPACK_TOO_LARGE;
	if (step == STREAM_NO_MEMORY)
		return UNPACK_NO_MEMORY;
	if (step == STREAM_MORE && in_left == 0)
		return UNPACK_TRUNCATED;
	return step == STREAM_END ? UNPACK_OK : UNPACK_CORRUPT;
}

enum unpack_result codec_drain(const struct codec *codec, struct span packed,
			       uint64_t limit, struct drained *drained)
{
	struct stream stream = { packed.data, packed.size, NULL, 0 };
	enum unpack_result ret;
	void *state;

	drained->head_size = 0;
	drained->size = 0;
	if (codec->ops == NULL)
		return lz4_legacy_drain(codec, packed, drained);
	state = codec->ops->open();
	if (state == NULL)
		return UNPACK_NO_MEMORY;
	ret = stream_drain(codec->ops, state, &stream, limit, drained);
	codec->ops->close(state);
	drained->rest = (struct span){ stream.in, stream.in_left };
	return ret;
}

enum codec_index {
	CODEC_GZIP,
	CODEC_ZSTD,
	CODEC_XZ,
	CODEC_LZ4,
	CODEC_LZ4_LEGACY,
	CODEC_LZMA,
	CODEC_COUNT,
};

static const struct codec codecs[CODEC_COUNT] = {
	[CODEC_GZIP] = { "gzip", "Image.gz", "zboot (gzip)", SPAN("\x1f\x8b"),
			 unpack_streams, &stream_gzip },
	[CODEC_ZSTD] = { "zstd", "Image.zst", "zboot (zstd)",
			 SPAN("\x28\xb5\x2f\xfd"), unpack_streams, &stream_zstd },
	[CODEC_XZ] = { "xz", "Image.xz", "zboot (xz)", SPAN("\375\067zXZ\0"),
		       unpack_streams, &stream_xz },
	[CODEC_LZ4] = { "lz4", "Image.lz4", "zboot (lz4)",
			SPAN("\x04\x22\x4d\x18"), unpack_streams,
			&stream_lz4_frame },
	[CODEC_LZ4_LEGACY] = { "lz4", "Image.lz4", "zboot (lz4)",
			       SPAN("\x02\x21\x4c\x18"), unpack_lz4_legacy,
			       NULL },
	[CODEC_LZMA] = { "lzma", "Image.lzma", "zboot (lzma)", SPAN("\x5d\0\0"),
			 unpack_streams, &stream_lzma },
};

const struct codec *codec_recognise(struct span packed)
{
	for (size_t i = 0; i < CODEC_COUNT; i++) {
		if (span_matches(packed, 0, codecs[i].magic))
			return &codecs[i];
	}
	return NULL;
}

/* The names that the kernel build gives its compression methods. */
static const struct {
	const char *type;
	enum codec_index codec;
} zboot_types[] = {
	{ "gzip", CODEC_GZIP },   { "zstd", CODEC_ZSTD },
	{ "zstd22", CODEC_ZSTD }, { "xz", CODEC_XZ },
	{ "xzkern", CODEC_XZ },   { "lz4", CODEC_LZ4_LEGACY },
	{ "lzma", CODEC_LZMA },
};

const struct codec *codec_of_zboot(const char *type)
{
	size_t count = sizeof(zboot_types) / sizeof(zboot_types[0]);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(zboot_types[i].type, type) == 0)
			return &codecs[zboot_types[i].codec];
	}
	return NULL;
}

enum unpack_result codec_unpack(const struct codec *codec, struct span packed,
				size_t limit, struct blob *out)
{
	enum unpack_result ret = codec->unpack(codec, packed, limit, out);

	if (ret != UNPACK_OK)
		blob_free(out);
	return ret;
}
