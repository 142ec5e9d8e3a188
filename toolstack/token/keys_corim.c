/* SPDX-License-Identifier: BSD-3-Clause */
/* Platform keys in a CoRIM of the platform profile
 * (draft-ydb-rats-cca-endorsements-04): each for one instance. */
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/keys.h"

/* The keys that are read, and the platform that they are for. */
struct key_reader {
	struct reeve_keys *keys;
	struct span instance, implementation;
};

static const char *key_take(struct span item, void *context)
{
	struct key_reader *reader = context;
	struct trusted_key *added;
	struct span pem;

	if (!corim_content_get(item, CORIM_TAGGED_KEY, CBOR_TEXT, &pem) ||
	    !keys_add(reader->keys,
		      key_from_pem((const char *)pem.data, pem.size)))
		return "has a key that is no public key of P-256, P-384 or "
		       "P-521 in PEM";
	added = &reader->keys->list[reader->keys->count - 1];
	added->has_instance = true;
	memcpy(added->instance, reader->instance.data, reader->instance.size);
	added->has_implementation = true;
	memcpy(added->implementation, reader->implementation.data,
	       reader->implementation.size);
	return NULL;
}

static const char *triple_take(struct span item, void *context)
{
	struct key_reader reader = { .keys = context };
	struct span environment;
	struct span list;

	if (!corim_pair_get(item, &environment, &list))
		return corim_broken;
	if (!corim_platform_get(environment, &reader.implementation,
				&reader.instance) ||
	    reader.instance.data == NULL)
		return "has a key without an implementation ID of 32 bytes and "
		       "an instance ID of 33";
	return corim_array_walk(list, (struct corim_walk){ key_take, &reader });
}

/* Reads the keys of an unsigned CoRIM. */
static const char *corim_keys_read(const struct cbor_pairs *corim,
				   enum corim_profile profile,
				   struct reeve_keys *keys)
{
	struct span validity;
	const char *problem = NULL;

	if (profile != CORIM_OF_PLATFORMS)
		return "is a CoRIM of Realms, which has no keys of platforms";
	if (corim_entry_get(corim, CORIM_VALIDITY, &validity))
		problem = corim_validity_judge(validity);
	if (problem == NULL) {
		problem = corim_triples_walk(
			corim, COMID_ATTEST_KEYS,
			(struct corim_walk){ triple_take, keys });
	}
	if (problem == NULL && keys->count == 0)
		problem = "is a CoRIM without a key of a platform";
	return problem;
}

const char *keys_add_corim(struct reeve_keys *keys, struct span text)
{
	enum corim_profile profile;
	struct cbor_pairs corim;
	const char *problem;

	if (corim_is_signed(text))
		return "is a signed message: keys are read from an unsigned "
		       "CoRIM";
	problem = corim_open(text, &profile, &corim);
	if (problem == NULL)
		problem = corim_keys_read(&corim, profile, keys);
	cbor_pairs_free(&corim);
	return problem;
}
