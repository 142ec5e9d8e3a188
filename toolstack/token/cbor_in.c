/* SPDX-License-Identifier: BSD-3-Clause */
/* The strict CBOR reader: libcbor decodes heads, and this file judges them. */
#include "toolstack/token/cbor_in.h"

#include <cbor.h>

#include "toolstack/report/utf8.h"

static const char *const fault_names[] = {
	[TOKEN_OK] = "ok",
	[TOKEN_OVERSIZED] = "oversized",
	[TOKEN_TRUNCATED] = "truncated",
	[TOKEN_MALFORMED] = "malformed",
	[TOKEN_INDEFINITE] = "indefinite-length",
	[TOKEN_TOO_DEEP] = "too-deep",
	[TOKEN_TRAILING] = "trailing-bytes",
	[TOKEN_WRONG_TAG] = "wrong-tag",
	[TOKEN_WRONG_TYPE] = "wrong-type",
	[TOKEN_WRONG_SIZE] = "wrong-size",
	[TOKEN_WRONG_VALUE] = "wrong-value",
	[TOKEN_DUPLICATE] = "duplicate",
	[TOKEN_MISSING] = "missing",
	[TOKEN_MISPLACED] = "misplaced",
	[TOKEN_ALGORITHM] = "wrong-algorithm",
	[TOKEN_CRITICAL] = "critical-header",
	[TOKEN_PROFILE] = "unknown-profile",
	[TOKEN_KEY] = "not-a-key",
};

const char *token_fault_name(enum token_fault fault)
{
	return fault_names[fault];
}

bool cbor_in_fail(struct cbor_in *in, enum token_fault fault)
{
	if (in->fault == TOKEN_OK)
		in->fault = fault;
	return false;
}

/* The head that libcbor's callbacks fill in. */
struct decoded {
	struct cbor_head head;
	bool indefinite;
};

static void head_take_number(void *to, enum cbor_kind kind, uint64_t number)
{
	((struct decoded *)to)->head =
		(struct cbor_head){ .kind = kind, .number = number };
}

static void head_take_string(void *to, enum cbor_kind kind, cbor_data data,
			     size_t size)
{
	head_take_number(to, kind, size);
	((struct decoded *)to)->head.content = (struct span){ data, size };
}

/* The callbacks for numbers differ only in their type. */
#define TAKES_NUMBER(name, kind, type)                                         \
	static void name(void *to, type number)                                \
	{                                                                      \
		head_take_number(to, kind, number);                            \
	}

TAKES_NUMBER(uint8_take, CBOR_UINT, uint8_t)
TAKES_NUMBER(uint16_take, CBOR_UINT, uint16_t)
TAKES_NUMBER(uint32_take, CBOR_UINT, uint32_t)
TAKES_NUMBER(uint64_take, CBOR_UINT, uint64_t)
TAKES_NUMBER(negative8_take, CBOR_NEGATIVE, uint8_t)
TAKES_NUMBER(negative16_take, CBOR_NEGATIVE, uint16_t)
TAKES_NUMBER(negative32_take, CBOR_NEGATIVE, uint32_t)
TAKES_NUMBER(negative64_take, CBOR_NEGATIVE, uint64_t)
TAKES_NUMBER(array_alloc, CBOR_ARRAY, size_t)
TAKES_NUMBER(map_take, CBOR_MAP, size_t)
TAKES_NUMBER(tag_take, CBOR_TAG, uint64_t)

static void bytes_take(void *to, cbor_data data, size_t size)
{
	head_take_string(to, CBOR_BYTES, data, size);
}

static void text_take(void *to, cbor_data data, size_t size)
{
	head_take_string(to, CBOR_TEXT, data, size);
}

static void other_take(void *to)
{
	head_take_number(to, CBOR_OTHER, 0);
}

static void boolean_take(void *to, bool value)
{
	(void)value;
	other_take(to);
}

static void float_take(void *to, float value)
{
	(void)value;
	other_take(to);
}

static void double_take(void *to, double value)
{
	(void)value;
	other_take(to);
}

static void indefinite_take(void *to)
{
	((struct decoded *)to)->indefinite = true;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = uint8_take,
	.uint16 = uint16_take,
	.uint32 = uint32_take,
	.uint64 = uint64_take,
	.negint8 = negative8_take,
	.negint16 = negative16_take,
	.negint32 = negative32_take,
	.negint64 = negative64_take,
	.byte_string = bytes_take,
	.byte_string_start = indefinite_take,
	.string = text_take,
	.string_start = indefinite_take,
	.array_start = array_alloc,
	.indef_array_start = indefinite_take,
	.map_start = map_take,
	.indef_map_start = indefinite_take,
	.tag = tag_take,
	.float2 = float_take,
	.float4 = float_take,
	.float8 = double_take,
	.undefined = other_take,
	.null = other_take,
	.boolean = boolean_take,
	.indef_break = indefinite_take,
};

/* One-byte tags (0xc0 | tag) are read here and not by libcbor: its version 0.8
 * calls the tags 6 to 20 malformed, and COSE_Sign1 is tag 18. */
#define SMALL_TAG       0xc0
#define SMALL_TAG_COUNT 24

