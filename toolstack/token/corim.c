/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reference values for verifiers that read CoRIM, like Veraison: an unsigned
 * CoRIM with one CoMID (draft-ietf-rats-corim-10), by the Realm profile of
 * draft-ydb-rats-cca-endorsements-04. The numbers come from the drafts and were
 * compared with github.com/veraison/corim (profiles/cca).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/cca_token.h"
#include "toolstack/reeve.h"
#include "toolstack/token/cbor_out.h"
#include "toolstack/token/hex.h"

#define CORIM_TAG          501 /* tagged-unsigned-corim-map */
#define CORIM_ID           0
#define CORIM_TAGS         1
#define CORIM_PROFILE      3
#define CORIM_COMID        506 /* tagged-concise-mid-tag, encoded in bytes */
#define CORIM_URI          32
#define CORIM_TAGGED_BYTES 560
#define CORIM_REALM        "tag:arm.com,2025:cca_realm#1.0.0"

#define COMID_IDENTITY   1
#define COMID_TAG_ID     0
#define COMID_TRIPLES    4
#define COMID_REFERENCES 0 /* in the triples map */
#define COMID_CLASS      0 /* in an environment map */
#define COMID_CLASS_ID   0
#define COMID_MKEY       0 /* in a measurement map */
#define COMID_MVAL       1
#define COMID_DIGESTS    2 /* in a measurement values map */
#define COMID_RAW_VALUE  4

#define CORIM_MAX 2048 /* bytes: holds six values of 64 and their names */
/* "reeve-", 16 bytes of the RIM in digits, and the NUL. */
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
	cbor_out_key_text(out, COMID_MKEY, "cca.rpv");
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_RAW_VALUE);
	tagged_bytes(out, refs->rpv, sizeof(refs->rpv));
}

static void measurements_write(struct cbor_out *out,
			       const struct reeve_refs *refs)
{
	char key[] = "cca.rem0";
	size_t rems = refs->has_rems ? CCA_REMS : 0;

	cbor_out_array(out, 1 + rems + (refs->has_rpv ? 1 : 0));
	digest_write(out, "cca.rim", refs, refs->rim);
	for (size_t i = 0; i < rems; i++) {
		key[7] = (char)('0' + i);
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

void *reeve_refs_corim(const struct reeve_refs *refs, size_t *size)
{
	struct cbor_out out = { .capacity = CORIM_MAX };
	char id[ID_SIZE];
	char *hex = hex_text((struct span){ refs->rim, 16 });

	out.data = malloc(CORIM_MAX);
	if (hex != NULL && out.data != NULL) {
		snprintf(id, sizeof(id), "reeve-%s", hex);
		corim_encode(&out, refs, id);
	}
	free(hex);
	if (hex == NULL || out.full) {
		free(out.data);
		return NULL;
	}
	*size = out.size;
	return out.data;
}
