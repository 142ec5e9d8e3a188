/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading CBOR (RFC 8949) that may be hostile: one item at a time, in place.
 * The reader takes every well-formed encoding of definite length, also a head
 * that is longer than it need be: a verifier of CCA tokens has to. It refuses
 * texts that are no UTF-8, and an item that claims to be longer than the bytes
 * that are left. It refuses indefinite lengths, which the CCA profiles do not
 * allow; those of arrays and maps only if it is not told to take them.
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
	TOKEN_MEMORY, /* none was left: no fault of the token's */
	TOKEN_OVERSIZED, /* longer than TOKEN_SIZE_MAX */
	TOKEN_TRUNCATED, /* the bytes end inside an item */
	TOKEN_MALFORMED, /* not CBOR, or a text that cannot be shown */
	TOKEN_INDEFINITE, /* an item of indefinite length */
	TOKEN_TRAILING, /* bytes after the end */
	TOKEN_WRONG_TAG, /* not a CCA collection, or not a COSE_Sign1 */
	TOKEN_WRONG_TYPE,
	TOKEN_WRONG_SIZE, /* the value has a size that the claim cannot have */
	TOKEN_WRONG_VALUE,
	TOKEN_DUPLICATE, /* one map has the same key twice */
	TOKEN_MISSING, /* a mandatory claim or part is missing */
	TOKEN_FORBIDDEN, /* a claim that the profile does not allow */
	TOKEN_ALGORITHM, /* signed with an algorithm that we do not take */
	TOKEN_CRITICAL, /* a header is marked critical; we understand none */
	TOKEN_PROFILE, /* the profile is not one that this verifier knows */
	TOKEN_KEY, /* the Realm key is not a key of the part's algorithm */
};

/* Returns "truncated", "wrong-type" ... */
const char *token_fault_name(enum token_fault fault);

enum cbor_kind {
	CBOR_UINT,
	CBOR_NEGATIVE, /* -1 - number */
	CBOR_BYTES,
	CBOR_TEXT, /* UTF-8, with control characters perhaps */
	CBOR_ARRAY, /* as many items as number says follow */
	CBOR_MAP, /* as many pairs as number says follow */
	CBOR_TAG, /* number is the tag; one item follows */
	CBOR_OTHER, /* number: a simple value, or UINT64_MAX for a float */
	CBOR_BREAK, /* the end of an array or a map of CBOR_INDEFINITE */
};

/* Simple values: CBOR_OTHER's number. */
#define CBOR_FALSE 20
#define CBOR_TRUE  21

/* The number of an array or a map that a CBOR_BREAK ends. No other has so
 * many. */
#define CBOR_INDEFINITE UINT64_MAX

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
	bool takes_indefinite; /* arrays and maps, but no strings */
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
/* Takes a CBOR_BREAK if it is next. Returns false if it is not. */
bool cbor_in_break(struct cbor_in *in);
/* Skips the next item with all that it contains, at whatever depth. */
bool cbor_in_skip(struct cbor_in *in);
/* As cbor_in_skip(), and gets the item's bytes. */
bool cbor_in_item(struct cbor_in *in, struct span *item);
/* Checks that the text ends here; TOKEN_TRAILING. */
bool cbor_in_end(struct cbor_in *in);

/* Gets the integer of a head. Returns false if the head is not an integer, or
 * if the integer does not fit. */
bool cbor_head_int(const struct cbor_head *head, int64_t *value);

/* An entry of a map. key and value are the encoded items. */
struct cbor_entry {
	struct cbor_head head; /* of the key */
	struct span key;
	struct span value;
};

/* The entries of a map, in their order. */
struct cbor_pairs {
	size_t count;
	struct cbor_entry *list;
};

/*
 * Reads a whole map. The caller frees *pairs with cbor_pairs_free(), also after
 * a fault: then it holds what was read, and last the entry at fault.
 * TOKEN_DUPLICATE: a key is there twice, in whatever encoding.
 */
bool cbor_in_map(struct cbor_in *in, struct cbor_pairs *pairs);
void cbor_pairs_free(struct cbor_pairs *pairs);
/* Returns the entry with an integer key; NULL: there is none. */
const struct cbor_entry *cbor_pairs_find(const struct cbor_pairs *pairs,
					 int64_t key);

#endif
