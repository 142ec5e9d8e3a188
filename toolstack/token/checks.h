/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of checks that a verification makes, with what each found. */
#ifndef REEVE_TOOLSTACK_TOKEN_CHECKS_H
#define REEVE_TOOLSTACK_TOKEN_CHECKS_H

#include <openssl/evp.h>

#include "toolstack/token/load.h"
#include "toolstack/token/policy.h"

struct reeve_verification {
	struct reeve_check checks[CHECKS];
	size_t count;
	bool short_of_memory; /* a text was lost */
};

/* What a verification works on. */
struct verify {
	const struct token *token;
	EVP_PKEY *realm_key;
	EVP_PKEY *platform_key;
	const struct reeve_expectation *expected;
	const struct reeve_token_policy *policy;
	uint8_t challenge[CCA_CHALLENGE_SIZE]; /* zeros behind */
	size_t challenge_size; /* as it was given; 0: none was */
	struct reeve_verification *out;
};

/* A printf-like text that the caller frees; NULL: out of memory. */
__attribute__((format(printf, 1, 2))) char *check_text(const char *format, ...);
/* A copy of text that is printable; the caller frees. */
char *check_copy(struct span text);

/* The names of the bits that are set, as "this or that"; the caller frees. */
char *check_names(unsigned bits, const char *const *names, size_t count);

/* Appends a check; takes expected and found, of which a NULL means that memory
 * was short. */
void check_add(struct verify *verify, enum token_check check, bool ok,
	       char *expected, char *found);
/* The same with the way out of a failure, a constant. */
void check_add_hint(struct verify *verify, enum token_check check, bool ok,
		    char *expected, char *found, const char *hint);
/* A check that nothing was given for: a failure where policy requires it. */
void check_leave(struct verify *verify, enum token_check check, char *found,
		 const char *hint);

/* Groups of checks, in the order of enum token_check. */
void verify_challenge(struct verify *verify);
void verify_platform(struct verify *verify);
void verify_realm(struct verify *verify);
void verify_hashes(struct verify *verify);

#endif
