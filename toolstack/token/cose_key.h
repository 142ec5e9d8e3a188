/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a COSE_Key (RFC 9052, 7): a public key of an elliptic curve. */
#ifndef REEVE_TOOLSTACK_TOKEN_COSE_KEY_H
#define REEVE_TOOLSTACK_TOKEN_COSE_KEY_H

#include "toolstack/token/cbor_in.h"
#include "toolstack/token/key.h"

/*
 * Reads one COSE_Key. Its spans point into in's text. With an algorithm, the
 * key must be of its curve, and must not be meant for another algorithm or
 * other uses than verifying. On a fault returns false: TOKEN_KEY, or what is
 * wrong with the encoding. The point may be off the curve: key_from_point()
 * tells.
 */
bool cose_key_read(struct cbor_in *in, const struct token_algorithm *algorithm,
		   struct key_point *point);

#endif
