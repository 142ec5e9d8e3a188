/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading CBOR that may be hostile: one item at a time, in place, nothing
 * allocated. Only definite lengths and shortest heads are read, as the CCA
 * profiles demand; nothing claims more than the bytes that are there.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_CBOR_IN_H
#define REEVE_TOOLSTACK_TOKEN_CBOR_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/bytes.h"

/* Why a token is refused; token_fault_name() gives each its name. */
enum token_fault {
	TOKEN_OK,
	TOKEN_OVERSIZED, /* longer than TOKEN_SIZE_MAX, or too many of a thing */
	TOKEN_TRUNCATED, /* ends before an item does */
	TOKEN_MALFORMED, /* not CBOR, or not in the shortest form */
	TOKEN_INDEFINITE, /* a length that is not told in advance */
	TOKEN_TOO_DEEP, /* more than CBOR_LEVELS_MAX items in one another */
	TOKEN_TRAILING, /* bytes after the end */
	TOKEN_WRONG_TAG, /* no CCA collection, or no COSE_Sign1 */
	TOKEN_WRONG_TYPE,
	TOKEN_WRONG_SIZE, /* a value of a size that the claim cannot have */
	TOKEN_WRONG_VALUE,
	TOKEN_DUPLICATE, /* a key twice in one map */
	TOKEN_MISSING, /* a mandatory claim is not there */
	TOKEN_MISPLACED, /* a claim of the other part, or the other part */
	TOKEN_ALGORITHM, /* not signed with ES384 */
	TOKEN_CRITICAL, /* a header that must be understood, and is not */
	TOKEN_PROFILE, /* of no profile that this verifier knows */
	TOKEN_KEY, /* the Realm key is no point of P-384 */
};

/* "truncated", "wrong-type" ... */
const char *token_fault_name(enum token_fault fault);

#define CBOR_LEVELS_MAX 8

enum cbor_kind {
	CBOR_UINT,
	CBOR_NEGATIVE, /* -1 - number */
	CBOR_BYTES,
	CBOR_TEXT, /* printable UTF-8 */
	CBOR_ARRAY, /* number items follow */
	CBOR_MAP, /* number pairs follow */
	CBOR_TAG, /* number; one item follows */
	CBOR_OTHER, /* floats, booleans, null, undefined */
};

struct cbor_head {
	enum cbor_kind kind;
	uint64_t number; /* value, count or tag */
	struct span content; /* of CBOR_BYTES and CBOR_TEXT, in place */
};

/* The first fault stays; after it nothing more is read. */
struct cbor_in {
	struct span text;
	size_t at;
	enum token_fault fault;
};

/* Notes a fault unless there is one already. Returns false. */
bool cbor_in_fail(struct cbor_in *in, enum token_fault fault);

/* The next item's head, with a string's content. false: a fault. */
bool cbor_in_next(struct cbor_in *in, struct cbor_head *head);
/* As cbor_in_next(), of that kind; TOKEN_WRONG_TYPE. */
bool cbor_in_expect(struct cbor_in *in, enum cbor_kind kind,
		    struct cbor_head *head);
/* An integer that fits. */
bool cbor_in_int(struct cbor_in *in, int64_t *value);
/* Skips a whole item. */
bool cbor_in_skip(struct cbor_in *in);
/* Nothing may follow; TOKEN_TRAILING. */
bool cbor_in_end(struct cbor_in *in);

/* The integer that an integer's head holds. false: it does not fit. */
bool cbor_head_int(const struct cbor_head *head, int64_t *value);

/* Keys seen in one map, each of which may come once. */
#define CBOR_KEYS_MAX 64
struct cbor_keys {
	size_t count;
	struct span keys[CBOR_KEYS_MAX]; /* encoded */
};

/*
 * Reads a map's next key: an integer (*known: true) or text or bytes, which
 * no map of a token gives a meaning (*known: false). TOKEN_DUPLICATE, or
 * TOKEN_OVERSIZED after CBOR_KEYS_MAX of them.
 */
bool cbor_in_key(struct cbor_in *in, struct cbor_keys *keys, int64_t *key,
		 bool *known);

#endif
