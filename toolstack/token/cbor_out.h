/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing CBOR into a buffer of fixed size, with libcbor's encoder. It writes
 * definite lengths and shortest heads only. */
#ifndef REEVE_TOOLSTACK_TOKEN_CBOR_OUT_H
#define REEVE_TOOLSTACK_TOKEN_CBOR_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/bytes.h"

/* A buffer. A writer that would go past capacity sets full instead, which
 * stays set. */
struct cbor_out {
	uint8_t *data;
	size_t capacity;
	size_t size;
	bool full;
};

void cbor_out_int(struct cbor_out *out, int64_t value);
void cbor_out_tag(struct cbor_out *out, uint64_t tag);
void cbor_out_array(struct cbor_out *out, size_t items);
void cbor_out_map(struct cbor_out *out, size_t pairs);
void cbor_out_bytes(struct cbor_out *out, const void *data, size_t size);
/* Writes a byte string of size bytes that are all the same. */
void cbor_out_filled(struct cbor_out *out, uint8_t byte, size_t size);
void cbor_out_text(struct cbor_out *out, const char *text);
void cbor_out_text_span(struct cbor_out *out, struct span text);

/* Each writes an integer key, then its value. */
void cbor_out_key_int(struct cbor_out *out, int64_t key, int64_t value);
void cbor_out_key_bytes(struct cbor_out *out, int64_t key, const void *data,
			size_t size);
void cbor_out_key_text(struct cbor_out *out, int64_t key, const char *text);

#endif
