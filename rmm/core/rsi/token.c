/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the token. Every length is known before the bytes are written. */
#include "rmm/core/rsi/token.h"

#include <assert.h>
#include <string.h>

#include "abi/rmi.h"
#include "rmm/core/measurement.h"
#include "rmm/core/port.h"
#include "rmm/core/realm/realm.h"

/* CBOR's major types (RFC 8949, 3.1), and the forms of a head. */
enum major {
	MAJOR_UINT = 0 << 5,
	MAJOR_NEGATIVE = 1 << 5,
	MAJOR_BYTES = 2 << 5,
	MAJOR_TEXT = 3 << 5,
	MAJOR_ARRAY = 4 << 5,
	MAJOR_MAP = 5 << 5,
	MAJOR_TAG = 6 << 5,
};

#define HEAD_SMALL 24 /* lower numbers are in the first byte */
#define HEAD_8     24
#define HEAD_16    25

/* A buffer that is too small is our own mistake, since every shape has a
 * greatest size; so the writer asserts that there is room. */
struct writer {
	uint8_t *at;
	const uint8_t *end;
};

static void byte_put(struct writer *w, unsigned value)
{
	assert(w->at < w->end);
	*w->at++ = (uint8_t)value;
}

/* No number in a token needs more than 16 bits. */
static void head_put(struct writer *w, enum major major, size_t number)
{
	assert(number <= UINT16_MAX);
	if (number < HEAD_SMALL) {
		byte_put(w, major | (unsigned)number);
	} else if (number <= UINT8_MAX) {
		byte_put(w, major | HEAD_8);
		byte_put(w, (unsigned)number);
	} else {
		byte_put(w, major | HEAD_16);
		byte_put(w, (unsigned)number >> 8);
		byte_put(w, (unsigned)number & 0xff);
	}
}

static void int_put(struct writer *w, int value)
{
	if (value < 0)
		head_put(w, MAJOR_NEGATIVE, (size_t)(-1 - value));
	else
		head_put(w, MAJOR_UINT, (size_t)value);
}

static void string_put(struct writer *w, enum major major, const void *data,
		       size_t size)
{
	head_put(w, major, size);
	assert(size <= (size_t)(w->end - w->at));
	memcpy(w->at, data, size);
	w->at += size;
}

static void claim_bytes(struct writer *w, int key, const void *data, size_t size)
{
	int_put(w, key);
	string_put(w, MAJOR_BYTES, data, size);
}

/* text is an array, so that its size is known. */
#define claim_text(w, key, text)                                               \
	claim_text_sized(w, key, text, sizeof(text) - 1)

static void claim_text_sized(struct writer *w, int key, const char *text,
			     size_t size)
{
	int_put(w, key);
	string_put(w, MAJOR_TEXT, text, size);
}

void token_cose_key(const uint8_t point[2 * P384_SIZE],
		    uint8_t key[CCA_COSE_KEY_SIZE])
{
	struct writer w = { key, key + CCA_COSE_KEY_SIZE };

	head_put(&w, MAJOR_MAP, 4);
	int_put(&w, COSE_KEY_KTY);
	int_put(&w, COSE_KEY_EC2);
	int_put(&w, COSE_KEY_CRV);
	int_put(&w, COSE_KEY_P384);
	claim_bytes(&w, COSE_KEY_X, point, P384_SIZE);
	claim_bytes(&w, COSE_KEY_Y, point + P384_SIZE, P384_SIZE);
	assert(w.at == w.end);
}

/* All names have the same length. */
static const char hash_names[][sizeof(CCA_SHA_256)] = {
	[RMI_HASH_SHA_256] = CCA_SHA_256,
	[RMI_HASH_SHA_512] = CCA_SHA_512,
	[RMI_HASH_SHA_384] = CCA_SHA_384,
};

static void measurements_put(struct writer *w, const struct measurements *m)
{
	size_t size = hash_size(m->algorithm);

	claim_bytes(w, CCA_REALM_RIM, m->slot[0], size);
	int_put(w, CCA_REALM_REMS);
	head_put(w, MAJOR_ARRAY, CCA_REMS);
	for (unsigned i = 0; i < CCA_REMS; i++)
		string_put(w, MAJOR_BYTES, m->slot[1 + i], size);
}

#define CLAIMS 10

static void claims_put(struct writer *w, const struct rd *rd,
		       const uint8_t *challenge, const uint8_t *key)
{
	head_put(w, MAJOR_MAP, CLAIMS);
	claim_bytes(w, CCA_CHALLENGE, challenge, CCA_CHALLENGE_SIZE);
	claim_bytes(w, CCA_REALM_INSTANCE_ID, rd->instance_id,
		    sizeof(rd->instance_id));
	claim_bytes(w, CCA_REALM_RPV, rd->rpv, sizeof(rd->rpv));
	claim_bytes(w, CCA_REALM_KEY, key, CCA_COSE_KEY_SIZE);
	claim_text(w, CCA_REALM_HASH, hash_names[rd->measurements.algorithm]);
	claim_text(w, CCA_REALM_KEY_HASH, CCA_SHA_256);
	int_put(w, CCA_REALM_MEC_POLICY);
	int_put(w, rd->mec_policy);
	claim_text(w, CCA_PROFILE, CCA_REALM_PROFILE);
	measurements_put(w, &rd->measurements);
}

