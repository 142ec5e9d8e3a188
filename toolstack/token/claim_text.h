/* SPDX-License-Identifier: BSD-3-Clause */
/* Words for a claim that has not its form. */
#ifndef REEVE_TOOLSTACK_TOKEN_CLAIM_TEXT_H
#define REEVE_TOOLSTACK_TOKEN_CLAIM_TEXT_H

#include "toolstack/token/token.h"

#define CLAIM_TEXT_MAX 120 /* bytes, with the NUL */

/* Writes what a claim must be, and what it is instead; "" if its fault says
 * enough. */
void claim_fault_text(const struct claim_rule *rule,
		      const struct token_claim *claim,
		      char text[CLAIM_TEXT_MAX]);

/* Copies text, at most what fits and is printable, and ends it by a NUL. */
void printable_copy(struct span text, char *to, size_t size);

#endif
