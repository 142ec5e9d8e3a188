/* SPDX-License-Identifier: BSD-3-Clause */
/* Spans of bytes, and little-endian fields at any offset in them. The caller of
 * span_le*() checks the bounds. */
#ifndef REEVE_TOOLSTACK_IMAGE_BYTES_H
#define REEVE_TOOLSTACK_IMAGE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes to read, which the span does not own. */
struct span {
	const uint8_t *data;
	size_t size;
};

/* The bytes of a string literal, without its terminating NUL. */
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* Returns true if count bytes at offset lie within the span. */
static inline bool span_holds(struct span span, uint64_t offset, uint64_t count)
{
	return offset <= span.size && count <= span.size - offset;
}

/* Returns true if these bytes stand at offset in the span. */
static inline bool span_matches(struct span span, size_t offset,
				struct span bytes)
{
	return span_holds(span, offset, bytes.size) &&
	       memcmp(span.data + offset, bytes.data, bytes.size) == 0;
}

/* Returns true if two spans have the same bytes; of none, data may be NULL. */
static inline bool spans_equal(struct span a, struct span b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline struct span span_skip(struct span span, size_t count)
{
	return (struct span){ span.data + count, span.size - count };
}

static inline uint16_t span_le16(struct span span, size_t offset)
{
	return (uint16_t)(span.data[offset] | span.data[offset + 1] << 8);
}

static inline uint32_t span_le32(struct span span, size_t offset)
{
	return (uint32_t)span_le16(span, offset) |
	       (uint32_t)span_le16(span, offset + 2) << 16;
}

static inline uint64_t span_le64(struct span span, size_t offset)
{
	return (uint64_t)span_le32(span, offset) |
	       (uint64_t)span_le32(span, offset + 4) << 32;
}

#endif
