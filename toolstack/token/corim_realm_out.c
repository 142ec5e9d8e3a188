/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a Realm's reference values, by the Realm profile. */
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_out.h"

static void digest_write(struct cbor_out *out,
			 const struct corim_source *source, const char *key,
			 const struct reeve_refs *realm, const uint8_t *digest)
{
	struct span hash = { (const uint8_t *)realm->hash, strlen(realm->hash) };

	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, key);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_DIGESTS);
	cbor_out_array(out, 1);
	corim_digest(out, source, hash, (struct span){ digest, realm->size });
}

static void rpv_write(struct cbor_out *out, const struct reeve_refs *realm)
{
	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, CORIM_RPV);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_RAW_VALUE);
	corim_tagged_bytes(out, (struct span){ realm->rpv, CCA_RPV_SIZE });
}

static void measurements_write(struct cbor_out *out,
			       const struct corim_source *source,
			       const struct reeve_refs *realm)
{
	char key[] = CORIM_REM "0";
	size_t rems = 0;

	for (size_t i = 0; i < CCA_REMS; i++)
		rems += realm->has_rem[i];
	cbor_out_array(out, 1 + rems + (realm->has_rpv ? 1 : 0));
	digest_write(out, source, CORIM_RIM, realm, realm->rim);
	for (size_t i = 0; i < CCA_REMS; i++) {
		key[sizeof(key) - 2] = (char)('0' + i);
		if (realm->has_rem[i])
			digest_write(out, source, key, realm, realm->rems[i]);
	}
	if (realm->has_rpv)
		rpv_write(out, realm);
}

void corim_realm(struct cbor_out *out, const struct corim_source *source,
		 const struct reeve_refs *realm)
{
	cbor_out_array(out, 2);
	/* The RIM is the class ID: a verifier knows the Realm by it. */
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_CLASS);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_CLASS_ID);
	corim_tagged_bytes(out, (struct span){ realm->rim, realm->size });
	measurements_write(out, source, realm);
}
