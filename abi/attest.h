/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attestation protocol between reeve-guest and the verifier's end, as
 * docs/attest-protocol.md describes it. Every number is 32 bits, big-endian.
 */
#ifndef REEVE_ABI_ATTEST_H
#define REEVE_ABI_ATTEST_H

#include <stdint.h>

/* The name of the virtio port, and what the challenge's hash begins with. */
#define ATTEST_NAME "org.reeve.attest.0"

/* A request: magic, size of the nonce, nonce. */
#define ATTEST_REQUEST_MAGIC "RVATASK0"
#define ATTEST_REQUEST_HEAD  12
#define ATTEST_NONCE_MIN     32
#define ATTEST_NONCE_MAX     64
#define ATTEST_REQUEST_MAX   (ATTEST_REQUEST_HEAD + ATTEST_NONCE_MAX)

/* An answer: magic, status, size of the rest. The rest is empty unless the
 * status is ATTEST_OK; then it is size and bytes of the token, number of keys,
 * size and bytes of each key. */
#define ATTEST_ANSWER_MAGIC "RVATANS0"
#define ATTEST_ANSWER_HEAD  16
#define ATTEST_MAGIC_SIZE   8

enum attest_status {
	ATTEST_OK = 0,
	ATTEST_E_REQUEST = 1, /* this is no request; the connection ends */
	ATTEST_E_KEYS = 2, /* the guest cannot read its SSH host keys */
	ATTEST_E_TOKEN = 3, /* the guest gets no token from its kernel */
};

/* A public key as SSH sends it (RFC 4253, 6.6). Keys are in ascending order of
 * their bytes, and none is there twice. */
#define ATTEST_KEYS_MAX  8
#define ATTEST_KEY_MAX   4096
#define ATTEST_TOKEN_MAX 65536
#define ATTEST_CHALLENGE 64 /* bytes of SHA-512 */

#define ATTEST_KEYS_SIZE (4 + ATTEST_KEYS_MAX * (4 + ATTEST_KEY_MAX))
#define ATTEST_REST_MAX  (4 + ATTEST_TOKEN_MAX + ATTEST_KEYS_SIZE)
/* The hashed text: name, nonce and keys, with their sizes and number. */
#define ATTEST_TEXT_MAX                                                        \
	(4 + sizeof(ATTEST_NAME) - 1 + 4 + ATTEST_NONCE_MAX + ATTEST_KEYS_SIZE)

#endif
