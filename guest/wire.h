/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of the attestation protocol (docs/attest-protocol.md), on the
 * guest's side: requests are read, and texts and answers are written. */
#ifndef REEVE_GUEST_WIRE_H
#define REEVE_GUEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/attest.h"
#include "guest/keys.h"

struct nonce {
	size_t size;
	uint8_t data[ATTEST_NONCE_MAX];
};

/* Returns how many bytes follow the head of a request, ATTEST_NONCE_MIN to
 * ATTEST_NONCE_MAX; 0: this is no request. */
size_t request_nonce_size(const uint8_t head[ATTEST_REQUEST_HEAD]);

/* Writes into a buffer that must have the room. Each returns the end of what it
 * wrote. */
uint8_t *wire_number(uint8_t *at, size_t number);
uint8_t *wire_string(uint8_t *at, const void *data, size_t size);
uint8_t *wire_keys(uint8_t *at, const struct keys *keys);

/* Computes the challenge that binds a nonce and keys. */
void challenge_make(const struct nonce *nonce, const struct keys *keys,
		    uint8_t challenge[ATTEST_CHALLENGE]);

/* Writes the head of an answer, in front of a rest of that size. */
void answer_head(uint8_t head[ATTEST_ANSWER_HEAD], enum attest_status status,
		 size_t rest);

#endif
