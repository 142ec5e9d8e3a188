/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the reference values of Realms from a CoRIM. */
#ifndef REEVE_TOOLSTACK_TOKEN_CORIM_IN_H
#define REEVE_TOOLSTACK_TOKEN_CORIM_IN_H

#include "toolstack/token/keys.h"

/* The Realms of a CoRIM. */
struct corim_found {
	struct reeve_refs refs; /* those of the token's RIM, or the first */
	size_t count; /* of Realms */
	size_t matches; /* of them with the token's RIM */
	bool is_signed;
};

/* Returns whether text is a CoRIM, signed or not. */
bool corim_is(struct span text);

/*
 * Reads a CoRIM. token may be NULL, and so may signers: then a signature is not
 * looked at. Returns NULL if refs can be used; else why they cannot, a constant
 * text.
 */
const char *corim_read(struct span text, const struct token *token,
		       const struct reeve_keys *signers,
		       struct corim_found *found);

#endif
