/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * P-384 keys: making, reading and writing them, and ECDSA with SHA-384. A
 * signature has COSE's form: r, then s. OpenSSL does the arithmetic.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_KEY_H
#define REEVE_TOOLSTACK_TOKEN_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/cca_token.h"

/* These return a key that the caller frees with EVP_PKEY_free(), or NULL if
 * OpenSSL failed or the input is not a P-384 key. */
EVP_PKEY *key_new(void);
/* Reads PEM: a private key, or a public one (SubjectPublicKeyInfo). */
EVP_PKEY *key_from_pem(const char *pem, size_t size);
/* Reads a JWK (RFC 7517). A private part in it is ignored. */
EVP_PKEY *key_from_jwk(const char *json);
/* Makes a public key from x and y, P384_SIZE bytes each. Returns NULL also for
 * a point that is not on the curve. */
EVP_PKEY *key_from_point(const uint8_t *x, const uint8_t *y);

bool key_is_private(const EVP_PKEY *key);
/* Writes the private number, P384_SIZE bytes, big endian. Returns false if the
 * key has no private part. */
bool key_scalar(const EVP_PKEY *key, uint8_t *scalar);
/* Writes x, then y: 2 * P384_SIZE bytes. */
bool key_point(const EVP_PKEY *key, uint8_t *point);
/* Writes the public part as {1: 2, -1: 2, -2: x, -3: y}, which takes
 * CCA_COSE_KEY_SIZE bytes. */
bool key_cose(const EVP_PKEY *key, uint8_t *cose);

/* Return the public part as text that the caller frees. NULL: out of
 * memory. */
char *key_public_pem(const EVP_PKEY *key);
char *key_public_jwk(const EVP_PKEY *key);
/* Returns both parts as text that the caller clears and frees. */
char *key_private_pem(const EVP_PKEY *key);

/* Writes a signature of P384_SIGNATURE_SIZE bytes. */
bool key_sign(EVP_PKEY *key, const void *data, size_t size, uint8_t *signature);
/* Returns whether this key made that signature of data. */
bool key_verify(EVP_PKEY *key, const void *data, size_t size,
		const uint8_t *signature);

#endif
