/* SPDX-License-Identifier: BSD-3-Clause */
#include "toolstack/attest/answer.h"

#include <openssl/evp.h>

/* The longest type of a key, as "sk-ssh-ed25519@openssh.com" is one. */
#define TYPE_MAX 64

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/* Takes a number from the start of what is left. */
static bool number_take(struct span *left, uint32_t *out)
{
	if (left->size < 4)
		return false;
	*out = be32(left->data);
	*left = span_skip(*left, 4);
	return true;
}

/* Takes a string of 1 to most bytes. */
static bool string_take(struct span *left, size_t most, struct span *out)
{
	uint32_t size;

	if (!number_take(left, &size) || size == 0 || size > most ||
	    size > left->size)
		return false;
	*out = (struct span){ left->data, size };
	*left = span_skip(*left, size);
	return true;
}

bool answer_head_read(const uint8_t head[ATTEST_ANSWER_HEAD], uint32_t *status,
		      uint32_t *rest)
{
	if (memcmp(head, ATTEST_ANSWER_MAGIC, ATTEST_MAGIC_SIZE) != 0)
		return false;
	*status = be32(head + ATTEST_MAGIC_SIZE);
	*rest = be32(head + ATTEST_MAGIC_SIZE + 4);
	return *rest <= (*status == ATTEST_OK ? ATTEST_REST_MAX : 0);
}

struct span answer_key_type(struct span key)
{
	return (struct span){ key.data + 4, be32(key.data) };
}

/* The type goes into files and to terminals. */
static bool key_is_named(struct span key)
{
	struct span type;

	if (!string_take(&key, TYPE_MAX, &type))
		return false;
	for (size_t i = 0; i < type.size; i++) {
		if (type.data[i] <= ' ' || type.data[i] > '~')
			return false;
	}
	return true;
}

static bool span_less(struct span a, struct span b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

	return order != 0 ? order < 0 : a.size < b.size;
}

static const char *keys_read(struct span *left, struct answer *out)
{
	uint32_t count;

	if (!number_take(left, &count) || count > ATTEST_KEYS_MAX)
		return "its number of keys is wrong";
	for (out->key_count = 0; out->key_count < count; out->key_count++) {
		struct span *key = &out->keys[out->key_count];

		if (!string_take(left, ATTEST_KEY_MAX, key) ||
		    !key_is_named(*key))
			return "one of its keys is none of SSH";
		if (out->key_count > 0 && !span_less(key[-1], *key))
			return "its keys are not in order";
	}
	return NULL;
}

const char *answer_read(struct span rest, struct answer *out)
{
	const char *wrong;

	*out = (struct answer){ 0 };
	if (!string_take(&rest, ATTEST_TOKEN_MAX, &out->token))
		return "the size of its token is wrong";
	wrong = keys_read(&rest, out);
	if (wrong == NULL && rest.size != 0)
		wrong = "bytes are left over";
	return wrong;
}

static bool number_hash(EVP_MD_CTX *hash, size_t number)
{
	const uint8_t bytes[4] = { (uint8_t)(number >> 24),
				   (uint8_t)(number >> 16),
				   (uint8_t)(number >> 8), (uint8_t)number };

	return EVP_DigestUpdate(hash, bytes, sizeof(bytes)) == 1;
}

static bool string_hash(EVP_MD_CTX *hash, struct span string)
{
	return number_hash(hash, string.size) &&
	       EVP_DigestUpdate(hash, string.data, string.size) == 1;
}

bool answer_challenge(struct span nonce, const struct answer *answer,
		      uint8_t challenge[ATTEST_CHALLENGE])
{
	const struct span name = SPAN(ATTEST_NAME);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool ok = hash != NULL &&
		  EVP_DigestInit_ex(hash, EVP_sha512(), NULL) == 1 &&
		  string_hash(hash, name) && string_hash(hash, nonce) &&
		  number_hash(hash, answer->key_count);

	for (size_t i = 0; ok && i < answer->key_count; i++)
		ok = string_hash(hash, answer->keys[i]);
	ok = ok && EVP_DigestFinal_ex(hash, challenge, NULL) == 1;
	EVP_MD_CTX_free(hash);
	return ok;
}
