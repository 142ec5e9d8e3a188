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

/* Gets the implementation ID and the instance ID of an environment. */
static bool environment_read(struct span environment, struct key_reader *reader)
{
	struct span class;
	struct span id;
	struct span instance;

	return corim_map_get(environment, COMID_CLASS, &class) &&
	       corim_map_get(class, COMID_CLASS_ID, &id) &&
	       corim_content_get(id, CORIM_TAGGED_BYTES, CBOR_BYTES,
				 &reader->implementation) &&
	       reader->implementation.size == CCA_ID_SIZE &&
	       corim_map_get(environment, COMID_INSTANCE, &instance) &&
	       corim_content_get(instance, CORIM_TAGGED_UEID, CBOR_BYTES,
				 &reader->instance) &&
	       reader->instance.size == CCA_INSTANCE_ID_SIZE;
}

static const char *triple_take(struct span item, void *context)
{
	struct key_reader reader = { .keys = context };
	struct cbor_in in = { .text = item };
	struct cbor_head head;
	struct span environment;
	struct span list;

	if (!cbor_in_expect(&in, CBOR_ARRAY, &head) || head.number != 2 ||
	    !cbor_in_item(&in, &environment) || !cbor_in_item(&in, &list) ||
	    !environment_read(environment, &reader))
		return foreign;
	return corim_array_walk(list, (struct corim_walk){ key_take, &reader });
}

bool keys_add_corim(struct reeve_keys *keys, struct span text)
{
	struct cbor_pairs corim;
	const char *problem = corim_open(text, CORIM_PLATFORM, &corim);

	if (problem == NULL) {
		problem = corim_triples_walk(
			&corim, COMID_ATTEST_KEYS,
			(struct corim_walk){ triple_take, keys });
	}
	cbor_pairs_free(&corim);
	return problem == NULL && keys->count != 0;
}
