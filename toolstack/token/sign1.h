/* SPDX-License-Identifier: BSD-3-Clause */
/* COSE_Sign1 with ES384 (RFC 9052 4.2 and 4.4): what is signed, and making
 * such a message. */
#ifndef REEVE_TOOLSTACK_TOKEN_SIGN1_H
#define REEVE_TOOLSTACK_TOKEN_SIGN1_H

#include "toolstack/image/bytes.h"
#include "toolstack/token/cbor_out.h"
#include "toolstack/token/key.h"

/* What surrounds the protected headers and the payload in what is signed. */
#define SIGN1_OVERHEAD 32

/* The Sig_structure over encoded protected headers and a payload. */
void sign1_to_be_signed(struct cbor_out *out, struct span headers,
			struct span payload);

/* Appends the tagged message. false: OpenSSL failed or memory is short; too
 * little room shows in out->full as ever. */
bool sign1_make(struct cbor_out *out, struct span payload, EVP_PKEY *key);

#endif
