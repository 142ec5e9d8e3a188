/* SPDX-License-Identifier: BSD-3-Clause */
/* The answer of a guest, or of whoever is in its place, to an attestation
 * request (docs/attest-protocol.md). Nothing in it is believed before the token
 * is verified. */
#ifndef REEVE_TOOLSTACK_ATTEST_ANSWER_H
#define REEVE_TOOLSTACK_ATTEST_ANSWER_H

#include "abi/attest.h"
#include "toolstack/image/bytes.h"

/* Points into the bytes that were read. */
struct answer {
	struct span token;
	size_t key_count;
	struct span keys[ATTEST_KEYS_MAX]; /* as SSH sends them */
};

/* Reads the head of an answer. Returns false if it is none, or if more bytes
 * would follow than there may be. */
bool answer_head_read(const uint8_t head[ATTEST_ANSWER_HEAD], uint32_t *status,
		      uint32_t *rest);

/* Reads the rest. Returns NULL, or what is wrong. */
const char *answer_read(struct span rest, struct answer *out);

/* Returns the type at the start of a key, which answer_read() has checked to be
 * printable and without spaces. */
struct span answer_key_type(struct span key);

/* Computes the challenge that a token must have to speak for this nonce and
 * these keys. Returns false if memory runs out. */
bool answer_challenge(struct span nonce, const struct answer *answer,
		      uint8_t challenge[ATTEST_CHALLENGE]);

#endif
