/* SPDX-License-Identifier: BSD-3-Clause */
/* Items of a CoRIM, and the way from its map to the triples of its CoMIDs. */
#include "toolstack/token/corim_items.h"

#include "toolstack/token/corim.h"
#include "toolstack/token/token.h"

const char corim_broken[] = "is no CoRIM that can be read";

struct cbor_in corim_in(struct span text)
{
	return (struct cbor_in){ .text = text, .takes_indefinite = true };
}

bool corim_array_open(struct cbor_in *in, uint64_t count, struct cbor_head *head)
{
	return cbor_in_expect(in, CBOR_ARRAY, head) &&
	       (head->number == count || head->number == CBOR_INDEFINITE);
}

bool corim_array_end(struct cbor_in *in, const struct cbor_head *head)
{
	return head->number != CBOR_INDEFINITE || cbor_in_break(in);
}

bool corim_map_read(struct span text, struct cbor_pairs *pairs)
{
	struct cbor_in in = corim_in(text);

	return cbor_in_map(&in, pairs) && cbor_in_end(&in);
}

bool corim_entry_get(const struct cbor_pairs *pairs, int64_t key,
		     struct span *value)
{
	const struct cbor_entry *pair = cbor_pairs_find(pairs, key);

	if (pair == NULL)
		return false;
	*value = pair->value;
	return true;
}

bool corim_map_get(struct span text, int64_t key, struct span *value)
{
	struct cbor_pairs pairs;
	bool ok = corim_map_read(text, &pairs) &&
		  corim_entry_get(&pairs, key, value);

	cbor_pairs_free(&pairs);
	return ok;
}

bool corim_keys_are_among(const struct cbor_pairs *pairs, const int64_t *keys,
			  size_t count)
{
	for (size_t i = 0; i < pairs->count; i++) {
		int64_t key;
		bool known = false;

		if (!cbor_head_int(&pairs->list[i].head, &key))
			return false;
		for (size_t j = 0; j < count && !known; j++)
			known = keys[j] == key;
		if (!known)
			return false;
	}
	return true;
}

bool corim_map_has_only(struct span text, const int64_t *keys, size_t count)
{
	struct cbor_pairs pairs;
	bool ok = corim_map_read(text, &pairs) &&
		  corim_keys_are_among(&pairs, keys, count);

	cbor_pairs_free(&pairs);
	return ok;
}

bool corim_content_get(struct span text, uint64_t tag, enum cbor_kind kind,
		       struct span *content)
{
	struct cbor_in in = corim_in(text);
	struct cbor_head head;

	if (tag != 0 &&
	    (!cbor_in_expect(&in, CBOR_TAG, &head) || head.number != tag))
		return false;
	if (!cbor_in_expect(&in, kind, &head))
		return false;
	*content = head.content;
	return true;
}

const char *corim_array_walk(struct span text, struct corim_walk walk)
{
	struct cbor_in in = corim_in(text);
	struct cbor_head head;
	struct span item;

	if (!cbor_in_expect(&in, CBOR_ARRAY, &head))
		return corim_broken;
	for (uint64_t i = head.number; i > 0; i--) {
		const char *problem;

		if (head.number == CBOR_INDEFINITE && cbor_in_break(&in))
			return NULL;
		if (!cbor_in_item(&in, &item))
			return corim_broken;
		problem = walk.take(item, walk.context);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

bool corim_pair_get(struct span text, struct span *first, struct span *second)
{
	struct cbor_in in = corim_in(text);
	struct cbor_head head;

	return corim_array_open(&in, 2, &head) && cbor_in_item(&in, first) &&
	       cbor_in_item(&in, second) && corim_array_end(&in, &head);
}

/* Returns the outermost tag; 0: there is none. */
static uint64_t tag_of(struct span text)
{
	struct cbor_in in = corim_in(text);
	struct cbor_head head;

	return cbor_in_expect(&in, CBOR_TAG, &head) ? head.number : 0;
}

bool corim_is_signed(struct span text)
{
	return tag_of(text) == COSE_TAG_SIGN1;
}

bool corim_is(struct span text)
{
	return tag_of(text) == CORIM_TAG || corim_is_signed(text);
}

static const struct {
	const char *name;
	enum corim_profile profile;
} profiles[] = {
	{ CORIM_REALM, CORIM_OF_REALMS },
	{ CORIM_REALM_LATER, CORIM_OF_REALMS },
	{ CORIM_PLATFORM, CORIM_OF_PLATFORMS },
	{ CORIM_PLATFORM_LATER, CORIM_OF_PLATFORMS },
};

static bool profile_find(struct span name, enum corim_profile *profile)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (span_is_text(name, profiles[i].name)) {
			*profile = profiles[i].profile;
			return true;
		}
	}
	return false;
}

const char *corim_open(struct span text, enum corim_profile *profile,
		       struct cbor_pairs *corim)
{
	struct cbor_in in = corim_in(text);
	struct cbor_head head;
	struct span named;
	struct span uri;

	*corim = (struct cbor_pairs){ 0 };
	if (!cbor_in_expect(&in, CBOR_TAG, &head) || head.number != CORIM_TAG ||
	    !corim_map_read(span_skip(text, in.at), corim))
		return corim_broken;
	if (!corim_entry_get(corim, CORIM_PROFILE, &named) ||
	    !corim_content_get(named, CORIM_URI, CBOR_TEXT, &uri) ||
	    !profile_find(uri, profile))
		return "is a CoRIM of another profile than " CORIM_REALM
		       " and " CORIM_PLATFORM;
	return NULL;
}

bool corim_platform_get(struct span environment, struct span *implementation,
			struct span *instance)
{
	struct span class;
	struct span id;
	struct span ueid;

	*instance = (struct span){ 0 };
	if (!corim_map_get(environment, COMID_CLASS, &class) ||
	    !corim_map_get(class, COMID_CLASS_ID, &id) ||
	    !corim_content_get(id, CORIM_TAGGED_BYTES, CBOR_BYTES,
			       implementation) ||
	    implementation->size != CCA_ID_SIZE)
		return false;
	if (!corim_map_get(environment, COMID_INSTANCE, &ueid))
		return true;
	return corim_content_get(ueid, CORIM_TAGGED_UEID, CBOR_BYTES, instance) &&
	       instance->size == CCA_INSTANCE_ID_SIZE;
}

/* The triples that are looked for in each tag. */
struct triples {
	int64_t kind;
	struct corim_walk walk;
};

/* Takes a tag of a CoRIM: a CoMID. One of another kind has no triples. */
static const char *tag_take(struct span item, void *context)
{
	const struct triples *wanted = context;
	struct cbor_pairs kinds;
	struct span comid;
	struct span triples;
	struct span list;
	const char *problem = corim_broken;

	if (!corim_content_get(item, CORIM_COMID, CBOR_BYTES, &comid))
		return NULL;
	if (!corim_map_get(comid, COMID_TRIPLES, &triples))
		return corim_broken;
	if (corim_map_read(triples, &kinds)) {
		problem = corim_entry_get(&kinds, wanted->kind, &list)
				  ? corim_array_walk(list, wanted->walk)
				  : NULL;
	}
	cbor_pairs_free(&kinds);
	return problem;
}

const char *corim_triples_walk(const struct cbor_pairs *corim, int64_t kind,
			       struct corim_walk walk)
{
	struct triples wanted = { kind, walk };
	struct span tags;

	if (!corim_entry_get(corim, CORIM_TAGS, &tags))
		return corim_broken;
	return corim_array_walk(tags, (struct corim_walk){ tag_take, &wanted });
}
