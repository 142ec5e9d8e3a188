/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * P-384 keys: making, reading and showing them, and ECDSA with SHA-384 in
 * COSE's form of a signature. All by OpenSSL.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_KEY_H
#define REEVE_TOOLSTACK_TOKEN_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/cca_token.h"

/* The caller frees what these return with EVP_PKEY_free(). NULL: OpenSSL
 * failed, or what was given is no such key. */
EVP_PKEY *key_new(void);
/* A P-384 key in PEM, private or public (SubjectPublicKeyInfo). */
EVP_PKEY *key_from_pem(const char *pem, size_t size);
/* A P-384 key as a JWK (RFC 7517); its private part, if any, is ignored. */
EVP_PKEY *key_from_jwk(const char *json);
/* x and y: P384_SIZE bytes each. NULL also for a point not on the curve. */
EVP_PKEY *key_from_point(const uint8_t *x, const uint8_t *y);

bool key_is_private(const EVP_PKEY *key);
/* P384_SIZE bytes, big endian. false: the key has no private part. */
bool key_scalar(const EVP_PKEY *key, uint8_t *scalar);
/* x, then y: 2 * P384_SIZE bytes. */
bool key_point(const EVP_PKEY *key, uint8_t *point);
/* The public part as {1: 2, -1: 2, -2: x, -3: y}: CCA_COSE_KEY_SIZE bytes. */
bool key_cose(const EVP_PKEY *key, uint8_t *cose);

/* The public part as text; the caller frees. NULL: out of memory. */
char *key_public_pem(const EVP_PKEY *key);
char *key_public_jwk(const EVP_PKEY *key);
/* Both parts; the caller clears and frees. */
char *key_private_pem(const EVP_PKEY *key);

/* P384_SIGNATURE_SIZE bytes. */
bool key_sign(EVP_PKEY *key, const void *data, size_t size, uint8_t *signature);
/* Whether that signature of data is this key's. */
bool key_verify(EVP_PKEY *key, const void *data, size_t size,
		const uint8_t *signature);

#endif
