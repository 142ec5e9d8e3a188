/* SPDX-License-Identifier: BSD-3-Clause */
/* Platform keys in a CoRIM of the platform profile
 * (draft-ydb-rats-cca-endorsements-04): each for one instance. */
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/keys.h"

static const char foreign[] = "has a key that is none of ours";

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
		return foreign;
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

	if (!corim_pair_get(item, &environment, &list) ||
	    !corim_platform_get(environment, &reader.implementation,
				&reader.instance) ||
	    reader.instance.data == NULL)
		return foreign;
	return corim_array_walk(list, (struct corim_walk){ key_take, &reader });
}

bool keys_add_corim(struct reeve_keys *keys, struct span text)
{
	enum corim_profile profile;
	struct cbor_pairs corim;
	const char *problem = corim_open(text, &profile, &corim);

	if (problem == NULL && profile != CORIM_OF_PLATFORMS)
		problem = foreign;
	if (problem == NULL) {
		problem = corim_triples_walk(
			&corim, COMID_ATTEST_KEYS,
			(struct corim_walk){ triple_take, keys });
	}
	cbor_pairs_free(&corim);
	return problem == NULL && keys->count != 0;
}