static bool small_tag_take(struct span rest, struct cbor_head *head,
			   size_t *read)
{
	if (rest.size == 0 || rest.data[0] < SMALL_TAG ||
	    rest.data[0] >= SMALL_TAG + SMALL_TAG_COUNT)
		return false;
	*head = (struct cbor_head){ CBOR_TAG,
				    rest.data[0] - SMALL_TAG,
				    { NULL, 0 } };
	*read = 1;
	return true;
}

static bool head_decode(struct cbor_in *in, struct cbor_head *head, size_t *read)
{
	struct span rest = span_skip(in->text, in->at);
	struct decoded decoded = { 0 };
	struct cbor_decoder_result result;

	if (small_tag_take(rest, head, read))
		return true;
	result = cbor_stream_decode(rest.data, rest.size, &callbacks, &decoded);
	if (result.status == CBOR_DECODER_NEDATA)
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	if (result.status != CBOR_DECODER_FINISHED)
		return cbor_in_fail(in, TOKEN_MALFORMED);
	if (decoded.indefinite)
		return cbor_in_fail(in, TOKEN_INDEFINITE);
	*head = decoded.head;
	*read = result.read;
	return true;
}

/* Returns how many bytes the shortest head for a number has (RFC 8949,
 * 4.2.1). */
static size_t shortest_head_size(uint64_t number)
{
	if (number < 24)
		return 1;
	if (number <= UINT8_MAX)
		return 2;
	if (number <= UINT16_MAX)
		return 3;
	return number <= UINT32_MAX ? 5 : 9;
}

/* Returns whether the count of an array or a map is possible: each item takes
 * at least one byte, each pair two. */
static bool count_fits(const struct cbor_in *in, const struct cbor_head *head)
{
	size_t left = in->text.size - in->at;

	if (head->kind == CBOR_ARRAY)
		return head->number <= left;
	if (head->kind == CBOR_MAP)
		return head->number <= left / 2;
	return true;
}

bool cbor_in_next(struct cbor_in *in, struct cbor_head *head)
{
	size_t read = 0;

	if (in->fault != TOKEN_OK || !head_decode(in, head, &read))
		return false;
	if (head->kind != CBOR_OTHER &&
	    read - head->content.size != shortest_head_size(head->number))
		return cbor_in_fail(in, TOKEN_MALFORMED);
	if (head->kind == CBOR_TEXT &&
	    !utf8_is_printable((const char *)head->content.data,
			       head->content.size))
		return cbor_in_fail(in, TOKEN_MALFORMED);
	in->at += read;
	if (!count_fits(in, head))
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	return true;
}

bool cbor_in_expect(struct cbor_in *in, enum cbor_kind kind,
		    struct cbor_head *head)
{
	if (!cbor_in_next(in, head))
		return false;
	if (head->kind != kind)
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	return true;
}

bool cbor_head_int(const struct cbor_head *head, int64_t *value)
{
	if (head->kind > CBOR_NEGATIVE || head->number > INT64_MAX)
		return false;
	*value = head->kind == CBOR_UINT ? (int64_t)head->number
					 : -1 - (int64_t)head->number;
	return true;
}

bool cbor_in_int(struct cbor_in *in, int64_t *value)
{
	struct cbor_head head;

	if (!cbor_in_next(in, &head))
		return false;
	if (!cbor_head_int(&head, value))
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	return true;
}

static bool skip_at(struct cbor_in *in, unsigned level)
{
	struct cbor_head head;
	uint64_t items = 0;

	if (level > CBOR_LEVELS_MAX)
		return cbor_in_fail(in, TOKEN_TOO_DEEP);
	if (!cbor_in_next(in, &head))
		return false;
	if (head.kind == CBOR_ARRAY)
		items = head.number;
	else if (head.kind == CBOR_MAP)
		items = 2 * head.number;
	else if (head.kind == CBOR_TAG)
		items = 1;
	while (items-- > 0) {
		if (!skip_at(in, level + 1))
			return false;
	}
	return true;
}

bool cbor_in_skip(struct cbor_in *in)
{
	return skip_at(in, 1);
}

bool cbor_in_end(struct cbor_in *in)
{
	if (in->fault != TOKEN_OK)
		return false;
	if (in->at != in->text.size)
		return cbor_in_fail(in, TOKEN_TRAILING);
	return true;
}

static bool key_is_new(struct cbor_in *in, struct cbor_keys *keys,
		       struct span key)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->keys[i].size == key.size &&
		    span_matches(key, 0, keys->keys[i]))
			return cbor_in_fail(in, TOKEN_DUPLICATE);
	}
	if (keys->count == CBOR_KEYS_MAX)
		return cbor_in_fail(in, TOKEN_OVERSIZED);
	keys->keys[keys->count++] = key;
	return true;
}

bool cbor_in_key(struct cbor_in *in, struct cbor_keys *keys, int64_t *key,
		 bool *known)
{
	size_t start = in->at;
	struct cbor_head head;

	if (!cbor_in_next(in, &head))
		return false;
	if (head.kind > CBOR_TEXT)
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	*known = cbor_head_int(&head, key);
	return key_is_new(in, keys,
			  (struct span){ in->text.data + start, in->at - start });
}
