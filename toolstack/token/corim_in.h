/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the reference values of a CoRIM. Functions that return a text return
 * NULL if all is well, or a constant text that says what is wrong. */
#ifndef REEVE_TOOLSTACK_TOKEN_CORIM_IN_H
#define REEVE_TOOLSTACK_TOKEN_CORIM_IN_H

#include "toolstack/token/references.h"

/* A CoRIM that is being read. */
struct corim_reader {
	/* A RIM may have several digests: that of this token's hash is taken.
	 * NULL: one of a known hash. */
	const struct token *token;
	/* The keys of which one must have signed it. NULL: a signature is not
	 * looked at. */
	const struct reeve_keys *signers;
	struct reeve_references *references; /* what is read goes there */
	bool is_signed; /* set by corim_read() */
};

/* Reads a CoRIM, which must outlive the references. If it cannot be used, they
 * are as they were. */
const char *corim_read(struct span text, struct corim_reader *reader);

/* ---- The steps, each in a file of its own ----------------------------- */

/* Take a reference triple of the Realm profile, and of the platform profile;
 * context is the reader. */
const char *corim_realm_take(struct span triple, void *context);
const char *corim_platform_take(struct span triple, void *context);

/* A digest: the name of its hash, whose data is NULL if it is unknown. */
struct corim_digest {
	struct span hash, value;
};

/* Reads [algorithm, value], with the algorithm by name or by number. The value
 * is as long as its hash, if that is one that we can compute. */
const char *corim_digest_get(struct span item, struct corim_digest *digest);

/* Nothing has two digests of one hash, so that nobody knows which is meant. */
extern const char corim_two_digests[];

#endif
