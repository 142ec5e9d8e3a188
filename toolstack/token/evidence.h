/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding a token in what a user has: the token itself, or an encoding of
 * it. */
#ifndef REEVE_TOOLSTACK_TOKEN_EVIDENCE_H
#define REEVE_TOOLSTACK_TOKEN_EVIDENCE_H

#include <stdbool.h>

#include "toolstack/image/bytes.h"

struct evidence {
	uint8_t *data; /* the token; the caller frees it */
	size_t size;
	const char *problem; /* a constant text; NULL: data is to be read */
};

/*
 * Finds the token in text: CBOR, or base64, base64url, hexadecimal, PEM with
 * whatever label, or a string or an array of bytes somewhere in JSON, in JSON
 * that is encoded there, or in the payload of a JWT. What is none of these is
 * given back as it is, so that the decoder says what is wrong with it. Returns
 * false if memory is short.
 */
bool evidence_find(struct span text, struct evidence *found);

/* Copies bytes to found if they are a token, and counts it. One that is there
 * twice counts once. Returns false if memory is short. */
bool evidence_take(struct span bytes, struct evidence *found, size_t *count);
/* Finds the tokens in a JSON document, and counts them. */
struct json_object;
bool evidence_find_json(struct json_object *document, struct evidence *found,
			size_t *count);

/* Returns whether bytes start like a token: with one of the tags. */
bool evidence_is_token(struct span bytes);

#endif
