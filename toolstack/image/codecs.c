/* SPDX-License-Identifier: BSD-3-Clause */
/* The decompression libraries behind one interface. */
#include "toolstack/image/codecs.h"

#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "lib/number.h"

/* Enough for the largest preset of xz (-9 needs 65 MiB); a file that asks for
 * more is refused, so that it cannot exhaust the memory. */
#define LZMA_MEMORY_MAX (UINT64_C(256) << 20)

/* zlib counts in unsigned int. What exceeds this goes into the next step. */
#define ZLIB_STEP_MAX ((size_t)1 << 30)

/* MAX_WBITS plus 16 makes zlib expect a gzip header instead of its own. */
#define GZIP_WINDOW_BITS (16 + MAX_WBITS)

static void stream_advance(struct stream *stream, size_t taken, size_t made)
{
	stream->in += taken;
	stream->in_left -= taken;
	stream->out += made;
	stream->out_left -= made;
}

static void *gzip_open(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	if (inflateInit2(z, GZIP_WINDOW_BITS) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static enum stream_step gzip_step(void *state, struct stream *stream)
{
	z_stream *z = state;
	size_t in = smaller(stream->in_left, ZLIB_STEP_MAX);
	size_t out = smaller(stream->out_left, ZLIB_STEP_MAX);
	int ret;

	/* zlib only reads through this pointer; its type has no const. */
	z->next_in = (z_const Bytef *)(uintptr_t)stream->in;
	z->avail_in = (uInt)in;
	z->next_out = stream->out;
	z->avail_out = (uInt)out;
	ret = inflate(z, Z_NO_FLUSH);
	stream_advance(stream, in - z->avail_in, out - z->avail_out);
	switch (ret) {
	case Z_OK:
	case Z_BUF_ERROR: /* the caller notices that nothing moved */
		return STREAM_MORE;
	case Z_STREAM_END:
		return STREAM_END;
	case Z_MEM_ERROR:
		return STREAM_NO_MEMORY;
	default:
		return STREAM_CORRUPT;
	}
}

static void gzip_close(void *state)
{
	(void)inflateEnd(state); /* fails only for an invalid state */
	free(state);
}

static void *zstd_open(void)
{
	return ZSTD_createDStream();
}

static enum stream_step zstd_step(void *state, struct stream *stream)
{
	ZSTD_inBuffer in = { stream->in, stream->in_left, 0 };
	ZSTD_outBuffer out = { stream->out, stream->out_left, 0 };
	size_t ret = ZSTD_decompressStream(state, &out, &in);

	stream_advance(stream, in.pos, out.pos);
	if (ZSTD_getErrorCode(ret) == ZSTD_error_memory_allocation)
		return STREAM_NO_MEMORY;
	if (ZSTD_isError(ret))
		return STREAM_CORRUPT;
	return ret == 0 ? STREAM_END : STREAM_MORE;
}

static void zstd_close(void *state)
{
	/* Freeing fails only for an invalid state. */
	(void)ZSTD_freeDStream(state);
}

static void *lzma_open(lzma_ret (*init)(lzma_stream *))
{
	lzma_stream *lzma = calloc(1, sizeof(*lzma));

	if (lzma == NULL)
		return NULL;
	if (init(lzma) != LZMA_OK) {
		free(lzma);
		return NULL;
	}
	return lzma;
}

static lzma_ret xz_init(lzma_stream *lzma)
{
	return lzma_stream_decoder(lzma, LZMA_MEMORY_MAX, 0);
}

static void *xz_open(void)
{
	return lzma_open(xz_init);
}

static lzma_ret lzma_alone_init(lzma_stream *lzma)
{
	return lzma_alone_decoder(lzma, LZMA_MEMORY_MAX);
}

static void *lzma_alone_open(void)
{
	return lzma_open(lzma_alone_init);
}

static enum stream_step lzma_step(void *state, struct stream *stream)
{
	lzma_stream *lzma = state;
	size_t in = stream->in_left, out = stream->out_left;
	lzma_ret ret;

	lzma->next_in = stream->in;
	lzma->avail_in = in;
	lzma->next_out = stream->out;
	lzma->avail_out = out;
	ret = lzma_code(lzma, LZMA_RUN);
	stream_advance(stream, in - lzma->avail_in, out - lzma->avail_out);
	switch (ret) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* the caller notices that nothing moved */
		return STREAM_MORE;
	case LZMA_STREAM_END:
		return STREAM_END;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return STREAM_NO_MEMORY;
	default:
		return STREAM_CORRUPT;
	}
}

static void lzma_close(void *state)
{
	lzma_end(state);
	free(state);
}

static void *lz4_open(void)
{
	LZ4F_dctx *context = NULL;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return NULL;
	return context;
}

static enum stream_step lz4_step(void *state, struct stream *stream)
{
	size_t in = stream->in_left, out = stream->out_left;
	size_t ret = LZ4F_decompress(state, stream->out, &out, stream->in, &in,
				     NULL);

	if (LZ4F_isError(ret))
		return STREAM_CORRUPT;
	stream_advance(stream, in, out);
	return ret == 0 ? STREAM_END : STREAM_MORE;
}

static void lz4_close(void *state)
{
	/* The result only tells at which stage decoding stopped. */
	(void)LZ4F_freeDecompressionContext(state);
}

const struct stream_ops stream_gzip = { gzip_open, gzip_step, gzip_close };
const struct stream_ops stream_zstd = { zstd_open, zstd_step, zstd_close };
const struct stream_ops stream_xz = { xz_open, lzma_step, lzma_close };
const struct stream_ops stream_lzma = { lzma_alone_open, lzma_step, lzma_close };
const struct stream_ops stream_lz4_frame = { lz4_open, lz4_step, lz4_close };
