/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for what a verifier, or anybody in its place, sends to
 * reeve-guest, and for texts of public keys. Each request has exactly one
 * answer, which is to its nonce; after anything else the connection ends.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/fake_tsm.h"
#include "guest/io.h"
#include "guest/serve.h"
#include "guest/wire.h"
#include "tests/fuzz/fuzz.h"

static const struct serve_options options = { .keys = "/nonexistent",
					      .tsm = "folder" };
static const struct keys no_keys;

/* The input and all answers to it fit into a socket's buffer. */
#define INPUT_MAX 4096

static void answer_check(int fd, const struct nonce *nonce)
{
	uint8_t head[ATTEST_ANSWER_HEAD];
	uint8_t rest[4 + 9 + ATTEST_CHALLENGE + 4];
	uint8_t challenge[ATTEST_CHALLENGE];
	uint8_t expected[ATTEST_ANSWER_HEAD];

	answer_head(expected, ATTEST_OK, sizeof(rest));
	require(io_read(fd, head, sizeof(head)) == sizeof(head));
	require(memcmp(head, expected, sizeof(head)) == 0);
	require(io_read(fd, rest, sizeof(rest)) == sizeof(rest));
	challenge_make(nonce, &no_keys, challenge);
	require(memcmp(rest + 13, challenge, sizeof(challenge)) == 0);
}

/* Returns the size of the request at the start of the input, or 0. */
static size_t request_take(const uint8_t *data, size_t size, struct nonce *nonce)
{
	static const uint8_t head[] = "RVATASK0\0\0";

	if (size < ATTEST_REQUEST_HEAD || memcmp(data, head, 11) != 0)
		return 0;
	nonce->size = data[11];
	if (nonce->size < 32 || nonce->size > 64 || size < 12 + nonce->size)
		return 0;
	memcpy(nonce->data, data + 12, nonce->size);
	return 12 + nonce->size;
}

static void connection_check(const uint8_t *data, size_t size)
{
	struct nonce nonce;
	int ends[2];
	size_t taken;

	require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	require(io_write(ends[0], data, size));
	require(shutdown(ends[0], SHUT_WR) == 0);
	while ((taken = request_take(data, size, &nonce)) != 0) {
		require(serve_request(ends[1], &options) == SERVE_MORE);
		answer_check(ends[0], &nonce);
		data += taken;
		size -= taken;
	}
	require(serve_request(ends[1], &options) != SERVE_MORE);
	close(ends[0]);
	close(ends[1]);
}

static void key_check(const uint8_t *data, size_t size)
{
	struct key key;

	if (!key_parse((const char *)data, size, &key))
		return;
	require(key.size >= 5 && key.size <= sizeof(key.data));
	require(key.size >= (size_t)4 + key.data[3]);
	require(memcmp(key.data + 4, data, key.data[3]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > INPUT_MAX)
		return 0;
	fake_tsm_reset();
	connection_check(data, size);
	require(fake_tsm.entries == 0);
	key_check(data, size);
	return 0;
}
