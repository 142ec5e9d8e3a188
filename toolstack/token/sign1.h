/* SPDX-License-Identifier: BSD-3-Clause */
/* COSE_Sign1 (RFC 9052, 4.2 and 4.4): making such a message, the bytes
 * that its signature covers, and verifying one. */
#ifndef REEVE_TOOLSTACK_TOKEN_SIGN1_H
#define REEVE_TOOLSTACK_TOKEN_SIGN1_H

#include "toolstack/image/bytes.h"
#include "toolstack/token/cbor_out.h"
#include "toolstack/token/key.h"
#include "toolstack/token/token.h"

/* Bytes that a Sig_structure needs beside the protected headers and the
 * payload. */
#define SIGN1_OVERHEAD 32

/* Writes the Sig_structure, which is what gets signed, over encoded protected
 * headers and a payload. */
void sign1_to_be_signed(struct cbor_out *out, struct span headers,
			struct span payload);

/* Appends the tagged message, with encoded protected headers that name the
 * algorithm of the key. Returns false if OpenSSL failed or memory is short. Too
 * little room in out sets out->full, as with every writer. */
bool sign1_make(struct cbor_out *out, struct span headers, struct span payload,
		EVP_PKEY *key);
/* The same with a P-384 key, and with no header but the algorithm. */
bool sign1_make_es384(struct cbor_out *out, struct span payload, EVP_PKEY *key);

/* Returns whether a key made the signature of a message, whose algorithm is one
 * of ours. */
bool sign1_holds(const struct token_part *message, EVP_PKEY *key);

#endif
