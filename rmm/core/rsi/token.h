/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a Realm's attestation token, which is CBOR of a fixed shape
 * (docs/rsi.md, The attestation token). The calls that ask for a token, and the
 * steps of its signature, are in rsi_token.c.
 */
#ifndef REEVE_RMM_CORE_RSI_TOKEN_H
#define REEVE_RMM_CORE_RSI_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "abi/cca_token.h"
#include "rmm/core/port.h"

struct rd;

/* More bytes than the Realm token takes with SHA-512. */
#define TOKEN_REALM_MAX 1152

/* Writes the public key with the point x || y as the token has it. */
void token_cose_key(const uint8_t point[2 * P384_SIZE],
		    uint8_t key[CCA_COSE_KEY_SIZE]);

/*
 * Writes the Realm token (COSE_Sign1) with a signature of zeros to a buffer of
 * TOKEN_REALM_MAX bytes. Returns the number of bytes used. The caller holds the
 * lock of the RD, as the measurements may change.
 */
size_t token_realm_write(uint8_t *to, const struct rd *rd,
			 const uint8_t challenge[CCA_CHALLENGE_SIZE],
			 const uint8_t key[CCA_COSE_KEY_SIZE]);

/* Compute the digest of a Realm token that is signed, and return the place of
 * its signature. */
void token_realm_digest(struct rmm_port *port, const uint8_t *token,
			size_t size, uint8_t digest[SIGN_DIGEST_SIZE]);
uint8_t *token_realm_signature(uint8_t *token, size_t size);

/* The whole token (docs/rsi.md, Envelope) as pieces that follow one another. */
#define TOKEN_PIECES   4
#define TOKEN_HEAD_MAX 16

struct token_piece {
	const uint8_t *data;
	size_t size;
};

struct token_collection {
	struct token_piece pieces[TOKEN_PIECES];
	uint8_t heads[2][TOKEN_HEAD_MAX]; /* the envelope before each part */
};

/* Makes the pieces of a token. They point to both parts and into *collection,
 * which must therefore not be copied. */
void token_collect(struct token_collection *collection,
		   struct token_piece platform, struct token_piece realm);
size_t token_size(const struct token_collection *collection);
/* Copies at most size bytes of the token from offset on. Returns their
 * number. */
size_t token_copy(const struct token_collection *collection, size_t offset,
		  uint8_t *to, size_t size);

#endif
