/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a COSE_Sign1 message, and verifies one. */
#include "toolstack/token/sign1.h"

#include <stdlib.h>

/* {1: -35}: the algorithm is ES384. */
static const uint8_t es384_headers[] = { 0xa1, 0x01, 0x38, 0x22 };

void sign1_to_be_signed(struct cbor_out *out, struct span headers,
			struct span payload)
{
	cbor_out_array(out, 4);
	cbor_out_text(out, "Signature1");
	cbor_out_bytes(out, headers.data, headers.size);
	cbor_out_bytes(out, "", 0); /* no external data */
	cbor_out_bytes(out, payload.data, payload.size);
}

static bool payload_sign(struct span headers, struct span payload,
			 EVP_PKEY *key, uint8_t *signature)
{
	struct cbor_out out = {
		.capacity = SIGN1_OVERHEAD + headers.size + payload.size,
	};
	bool ok;

	out.data = malloc(out.capacity);
	if (out.data == NULL)
		return false;
	sign1_to_be_signed(&out, headers, payload);
	ok = !out.full && key_sign(key, out.data, out.size, signature);
	free(out.data);
	return ok;
}

bool sign1_make(struct cbor_out *out, struct span headers, struct span payload,
		EVP_PKEY *key)
{
	const struct token_curve *curve = curve_of_key(key);
	uint8_t signature[2 * CURVE_SIZE_MAX];

	if (curve == NULL || !payload_sign(headers, payload, key, signature))
		return false;
	cbor_out_tag(out, COSE_TAG_SIGN1);
	cbor_out_array(out, 4);
	cbor_out_bytes(out, headers.data, headers.size);
	cbor_out_map(out, 0);
	cbor_out_bytes(out, payload.data, payload.size);
	cbor_out_bytes(out, signature, 2 * curve->size);
	return true;
}

bool sign1_make_es384(struct cbor_out *out, struct span payload, EVP_PKEY *key)
{
	return sign1_make(out,
			  (struct span){ es384_headers, sizeof(es384_headers) },
			  payload, key);
}

bool sign1_holds(const struct token_part *part, EVP_PKEY *key)
{
	struct cbor_out out = {
		.capacity = SIGN1_OVERHEAD + part->headers.size +
			    part->payload.size,
	};
	bool ok;

	out.data = malloc(out.capacity);
	if (out.data == NULL)
		return false;
	sign1_to_be_signed(&out, part->headers, part->payload);
	ok = !out.full &&
	     key_verify(key, part->algorithm,
			(struct span){ out.data, out.size }, part->signature);
	free(out.data);
	return ok;
}
