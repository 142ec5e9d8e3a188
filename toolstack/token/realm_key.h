/* SPDX-License-Identifier: BSD-3-Clause */
/* The key that a Realm part is signed with, as the part itself has it. */
#ifndef REEVE_TOOLSTACK_TOKEN_REALM_KEY_H
#define REEVE_TOOLSTACK_TOKEN_REALM_KEY_H

#include "toolstack/token/key.h"
#include "toolstack/token/token.h"

/* Makes the Realm key of a token that token_check() took. The caller frees it.
 * NULL: the claim is no key of the part's algorithm, and *error says why. */
EVP_PKEY *token_realm_key(const struct token *token, struct token_error *error);

#endif
