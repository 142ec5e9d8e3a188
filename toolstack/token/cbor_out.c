/* SPDX-License-Identifier: BSD-3-Clause */
/* The CBOR writer: calls libcbor's encoders with the room that is left. */
#include "toolstack/token/cbor_out.h"

#include <cbor.h>
#include <string.h>

/* Moves on by what an encoder wrote. 0 means that it found too little room. */
static void cbor_advance(struct cbor_out *out, size_t written)
{
	if (written == 0)
		out->full = true;
	out->size += written;
}

static unsigned char *cbor_cursor(const struct cbor_out *out)
{
	return out->data + out->size;
}

static size_t cbor_room(const struct cbor_out *out)
{
	return out->full ? 0 : out->capacity - out->size;
}

void cbor_out_int(struct cbor_out *out, int64_t value)
{
	size_t written;

	if (value < 0) {
		written = cbor_encode_negint((uint64_t)(-1 - value),
					     cbor_cursor(out), cbor_room(out));
	} else {
		written = cbor_encode_uint((uint64_t)value, cbor_cursor(out),
					   cbor_room(out));
	}
	cbor_advance(out, written);
}

void cbor_out_tag(struct cbor_out *out, uint64_t tag)
{
	cbor_advance(out,
		     cbor_encode_tag(tag, cbor_cursor(out), cbor_room(out)));
}

void cbor_out_array(struct cbor_out *out, size_t items)
{
	cbor_advance(out, cbor_encode_array_start(items, cbor_cursor(out),
						  cbor_room(out)));
}

void cbor_out_map(struct cbor_out *out, size_t pairs)
{
	cbor_advance(out, cbor_encode_map_start(pairs, cbor_cursor(out),
						cbor_room(out)));
}

static void cbor_append(struct cbor_out *out, const void *data, size_t size)
{
	if (size > cbor_room(out)) {
		out->full = true;
		return;
	}
	memcpy(cbor_cursor(out), data, size);
	out->size += size;
}

void cbor_out_bytes(struct cbor_out *out, const void *data, size_t size)
{
	cbor_advance(out, cbor_encode_bytestring_start(size, cbor_cursor(out),
						       cbor_room(out)));
	cbor_append(out, data, size);
}

void cbor_out_filled(struct cbor_out *out, uint8_t byte, size_t size)
{
	cbor_advance(out, cbor_encode_bytestring_start(size, cbor_cursor(out),
						       cbor_room(out)));
	for (size_t i = 0; i < size; i++)
		cbor_append(out, &byte, 1);
}

void cbor_out_text_span(struct cbor_out *out, struct span text)
{
	cbor_advance(out, cbor_encode_string_start(text.size, cbor_cursor(out),
						   cbor_room(out)));
	cbor_append(out, text.data, text.size);
}

void cbor_out_text(struct cbor_out *out, const char *text)
{
	cbor_out_text_span(
		out, (struct span){ (const uint8_t *)text, strlen(text) });
}

void cbor_out_key_int(struct cbor_out *out, int64_t key, int64_t value)
{
	cbor_out_int(out, key);
	cbor_out_int(out, value);
}

void cbor_out_key_bytes(struct cbor_out *out, int64_t key, const void *data,
			size_t size)
{
	cbor_out_int(out, key);
	cbor_out_bytes(out, data, size);
}

void cbor_out_key_text(struct cbor_out *out, int64_t key, const char *text)
{
	cbor_out_int(out, key);
	cbor_out_text(out, text);
}
