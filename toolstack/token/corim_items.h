/* SPDX-License-Identifier: BSD-3-Clause */
/* Items of a CoRIM. Functions that return a text return NULL if all is well, or
 * a constant text that says what is wrong. */
#ifndef REEVE_TOOLSTACK_TOKEN_CORIM_ITEMS_H
#define REEVE_TOOLSTACK_TOKEN_CORIM_ITEMS_H

#include "toolstack/token/cbor_in.h"

extern const char corim_broken[]; /* "is no CoRIM that can be read" */

/* The subject of a CoRIM. */
enum corim_profile {
	CORIM_OF_REALMS,
	CORIM_OF_PLATFORMS,
};

/* Returns a reader of a CoRIM's items: other programs write arrays and maps of
 * indefinite length. */
struct cbor_in corim_in(struct span text);
/* Reads the head of an array of count items, or of one that a break ends. */
bool corim_array_open(struct cbor_in *in, uint64_t count,
		      struct cbor_head *head);
/* Returns whether all items of an array were taken that has such a head. */
bool corim_array_end(struct cbor_in *in, const struct cbor_head *head);

/* Reads a map that is all of text. The caller frees *pairs in any case. */
bool corim_map_read(struct span text, struct cbor_pairs *pairs);
/* Gets the value of an entry. Returns false if there is none. */
bool corim_entry_get(const struct cbor_pairs *pairs, int64_t key,
		     struct span *value);
/* Gets the value of an entry of the map that text is. */
bool corim_map_get(struct span text, int64_t key, struct span *value);
/* Return whether all keys of a map are among count keys. */
bool corim_keys_are_among(const struct cbor_pairs *pairs, const int64_t *keys,
			  size_t count);
bool corim_map_has_only(struct span text, const int64_t *keys, size_t count);
/* Reads the content of a byte string or a text, with a tag before it or, for
 * tag 0, without one. */
bool corim_content_get(struct span text, uint64_t tag, enum cbor_kind kind,
		       struct span *content);

/* The function for each item of an array. A text that it returns ends the walk. */
struct corim_walk {
	const char *(*take)(struct span item, void *context);
	void *context;
};

const char *corim_array_walk(struct span text, struct corim_walk walk);
/* Reads an array of two items, of which the first may be of any kind. Returns
 * false if text is none. */
bool corim_pair_get(struct span text, struct span *first, struct span *second);

/* Return whether text is a CoRIM, or a signed one, by its outermost tag. */
bool corim_is(struct span text);
bool corim_is_signed(struct span text);

/* Opens an unsigned CoRIM. The caller frees *corim in any case. */
const char *corim_open(struct span text, enum corim_profile *profile,
		       struct cbor_pairs *corim);
/* Judge the present by a validity map; by the claims of a CWT, which need not
 * name a time. */
const char *corim_validity_judge(struct span validity);
const char *corim_claims_judge(struct span claims);
/* Walks through the triples of a kind, of all CoMIDs. */
const char *corim_triples_walk(const struct cbor_pairs *corim, int64_t kind,
			       struct corim_walk walk);
/* Reads the platform that an environment names: its implementation ID, and its
 * instance ID, whose data is NULL if there is none. Returns false if it is none
 * of the platform profile. */
bool corim_platform_get(struct span environment, struct span *implementation,
			struct span *instance);

#endif
