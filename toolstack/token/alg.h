/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithms that a part of a token may be signed with: ECDSA with SHA-2,
 * each with the curve of its strength. */
#ifndef REEVE_TOOLSTACK_TOKEN_ALG_H
#define REEVE_TOOLSTACK_TOKEN_ALG_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/cca_token.h"

#define CURVE_SIZE_MAX 66 /* bytes of a number of P-521 */

struct token_curve {
	int64_t number; /* COSE_KEY_CRV */
	const char *name; /* in a JWK, and in messages */
	const char *group; /* OpenSSL's name */
	size_t size; /* bytes of a scalar or a coordinate */
};

struct token_algorithm {
	int64_t number; /* COSE_HEADER_ALG */
	const char *name;
	const struct token_curve *curve;
	const EVP_MD *(*hash)(void);
};

/* These return NULL if there is none. */
const struct token_algorithm *algorithm_find(int64_t number);
const struct token_curve *curve_find(int64_t number);
const struct token_curve *curve_named(const char *name);
const struct token_curve *curve_of_key(const EVP_PKEY *key);
/* Returns the one of ES256, ES384 and ES512 for a key's curve. */
const struct token_algorithm *algorithm_of_key(const EVP_PKEY *key);

/* Returns the name of an algorithm, also of ones that we do not take; NULL: we
 * know none of this number. */
const char *algorithm_name(int64_t number);
/* Returns "ES256, ES384, ...": those that we take. */
const char *algorithm_list(void);

#endif
