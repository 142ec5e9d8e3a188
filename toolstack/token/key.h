/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of elliptic curves, and ECDSA. A signature has COSE's form: r, then s.
 * OpenSSL does the arithmetic. We make keys of P-384 only.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_KEY_H
#define REEVE_TOOLSTACK_TOKEN_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/image/bytes.h"
#include "toolstack/token/alg.h"

struct json_object;

/* A point of a curve. x and y have the curve's size. */
struct key_point {
	const struct token_curve *curve;
	struct span x, y;
	bool is_compressed; /* no y, but its sign */
	bool y_is_odd;
};

/* These return a key that the caller frees with EVP_PKEY_free(), or NULL if
 * OpenSSL failed or the input is not a key of one of our curves. */
EVP_PKEY *key_new(void); /* of P-384 */
/* Reads PEM: a private key, or a public one (SubjectPublicKeyInfo). */
EVP_PKEY *key_from_pem(const char *pem, size_t size);
/* Reads a JWK (RFC 7517). A private part in it is ignored. */
EVP_PKEY *key_from_jwk(struct json_object *jwk);
/* Makes a public key. Returns NULL also for a point that is not on the
 * curve. */
EVP_PKEY *key_from_point(const struct key_point *point);
/* Returns the key if it is of a curve of ours; else frees it and returns
 * NULL. */
EVP_PKEY *key_of_our_curves(EVP_PKEY *key);

bool key_is_private(const EVP_PKEY *key);
/* Writes the private number of a P-384 key, P384_SIZE bytes, big endian.
 * Returns false if the key is another, or has no private part. */
bool key_scalar(const EVP_PKEY *key, uint8_t *scalar);
/* Writes x, then y: twice the size of the key's curve. */
bool key_point(const EVP_PKEY *key, uint8_t *point);

#define KEY_POINT_MAX (2 * CURVE_SIZE_MAX)
/* A COSE_Key of the largest curve: each coordinate has a key, and a head of at
 * most two bytes. */
#define KEY_COSE_MAX (KEY_POINT_MAX + 16)

/* Writes the public part as {1: 2, -1: curve, -2: x, -3: y}. Returns how many
 * of KEY_COSE_MAX bytes that takes: CCA_COSE_KEY_SIZE for P-384; 0: OpenSSL
 * failed. */
size_t key_cose(const EVP_PKEY *key, uint8_t *cose);

/* Return the public part as text that the caller frees. NULL: out of
 * memory. */
char *key_public_pem(const EVP_PKEY *key);
char *key_public_jwk(const EVP_PKEY *key);
/* Returns both parts as text that the caller clears and frees. */
char *key_private_pem(const EVP_PKEY *key);

/* Writes a signature of twice the size of the key's curve, by the algorithm of
 * algorithm_of_key(). */
bool key_sign(EVP_PKEY *key, const void *data, size_t size, uint8_t *signature);
/* Returns whether this key made that signature of data. A key of another curve
 * than the algorithm's did not. */
bool key_verify(EVP_PKEY *key, const struct token_algorithm *algorithm,
		struct span data, struct span signature);

#endif
