/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for what a guest, or anybody in its place, answers to an
 * attestation request: what is accepted lies within the input and is canonical,
 * so that writing it again gives the same bytes. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/attest/answer.h"

static const uint8_t *number_check(const uint8_t *at, size_t number)
{
	require(at[0] == 0 &&
		((size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]) == number);
	return at + 4;
}

static void answer_check(const uint8_t *at, size_t size,
			 const struct answer *answer)
{
	const uint8_t *end = at + size;
	uint8_t challenge[ATTEST_CHALLENGE];

	at = number_check(at, answer->token.size);
	require(answer->token.data == at);
	at = number_check(at + answer->token.size, answer->key_count);
	for (size_t i = 0; i < answer->key_count; i++) {
		at = number_check(at, answer->keys[i].size);
		require(answer->keys[i].data == at);
		require(answer_key_type(answer->keys[i]).size <=
			answer->keys[i].size - 4);
		at += answer->keys[i].size;
	}
	require(at == end);
	require(answer_challenge(answer->token, answer, challenge));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer answer;
	uint32_t status;
	uint32_t rest;

	if (answer_read((struct span){ data, size }, &answer) == NULL)
		answer_check(data, size, &answer);
	if (size >= ATTEST_ANSWER_HEAD && answer_head_read(data, &status, &rest))
		require(rest <= ATTEST_REST_MAX);
	return 0;
}
