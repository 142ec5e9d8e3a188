/* SPDX-License-Identifier: BSD-3-Clause */
/* One request and its answer, on whatever connection. */
#include <string.h>

#include "guest/io.h"
#include "guest/serve.h"
#include "guest/tsm.h"
#include "guest/wire.h"

/* The parts of an answer, which are made anew for each request. */
struct answer {
	struct nonce nonce;
	struct keys keys;
	uint8_t token[ATTEST_TOKEN_MAX];
	size_t token_size;
	uint8_t bytes[ATTEST_ANSWER_HEAD + ATTEST_REST_MAX];
};

static enum attest_status answer_make(struct answer *answer,
				      const struct serve_options *options)
{
	uint8_t challenge[ATTEST_CHALLENGE];

	if (!keys_load(options->keys, &answer->keys))
		return ATTEST_E_KEYS;
	challenge_make(&answer->nonce, &answer->keys, challenge);
	if (!tsm_token(options->tsm, challenge, answer->token,
		       &answer->token_size))
		return ATTEST_E_TOKEN;
	return ATTEST_OK;
}

static bool answer_send(int fd, struct answer *answer, enum attest_status status)
{
	uint8_t *rest = answer->bytes + ATTEST_ANSWER_HEAD;
	uint8_t *end = rest;

	if (status == ATTEST_OK) {
		end = wire_string(end, answer->token, answer->token_size);
		end = wire_keys(end, &answer->keys);
	}
	answer_head(answer->bytes, status, (size_t)(end - rest));
	return io_write(fd, answer->bytes, (size_t)(end - answer->bytes));
}

enum serve_end serve_request(int fd, const struct serve_options *options)
{
	static struct answer answer;
	uint8_t head[ATTEST_REQUEST_HEAD];
	struct nonce *nonce = &answer.nonce;

	if (io_read(fd, head, sizeof(head)) != sizeof(head))
		return SERVE_GONE;
	nonce->size = request_nonce_size(head);
	if (nonce->size == 0) {
		(void)answer_send(fd, &answer, ATTEST_E_REQUEST);
		return SERVE_WRONG;
	}
	if (io_read(fd, nonce->data, nonce->size) != (ssize_t)nonce->size)
		return SERVE_GONE;
	if (!answer_send(fd, &answer, answer_make(&answer, options)))
		return SERVE_GONE;
	return SERVE_MORE;
}
