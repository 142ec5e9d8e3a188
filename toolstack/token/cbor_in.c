/* SPDX-License-Identifier: BSD-3-Clause */
/* The CBOR reader. libcbor decodes no simple values and not every tag, and
 * builds a tree of a whole item; this file reads heads, in place. */
#include "toolstack/token/cbor_in.h"

#include <stdlib.h>

#include "toolstack/report/utf8.h"

static const char *const fault_names[] = {
	[TOKEN_OK] = "ok",
	[TOKEN_MEMORY] = "out-of-memory",
	[TOKEN_OVERSIZED] = "oversized",
	[TOKEN_TRUNCATED] = "truncated",
	[TOKEN_MALFORMED] = "malformed",
	[TOKEN_INDEFINITE] = "indefinite-length",
	[TOKEN_TRAILING] = "trailing-bytes",
	[TOKEN_WRONG_TAG] = "wrong-tag",
	[TOKEN_WRONG_TYPE] = "wrong-type",
	[TOKEN_WRONG_SIZE] = "wrong-size",
	[TOKEN_WRONG_VALUE] = "wrong-value",
	[TOKEN_DUPLICATE] = "duplicate",
	[TOKEN_MISSING] = "missing",
	[TOKEN_FORBIDDEN] = "forbidden",
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

/* The first byte of an item: its major type, and additional information. */
#define MAJOR(byte)       ((byte) >> 5)
#define INFORMATION(byte) ((byte) & 31)
#define MAJOR_OTHER       7
#define INFO_ONE_BYTE     24 /* of the number, which follows; 25: two ... */
#define INFO_EIGHT_BYTES  27
#define INFO_INDEFINITE   31
#define SIMPLE_LONG_MIN   32 /* the least simple value with a byte of its own */

/* Reads the number of a head. *size is how many bytes the head has. */
static bool number_read(struct cbor_in *in, uint64_t *number, size_t *size)
{
	struct span rest = span_skip(in->text, in->at);
	unsigned info = INFORMATION(rest.data[0]);

	*size = 1;
	*number = info;
	if (info < INFO_ONE_BYTE)
		return true;
	if (info > INFO_EIGHT_BYTES)
		return cbor_in_fail(in, TOKEN_MALFORMED);
	*size += (size_t)1 << (info - INFO_ONE_BYTE);
	if (*size > rest.size)
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	*number = 0;
	for (size_t i = 1; i < *size; i++)
		*number = *number << 8 | rest.data[i];
	return true;
}

/* Judges a simple value or a float, whose bits nobody needs. */
static bool other_check(struct cbor_in *in, struct cbor_head *head, size_t size)
{
	if (size > 2)
		head->number = UINT64_MAX;
	else if (size == 2 && head->number < SIMPLE_LONG_MIN)
		return cbor_in_fail(in, TOKEN_MALFORMED);
	return true;
}

/* Gets a string's content, which starts at in->at. */
static bool content_read(struct cbor_in *in, struct cbor_head *head)
{
	if (head->number > in->text.size - in->at)
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	head->content =
		(struct span){ in->text.data + in->at, (size_t)head->number };
	if (head->kind == CBOR_TEXT &&
	    !utf8_is_text((const char *)head->content.data, head->content.size))
		return cbor_in_fail(in, TOKEN_MALFORMED);
	in->at += head->content.size;
	return true;
}

/* Checks that the count of an array or a map is possible: each item takes at
 * least one byte, each pair two. */
static bool count_check(struct cbor_in *in, const struct cbor_head *head)
{
	size_t left = in->text.size - in->at;

	if ((head->kind == CBOR_ARRAY && head->number > left) ||
	    (head->kind == CBOR_MAP && head->number > left / 2) ||
	    (head->kind == CBOR_TAG && left == 0))
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	return true;
}

static bool indefinite_read(struct cbor_in *in, unsigned major,
			    struct cbor_head *head)
{
	if (!in->takes_indefinite || major == CBOR_BYTES || major == CBOR_TEXT)
		return cbor_in_fail(in, TOKEN_INDEFINITE);
	*head = (struct cbor_head){
		.kind = major == MAJOR_OTHER ? CBOR_BREAK
					     : (enum cbor_kind)major,
		.number = CBOR_INDEFINITE,
	};
	in->at++;
	return true;
}

bool cbor_in_next(struct cbor_in *in, struct cbor_head *head)
{
	size_t size = 0;
	unsigned major;
	uint8_t byte;

	if (in->fault != TOKEN_OK)
		return false;
	if (in->at == in->text.size)
		return cbor_in_fail(in, TOKEN_TRUNCATED);
	byte = in->text.data[in->at];
	major = MAJOR(byte);
	if (INFORMATION(byte) == INFO_INDEFINITE && major != CBOR_UINT &&
	    major != CBOR_NEGATIVE && major != CBOR_TAG)
		return indefinite_read(in, major, head);
	*head = (struct cbor_head){ .kind = (enum cbor_kind)major };
	if (!number_read(in, &head->number, &size) ||
	    (major == MAJOR_OTHER && !other_check(in, head, size)))
		return false;
	in->at += size;
	if (head->kind == CBOR_BYTES || head->kind == CBOR_TEXT)
		return content_read(in, head);
	return count_check(in, head);
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

bool cbor_in_break(struct cbor_in *in)
{
	struct cbor_in ahead = *in;
	struct cbor_head head = { 0 };

	if (!cbor_in_next(&ahead, &head) || head.kind != CBOR_BREAK)
		return false;
	in->at = ahead.at;
	return true;
}

#define OPEN_MAX 32 /* items of indefinite length in one another */

/* An item that a break will end. */
struct open_item {
	uint64_t left; /* items that are to come behind it */
	bool is_map;
	bool is_odd; /* a key was taken, and no value */
};

/* The items that are still to come. */
struct pending {
	uint64_t left; /* of definite ones inside of the last open one */
	struct open_item items[OPEN_MAX];
	size_t open;
};

static bool pending_open(struct pending *pending, bool is_map)
{
	if (pending->open == OPEN_MAX)
		return false;
	pending->items[pending->open++] =
		(struct open_item){ .left = pending->left, .is_map = is_map };
	pending->left = 0;
	return true;
}

static bool pending_close(struct pending *pending)
{
	const struct open_item *last;

	if (pending->left > 0 || pending->open == 0)
		return false;
	last = &pending->items[--pending->open];
	pending->left = last->left;
	return !last->is_map || !last->is_odd;
}

/* Takes a head that was read. Returns false if it cannot be there. */
static bool pending_take(struct pending *pending, const struct cbor_head *head)
{
	bool is_map = head->kind == CBOR_MAP;

	if (head->kind == CBOR_BREAK)
		return pending_close(pending);
	if (pending->left > 0)
		pending->left--;
	else
		pending->items[pending->open - 1].is_odd ^= true;
	if (head->kind == CBOR_TAG)
		pending->left++;
	if (!is_map && head->kind != CBOR_ARRAY)
		return true;
	if (head->number == CBOR_INDEFINITE)
		return pending_open(pending, is_map);
	pending->left += is_map ? 2 * head->number : head->number;
	return true;
}

/* Counts the items that are still to come instead of calling itself for each
 * level, so that no depth exhausts the stack. The count cannot overflow: each
 * of at most 2^32 heads adds less than 2^32. */
bool cbor_in_skip(struct cbor_in *in)
{
	struct pending pending = { .left = 1 };
	struct cbor_head head = { 0 };

	while (pending.left > 0 || pending.open > 0) {
		if (!cbor_in_next(in, &head))
			return false;
		if (!pending_take(&pending, &head))
			return cbor_in_fail(in, TOKEN_MALFORMED);
	}
	return true;
}

bool cbor_in_item(struct cbor_in *in, struct span *item)
{
	size_t start = in->at;

	if (!cbor_in_skip(in))
		return false;
	*item = (struct span){ in->text.data + start, in->at - start };
	return true;
}

bool cbor_in_end(struct cbor_in *in)
{
	if (in->fault != TOKEN_OK)
		return false;
	if (in->at != in->text.size)
		return cbor_in_fail(in, TOKEN_TRAILING);
	return true;
}

/* ---- Maps ------------------------------------------------------------ */

static int span_compare(struct span a, struct span b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

/* Orders keys by what they mean, not by how their heads are encoded. Keys that
 * are neither integers nor strings have no meaning in any map of a token, and
 * are compared as they are encoded. */
static int key_compare(const void *first, const void *second)
{
	const struct cbor_entry *a = *(const struct cbor_entry *const *)first;
	const struct cbor_entry *b = *(const struct cbor_entry *const *)second;

	if (a->head.kind != b->head.kind)
		return a->head.kind < b->head.kind ? -1 : 1;
	if (a->head.kind == CBOR_BYTES || a->head.kind == CBOR_TEXT)
		return span_compare(a->head.content, b->head.content);
	if (a->head.number != b->head.number)
		return a->head.number < b->head.number ? -1 : 1;
	if (a->head.kind <= CBOR_NEGATIVE)
		return 0;
	return span_compare(a->key, b->key);
}

/* Returns the later of two entries with the same key; NULL: all differ. */
static const struct cbor_entry *duplicate_find(const struct cbor_entry **sorted,
					       size_t count)
{
	const struct cbor_entry *found = NULL;

	qsort(sorted, count, sizeof(*sorted), key_compare);
	for (size_t i = 1; i < count; i++) {
		if (key_compare(&sorted[i - 1], &sorted[i]) != 0)
			continue;
		found = sorted[i - 1] > sorted[i] ? sorted[i - 1] : sorted[i];
	}
	return found;
}

static bool keys_differ(struct cbor_in *in, struct cbor_pairs *pairs)
{
	const struct cbor_entry **sorted;
	const struct cbor_entry *twice;

	if (pairs->count < 2)
		return true;
	sorted = malloc(pairs->count * sizeof(*sorted));
	if (sorted == NULL)
		return cbor_in_fail(in, TOKEN_MEMORY);
	for (size_t i = 0; i < pairs->count; i++)
		sorted[i] = &pairs->list[i];
	twice = duplicate_find(sorted, pairs->count);
	free(sorted);
	if (twice == NULL)
		return true;
	/* The caller finds the entry at fault at the end. */
	pairs->count = (size_t)(twice - pairs->list) + 1;
	in->at = (size_t)(twice->key.data - in->text.data);
	return cbor_in_fail(in, TOKEN_DUPLICATE);
}

static bool pair_read(struct cbor_in *in, struct cbor_entry *pair)
{
	struct cbor_in again = *in;

	*pair = (struct cbor_entry){ .head.kind = CBOR_OTHER };
	return cbor_in_item(in, &pair->key) &&
	       cbor_in_next(&again, &pair->head) &&
	       cbor_in_item(in, &pair->value);
}

/* Reads as many pairs as there are before a break. */
static bool pairs_read_open(struct cbor_in *in, struct cbor_pairs *pairs)
{
	size_t room = 0;

	while (!cbor_in_break(in)) {
		if (pairs->count == room) {
			struct cbor_entry *list;

			room = room != 0 ? 2 * room : 8;
			list = realloc(pairs->list, room * sizeof(*list));
			if (list == NULL)
				return cbor_in_fail(in, TOKEN_MEMORY);
			pairs->list = list;
		}
		if (!pair_read(in, &pairs->list[pairs->count++]))
			return false;
	}
	return true;
}

static bool pairs_read(struct cbor_in *in, size_t count,
		       struct cbor_pairs *pairs)
{
	if (count == 0)
		return true;
	pairs->list = calloc(count, sizeof(*pairs->list));
	if (pairs->list == NULL)
		return cbor_in_fail(in, TOKEN_MEMORY);
	while (pairs->count < count) {
		if (!pair_read(in, &pairs->list[pairs->count++]))
			return false;
	}
	return true;
}

bool cbor_in_map(struct cbor_in *in, struct cbor_pairs *pairs)
{
	struct cbor_head head;
	bool ok;

	*pairs = (struct cbor_pairs){ 0 };
	if (!cbor_in_expect(in, CBOR_MAP, &head))
		return false;
	ok = head.number == CBOR_INDEFINITE
		     ? pairs_read_open(in, pairs)
		     : pairs_read(in, (size_t)head.number, pairs);
	return ok && keys_differ(in, pairs);
}

void cbor_pairs_free(struct cbor_pairs *pairs)
{
	free(pairs->list);
	*pairs = (struct cbor_pairs){ 0 };
}

const struct cbor_entry *cbor_pairs_find(const struct cbor_pairs *pairs,
					 int64_t key)
{
	int64_t found;

	for (size_t i = 0; i < pairs->count; i++) {
		if (cbor_head_int(&pairs->list[i].head, &found) && found == key)
			return &pairs->list[i];
	}
	return NULL;
}
