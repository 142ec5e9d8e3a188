/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks that a verification makes, and the list of their results. */
#ifndef REEVE_TOOLSTACK_TOKEN_CHECKS_H
#define REEVE_TOOLSTACK_TOKEN_CHECKS_H

#include "toolstack/token/load.h"
#include "toolstack/token/policy.h"

struct reeve_verification {
	struct reeve_check checks[CHECKS];
	size_t count;
	bool short_of_memory; /* a text of a check is missing */
};

/* The input of a verification, and its result. */
struct verify {
	const struct token *token;
	const struct reeve_expectation *expected;
	const struct reeve_token_policy *policy;
	uint8_t challenge[CCA_CHALLENGE_SIZE]; /* padded with zeros */
	size_t challenge_size; /* bytes that were given; 0: none was given */
	struct reeve_verification *out;
};

/* Formats a text as printf() does. The caller frees it. NULL: out of
 * memory. */
__attribute__((format(printf, 1, 2))) char *check_text(const char *format, ...);
/* Copies text, which must be printable. The caller frees the copy. */
char *check_copy(struct span text);

/* Returns list with one text more, after a comma if it is not the first, and
 * frees both. NULL: one of them is, or out of memory. */
char *check_join(char *list, char *text);

/* Returns the names of the bits that are set, as "this or that". The caller
 * frees the text. */
char *check_names(unsigned bits, const char *const *names, size_t count);

/* Appends a check. The list takes over expected and found; NULL there means
 * that memory ran out. */
void check_add(struct verify *verify, enum token_check check, bool ok,
	       char *expected, char *found);
/* As check_add(), with a constant text that says how to mend a failure. */
void check_add_hint(struct verify *verify, enum token_check check, bool ok,
		    char *expected, char *found, const char *hint);
/* Appends a check that the caller gave nothing to compare with. It counts as
 * failed if the policy requires it, as missing if nobody waived what no token
 * is accepted without, else as unchecked. */
void check_leave(struct verify *verify, enum token_check check, char *found,
		 const char *hint);

/* Groups of checks, in the order of enum token_check. */
void verify_challenge(struct verify *verify);
void verify_platform(struct verify *verify);
void verify_realm(struct verify *verify);
void verify_realm_options(struct verify *verify);
void verify_platform_options(struct verify *verify);
void verify_hashes(struct verify *verify);

#endif
