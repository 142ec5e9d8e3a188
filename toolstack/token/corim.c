/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes reference values for verifiers that read CoRIM, like Veraison: an
 * unsigned CoRIM with one CoMID, by the Realm profile. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/cca_token.h"
#include "toolstack/reeve.h"
#include "toolstack/token/cbor_out.h"
#include "toolstack/token/corim.h"
#include "toolstack/token/hex.h"

#define CORIM_MAX 2048 /* bytes: holds six values of 64 and their names */
/* "reeve-", 16 bytes of a hash in digits, and the NUL. */
#define ID_SIZE 40

static void tagged_bytes(struct cbor_out *out, const void *data, size_t size)
{
	cbor_out_tag(out, CORIM_TAGGED_BYTES);
	cbor_out_bytes(out, data, size);
}

static void digest_write(struct cbor_out *out, const char *key,
			 const struct reeve_refs *refs, const uint8_t *digest)
{
	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, key);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_DIGESTS);
	cbor_out_array(out, 1);
	cbor_out_array(out, 2);
	cbor_out_text(out, refs->hash);
	cbor_out_bytes(out, digest, refs->size);
}

static void rpv_write(struct cbor_out *out, const struct reeve_refs *refs)
{
	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, CORIM_RPV);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_RAW_VALUE);
	tagged_bytes(out, refs->rpv, sizeof(refs->rpv));
}

static void measurements_write(struct cbor_out *out,
			       const struct reeve_refs *refs)
{
	char key[] = CORIM_REM "0";
	size_t rems = refs->has_rems ? CCA_REMS : 0;

	cbor_out_array(out, 1 + rems + (refs->has_rpv ? 1 : 0));
	digest_write(out, CORIM_RIM, refs, refs->rim);
	for (size_t i = 0; i < rems; i++) {
		key[sizeof(key) - 2] = (char)('0' + i);
		digest_write(out, key, refs, refs->rems[i]);
	}
	if (refs->has_rpv)
		rpv_write(out, refs);
}

/* The RIM is the class ID: a verifier knows the Realm by it. */
static void environment_write(struct cbor_out *out,
			      const struct reeve_refs *refs)
{
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_CLASS);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_CLASS_ID);
	tagged_bytes(out, refs->rim, refs->size);
}

static void comid_write(struct cbor_out *out, const struct reeve_refs *refs,
			const char *id)
{
	cbor_out_map(out, 2);
	cbor_out_int(out, COMID_IDENTITY);
	cbor_out_map(out, 1);
	cbor_out_key_text(out, COMID_TAG_ID, id);
	cbor_out_int(out, COMID_TRIPLES);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_REFERENCES);
	cbor_out_array(out, 1);
	cbor_out_array(out, 2);
	environment_write(out, refs);
	measurements_write(out, refs);
}

static void corim_encode(struct cbor_out *out, const struct reeve_refs *refs,
			 const char *id)
{
	uint8_t buffer[CORIM_MAX];
	struct cbor_out comid = { .data = buffer, .capacity = sizeof(buffer) };

	comid_write(&comid, refs, id);
	out->full = comid.full;
	cbor_out_tag(out, CORIM_TAG);
	cbor_out_map(out, 3);
	cbor_out_key_text(out, CORIM_ID, id);
	cbor_out_int(out, CORIM_TAGS);
	cbor_out_array(out, 1);
	cbor_out_tag(out, CORIM_COMID);
	cbor_out_bytes(out, comid.data, comid.size);
	cbor_out_int(out, CORIM_PROFILE);
	cbor_out_tag(out, CORIM_URI);
	cbor_out_text(out, CORIM_REALM);
}

/* Makes a name of what the CoMID holds, so that files of the same Realm with
 * other values have other names. Returns false if OpenSSL failed. */
static bool id_make(const struct reeve_refs *refs, char id[ID_SIZE])
{
	uint8_t buffer[CORIM_MAX];
	struct cbor_out comid = { .data = buffer, .capacity = sizeof(buffer) };
	uint8_t digest[EVP_MAX_MD_SIZE];
	char *hex;

	comid_write(&comid, refs, "");
	if (EVP_Digest(comid.data, comid.size, digest, NULL, EVP_sha256(),
		       NULL) != 1)
		return false;
	hex = hex_text((struct span){ digest, 16 });
	if (hex != NULL)
		snprintf(id, ID_SIZE, "reeve-%s", hex);
	free(hex);
	return hex != NULL;
}

void *reeve_refs_corim(const struct reeve_refs *refs, size_t *size)
{
	struct cbor_out out = { .capacity = CORIM_MAX };
	char id[ID_SIZE];

	out.data = malloc(CORIM_MAX);
	if (out.data == NULL)
		return NULL;
	if (id_make(refs, id))
		corim_encode(&out, refs, id);
	else
		out.full = true;
	if (out.full) {
		free(out.data);
		return NULL;
	}
	*size = out.size;
	return out.data;
}