/* The protected header, the map {1: -35}: the algorithm is ES384. */
static const uint8_t headers[] = { 0xa1, 0x01, 0x38, 0x22 };

/* Bytes of tag, array head, protected and unprotected header, which come before
 * the payload. */
#define SIGN1_HEAD_SIZE 8
/* The payload always has 256 bytes or more, and so a head of 3 bytes. */
#define PAYLOAD_HEAD_SIZE   3
#define SIGNATURE_HEAD_SIZE 2

static void sign1_head_put(struct writer *w)
{
	head_put(w, MAJOR_TAG, COSE_TAG_SIGN1);
	head_put(w, MAJOR_ARRAY, 4);
	string_put(w, MAJOR_BYTES, headers, sizeof(headers));
	head_put(w, MAJOR_MAP, 0);
}

size_t token_realm_write(uint8_t *to, const struct rd *rd,
			 const uint8_t challenge[CCA_CHALLENGE_SIZE],
			 const uint8_t key[CCA_COSE_KEY_SIZE])
{
	static const uint8_t unsigned_yet[P384_SIGNATURE_SIZE];
	uint8_t *payload = to + SIGN1_HEAD_SIZE + PAYLOAD_HEAD_SIZE;
	struct writer w = { payload, to + TOKEN_REALM_MAX };
	struct writer head = { to, payload };

	claims_put(&w, rd, challenge, key);
	sign1_head_put(&head);
	head_put(&head, MAJOR_BYTES, (size_t)(w.at - payload));
	assert(head.at == payload);
	string_put(&w, MAJOR_BYTES, unsigned_yet, sizeof(unsigned_yet));
	return (size_t)(w.at - to);
}

uint8_t *token_realm_signature(uint8_t *token, size_t size)
{
	return token + size - P384_SIGNATURE_SIZE;
}

/* The Sig_structure (RFC 9052, 4.4) ends with the payload as it is in the
 * token. */
void token_realm_digest(struct rmm_port *port, const uint8_t *token,
			size_t size, uint8_t digest[SIGN_DIGEST_SIZE])
{
	static const char context[] = "Signature1";
	uint8_t start[32];
	struct writer w = { start, start + sizeof(start) };
	size_t payload = size - SIGN1_HEAD_SIZE - SIGNATURE_HEAD_SIZE -
			 P384_SIGNATURE_SIZE;
	struct hash hash;

	head_put(&w, MAJOR_ARRAY, 4);
	string_put(&w, MAJOR_TEXT, context, sizeof(context) - 1);
	string_put(&w, MAJOR_BYTES, headers, sizeof(headers));
	head_put(&w, MAJOR_BYTES, 0);
	port_hash_start(port, &hash, RMI_HASH_SHA_384);
	port_hash_add(port, &hash, start, (size_t)(w.at - start));
	port_hash_add(port, &hash, token + SIGN1_HEAD_SIZE, payload);
	port_hash_end(port, &hash, digest);
}

/* Writes the key of a part, its content format, and the head of its byte
 * string. */
static void part_head_put(struct writer *w, int key, size_t size)
{
	int_put(w, key);
	head_put(w, MAJOR_ARRAY, 2);
	int_put(w, CCA_CONTENT_CWT);
	head_put(w, MAJOR_BYTES, size);
}

void token_collect(struct token_collection *c, struct token_piece platform,
		   struct token_piece realm)
{
	struct writer first = { c->heads[0], c->heads[0] + TOKEN_HEAD_MAX };
	struct writer second = { c->heads[1], c->heads[1] + TOKEN_HEAD_MAX };

	head_put(&first, MAJOR_TAG, CCA_TAG_COLLECTION);
	head_put(&first, MAJOR_MAP, 2);
	part_head_put(&first, CCA_PLATFORM_TOKEN, platform.size);
	part_head_put(&second, CCA_REALM_TOKEN, realm.size);
	c->pieces[0] = (struct token_piece){ c->heads[0],
					     (size_t)(first.at - c->heads[0]) };
	c->pieces[1] = platform;
	c->pieces[2] = (struct token_piece){ c->heads[1],
					     (size_t)(second.at - c->heads[1]) };
	c->pieces[3] = realm;
}

size_t token_size(const struct token_collection *collection)
{
	size_t size = 0;

	for (unsigned i = 0; i < TOKEN_PIECES; i++)
		size += collection->pieces[i].size;
	return size;
}

size_t token_copy(const struct token_collection *collection, size_t offset,
		  uint8_t *to, size_t size)
{
	size_t done = 0;

	for (unsigned i = 0; i < TOKEN_PIECES && done < size; i++) {
		struct token_piece piece = collection->pieces[i];
		size_t count;

		if (offset >= piece.size) {
			offset -= piece.size;
			continue;
		}
		count = piece.size - offset;
		if (count > size - done)
			count = size - done;
		memcpy(to + done, piece.data + offset, count);
		done += count;
		offset = 0;
	}
	return done;
}
