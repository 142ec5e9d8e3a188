/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading CBOR that may be hostile: one item at a time, in place, without
 * allocating. The reader accepts definite lengths and shortest heads only, as
 * the CCA profiles demand. It refuses an item that claims to be longer than the
 * bytes that are left.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_CBOR_IN_H
#define REEVE_TOOLSTACK_TOKEN_CBOR_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/bytes.h"

/* The reasons to refuse a token. token_fault_name() returns their names. */
enum token_fault {
	TOKEN_OK,
	TOKEN_OVERSIZED, /* longer than TOKEN_SIZE_MAX, or too many entries */
	TOKEN_TRUNCATED, /* the bytes end inside an item */
	TOKEN_MALFORMED, /* not CBOR, or not in the shortest form */
	TOKEN_INDEFINITE, /* an item of indefinite length */
	TOKEN_TOO_DEEP, /* items are nested more than CBOR_LEVELS_MAX deep */
	TOKEN_TRAILING, /* bytes after the end */
	TOKEN_WRONG_TAG, /* not a CCA collection, or not a COSE_Sign1 */
	TOKEN_WRONG_TYPE,
	TOKEN_WRONG_SIZE, /* the value has a size that the claim cannot have */
	TOKEN_WRONG_VALUE,
	TOKEN_DUPLICATE, /* one map has the same key twice */
	TOKEN_MISSING, /* a mandatory claim or part is missing */
	TOKEN_MISPLACED, /* a claim of the other part, or the parts swapped */
	TOKEN_ALGORITHM, /* the part is not signed with ES384 */
	TOKEN_CRITICAL, /* a header is marked critical; we understand none */
	TOKEN_PROFILE, /* the profile is not one that this verifier knows */
	TOKEN_KEY, /* the Realm key is not a point of P-384 */
};

/* Returns "truncated", "wrong-type" ... */
const char *token_fault_name(enum token_fault fault);

#define CBOR_LEVELS_MAX 8

enum cbor_kind {
	CBOR_UINT,
	CBOR_NEGATIVE, /* -1 - number */
	CBOR_BYTES,
	CBOR_TEXT, /* printable UTF-8 */
	CBOR_ARRAY, /* as many items as number says follow */
	CBOR_MAP, /* as many pairs as number says follow */
	CBOR_TAG, /* number is the tag; one item follows */
	CBOR_OTHER, /* floats, booleans, null, undefined */
};

struct cbor_head {
	enum cbor_kind kind;
	uint64_t number; /* value, count or tag */
	struct span content; /* of CBOR_BYTES and CBOR_TEXT, in place */
};

/* A reader and its place. The first fault stays, and nothing is read after
 * it. */
struct cbor_in {
	struct span text;
	size_t at;
	enum token_fault fault;
};

/* Sets the fault unless one is set already. Always returns false. */
bool cbor_in_fail(struct cbor_in *in, enum token_fault fault);

/* Reads the next item's head, and a string's content with it. Returns false on
 * a fault, as all of these do. */
bool cbor_in_next(struct cbor_in *in, struct cbor_head *head);
/* As cbor_in_next(); TOKEN_WRONG_TYPE if the item is of another kind. */
bool cbor_in_expect(struct cbor_in *in, enum cbor_kind kind,
		    struct cbor_head *head);
/* Reads an integer; TOKEN_WRONG_TYPE if it is none, or too large. */
bool cbor_in_int(struct cbor_in *in, int64_t *value);
/* Skips the next item with all that it contains. */
bool cbor_in_skip(struct cbor_in *in);
/* Checks that the text ends here; TOKEN_TRAILING. */
bool cbor_in_end(struct cbor_in *in);

/* Gets the integer of a head. Returns false if the head is not an integer, or
 * if the integer does not fit. */
bool cbor_head_int(const struct cbor_head *head, int64_t *value);

/* The keys that were seen in one map: each key may come once only. */
#define CBOR_KEYS_MAX 64
struct cbor_keys {
	size_t count;
	struct span keys[CBOR_KEYS_MAX]; /* encoded */
};

/*
 * Reads a map's next key. *known is true for an integer. It is false for text
 * or bytes: no map of a token gives a meaning to such a key. TOKEN_DUPLICATE,
 * or TOKEN_OVERSIZED if the map has more than CBOR_KEYS_MAX keys.
 */
bool cbor_in_key(struct cbor_in *in, struct cbor_keys *keys, int64_t *key,
		 bool *known);

#endif
