/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/wire.h"

#include <string.h>

#include "guest/sha512.h"

static size_t number_at(const uint8_t *at)
{
	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 |
	       at[3];
}

size_t request_nonce_size(const uint8_t head[ATTEST_REQUEST_HEAD])
{
	size_t size = number_at(head + ATTEST_MAGIC_SIZE);

	if (memcmp(head, ATTEST_REQUEST_MAGIC, ATTEST_MAGIC_SIZE) != 0)
		return 0;
	if (size < ATTEST_NONCE_MIN || size > ATTEST_NONCE_MAX)
		return 0;
	return size;
}

uint8_t *wire_number(uint8_t *at, size_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(number >> shift);
	return at;
}

uint8_t *wire_string(uint8_t *at, const void *data, size_t size)
{
	at = wire_number(at, size);
	memcpy(at, data, size);
	return at + size;
}

uint8_t *wire_keys(uint8_t *at, const struct keys *keys)
{
	at = wire_number(at, keys->count);
	for (size_t i = 0; i < keys->count; i++)
		at = wire_string(at, keys->key[i].data, keys->key[i].size);
	return at;
}

void challenge_make(const struct nonce *nonce, const struct keys *keys,
		    uint8_t challenge[ATTEST_CHALLENGE])
{
	uint8_t text[ATTEST_TEXT_MAX];
	uint8_t *at = wire_string(text, ATTEST_NAME, sizeof(ATTEST_NAME) - 1);

	at = wire_string(at, nonce->data, nonce->size);
	at = wire_keys(at, keys);
	sha512(text, (size_t)(at - text), challenge);
}

void answer_head(uint8_t head[ATTEST_ANSWER_HEAD], enum attest_status status,
		 size_t rest)
{
	memcpy(head, ATTEST_ANSWER_MAGIC, ATTEST_MAGIC_SIZE);
	head = wire_number(head + ATTEST_MAGIC_SIZE, (size_t)status);
	wire_number(head, rest);
}
