/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads CoRIM: the envelope, its signature, and the Realms in its CoMIDs. Each
 * step returns NULL, or a constant text that says what is wrong. */
#include "toolstack/token/corim_in.h"

#include <time.h>

#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/policy.h"
#include "toolstack/token/sign1.h"

/* ---- Digests ---------------------------------------------------------- */

/* The digest that is looked for among several. */
struct digest_search {
	size_t size; /* of the wanted hash; 0: any that we know */
	struct span digest;
};

/* Returns the size of a hash by its number or name; 0: unknown. */
static size_t hash_size(const struct cbor_head *algorithm)
{
	if (algorithm->kind == CBOR_TEXT)
		return token_hash_size(algorithm->content);
	if (algorithm->kind != CBOR_UINT)
		return 0;
	switch (algorithm->number) {
	case CORIM_SHA_256:
		return 32;
	case CORIM_SHA_384:
		return 48;
	case CORIM_SHA_512:
		return 64;
	default:
		return 0;
	}
}

static const char *digest_take(struct span item, void *context)
{
	struct digest_search *search = context;
	struct cbor_in in = { .text = item };
	struct cbor_head head;
	struct cbor_head algorithm;
	size_t size;

	if (!cbor_in_expect(&in, CBOR_ARRAY, &head) || head.number != 2 ||
	    !cbor_in_next(&in, &algorithm) ||
	    !cbor_in_expect(&in, CBOR_BYTES, &head))
		return corim_broken;
	size = hash_size(&algorithm);
	if (size == 0 || (search->size != 0 && size != search->size))
		return NULL;
	if (head.content.size != size)
		return "has a digest of another size than its hash";
	search->size = size;
	search->digest = head.content;
	return NULL;
}

/* Gets a digest of size bytes from a map of measured values. */
static const char *digest_get(struct span values, size_t size,
			      struct digest_search *search)
{
	struct span digests;

	*search = (struct digest_search){ .size = size };
	if (!corim_map_get(values, COMID_DIGESTS, &digests))
		return "has a measurement without digests";
	return corim_array_walk(digests,
				(struct corim_walk){ digest_take, search });
}

/* ---- A Realm ---------------------------------------------------------- */

/* The Realm that is being read. */
struct realm_reader {
	const struct token *token;
	struct reeve_refs refs;
	unsigned rems; /* those that were there, a bit each */
};

static const char *rim_take(struct span values, struct realm_reader *reader)
{
	struct reeve_refs *refs = &reader->refs;
	struct digest_search search;
	const char *problem;
	size_t wanted = 0;

	if (reader->token != NULL) {
		wanted = token_hash_size(
			reader->token->realm.claims[REALM_HASH].bytes);
	}
	problem = digest_get(values, wanted, &search);
	if (problem == NULL && search.digest.data == NULL && wanted != 0)
		problem = digest_get(values, 0, &search);
	if (problem != NULL || search.digest.data == NULL)
		return problem != NULL ? problem : "has no RIM of a known hash";
	refs->size = search.size;
	memcpy(refs->rim, search.digest.data, search.size);
	for (size_t i = 0; i < TOKEN_HASHES; i++) {
		const char *name = token_hash_names[i];

		if (token_hash_size((struct span){ (const uint8_t *)name,
						   strlen(name) }) == search.size)
			memcpy(refs->hash, name, strlen(name) + 1);
	}
	return NULL;
}

static const char *rem_take(struct span values, struct realm_reader *reader,
			    unsigned index)
{
	struct digest_search search;
	const char *problem = digest_get(values, reader->refs.size, &search);

	if (problem != NULL)
		return problem;
	if (search.digest.data == NULL || search.size != reader->refs.size)
		return "has a REM of another hash than the RIM";
	memcpy(reader->refs.rems[index], search.digest.data, search.size);
	reader->rems |= 1u << index;
	return NULL;
}

static const char *rpv_take(struct span values, struct realm_reader *reader)
{
	struct span raw;
	struct span bytes;

	if (!corim_map_get(values, COMID_RAW_VALUE, &raw) ||
	    !corim_content_get(raw, CORIM_TAGGED_BYTES, CBOR_BYTES, &bytes) ||
	    bytes.size != CCA_RPV_SIZE)
		return "has a personalization value that is not 64 bytes";
	reader->refs.has_rpv = true;
	memcpy(reader->refs.rpv, bytes.data, bytes.size);
	return NULL;
}

/* Gets the key and the values of a measurement. One without a key, or with one
 * of another kind, is nothing of a Realm's. */
static bool measurement_get(struct span item, struct span *name,
			    struct span *values)
{
	struct span key;

	return corim_map_get(item, COMID_MKEY, &key) &&
	       corim_content_get(key, 0, CBOR_TEXT, name) &&
	       corim_map_get(item, COMID_MVAL, values);
}

/* The RIM comes first, because the REMs must have its hash. */
static const char *rim_find(struct span item, void *context)
{
	struct realm_reader *reader = context;
	struct span name;
	struct span values;

	if (!measurement_get(item, &name, &values) ||
	    !span_is_text(name, CORIM_RIM))
		return NULL;
	if (reader->refs.size != 0)
		return "has two RIMs for one Realm";
	return rim_take(values, reader);
}

static const char *value_take(struct span item, void *context)
{
	static const struct span rem = SPAN(CORIM_REM);
	struct realm_reader *reader = context;
	struct span name;
	struct span values;

	if (!measurement_get(item, &name, &values))
		return NULL;
	if (span_is_text(name, CORIM_RPV))
		return rpv_take(values, reader);
	if (name.size == rem.size + 1 && span_matches(name, 0, rem) &&
	    name.data[rem.size] >= '0' && name.data[rem.size] < '0' + CCA_REMS)
		return rem_take(values, reader,
				(unsigned)(name.data[rem.size] - '0'));
	return NULL;
}

/* Returns whether the class of an environment is the RIM. */
static bool class_fits(struct span environment, const struct reeve_refs *refs)
{
	struct span class;
	struct span id;
	struct span bytes;

	return corim_map_get(environment, COMID_CLASS, &class) &&
	       corim_map_get(class, COMID_CLASS_ID, &id) &&
	       corim_content_get(id, CORIM_TAGGED_BYTES, CBOR_BYTES, &bytes) &&
	       bytes.size == refs->size &&
	       memcmp(bytes.data, refs->rim, bytes.size) == 0;
}

/* ---- The Realms of a CoRIM -------------------------------------------- */

struct corim_reader {
	const struct token *token;
	struct corim_found *found;
};

/* Keeps the first Realm, or the one of the token. */
static void realm_keep(const struct corim_reader *corim,
		       const struct reeve_refs *refs)
{
	struct corim_found *found = corim->found;
	bool matches = false;

	if (corim->token != NULL) {
		struct span rim = corim->token->realm.claims[REALM_RIM].bytes;

		matches = rim.size == refs->size &&
			  memcmp(rim.data, refs->rim, rim.size) == 0;
	}
	if (found->count++ == 0 || (matches && found->matches == 0))
		found->refs = *refs;
	found->matches += matches;
}

/* Takes a reference triple: an environment, and its measurements. */
static const char *triple_take(struct span item, void *context)
{
	struct corim_reader *corim = context;
	struct realm_reader reader = { .token = corim->token };
	struct cbor_in in = { .text = item };
	struct cbor_head head;
	struct span environment;
	struct span measurements;
	const char *problem;

	if (!cbor_in_expect(&in, CBOR_ARRAY, &head) || head.number != 2 ||
	    !cbor_in_item(&in, &environment) ||
	    !cbor_in_item(&in, &measurements))
		return corim_broken;
	problem = corim_array_walk(measurements,
				   (struct corim_walk){ rim_find, &reader });
	if (problem == NULL && reader.refs.size == 0)
		problem = "has a Realm without a RIM (" CORIM_RIM ")";
	if (problem == NULL && !class_fits(environment, &reader.refs))
		problem = "has a Realm whose class is not its RIM";
	if (problem == NULL) {
		problem = corim_array_walk(
			measurements,
			(struct corim_walk){ value_take, &reader });
	}
	if (problem != NULL)
		return problem;
	reader.refs.has_rems = reader.rems == (1u << CCA_REMS) - 1;
	realm_keep(corim, &reader.refs);
	return NULL;
}

/* ---- The envelope ----------------------------------------------------- */

/* Gets a time of a validity map. Returns false if it has none. */
static bool time_get(struct span validity, int64_t key, int64_t *seconds)
{
	struct span value;
	struct cbor_in in;
	struct cbor_head head;

	if (!corim_map_get(validity, key, &value))
		return false;
	in = (struct cbor_in){ .text = value };
	return cbor_in_expect(&in, CBOR_TAG, &head) &&
	       head.number == CORIM_TIME && cbor_in_int(&in, seconds);
}

static const char *validity_judge(const struct cbor_pairs *corim)
{
	struct span validity;
	int64_t now = (int64_t)time(NULL);
	int64_t limit;

	if (!corim_entry_get(corim, CORIM_VALIDITY, &validity))
		return NULL;
	if (!time_get(validity, CORIM_NOT_AFTER, &limit))
		return "has a validity without an end that can be read";
	if (now > limit)
		return "is no longer valid";
	if (time_get(validity, CORIM_NOT_BEFORE, &limit) && now < limit)
		return "is not valid yet";
	return NULL;
}

static const char *unsigned_read(struct span text, struct corim_reader *reader)
{
	struct cbor_pairs corim;
	const char *problem = corim_open(text, CORIM_REALM, &corim);

	if (problem == NULL)
		problem = validity_judge(&corim);
	if (problem == NULL) {
		problem = corim_triples_walk(
			&corim, COMID_REFERENCES,
			(struct corim_walk){ triple_take, reader });
	}
	cbor_pairs_free(&corim);
	if (problem == NULL && reader->found->count == 0)
		problem = "is a CoRIM without a Realm";
	return problem;
}

/* Returns NULL if one of the keys made a message's signature. */
static const char *signature_judge(const struct token_part *message,
				   const struct reeve_keys *signers)
{
	if (message->fault != TOKEN_OK)
		return "has a signature that cannot be verified here";
	for (size_t i = 0; i < signers->count; i++) {
		if (sign1_holds(message, signers->list[i].key))
			return NULL;
	}
	return "is not signed by the key that was given";
}

static const char *signed_read(struct span text, const struct reeve_keys *keys,
			       struct corim_reader *reader)
{
	struct cbor_in in = { .text = text };
	struct token_part message = { 0 };
	const char *problem = corim_broken;

	if (token_part_read(&in, &message) && message.signature.data != NULL)
		problem = keys != NULL ? signature_judge(&message, keys) : NULL;
	if (problem == NULL)
		problem = unsigned_read(message.payload, reader);
	token_part_free(&message);
	return problem;
}

/* Returns the outermost tag; 0: there is none. */
static uint64_t tag_of(struct span text)
{
	struct cbor_in in = { .text = text };
	struct cbor_head head;

	return cbor_in_expect(&in, CBOR_TAG, &head) ? head.number : 0;
}

bool corim_is(struct span text)
{
	uint64_t tag = tag_of(text);

	return tag == CORIM_TAG || tag == COSE_TAG_SIGN1;
}

const char *corim_read(struct span text, const struct token *token,
		       const struct reeve_keys *signers,
		       struct corim_found *found)
{
	struct corim_reader reader = { token, found };

	*found = (struct corim_found){
		.is_signed = tag_of(text) == COSE_TAG_SIGN1,
	};
	if (!found->is_signed && signers != NULL)
		return "is not signed, and a key of its signer was given";
	return found->is_signed ? signed_read(text, signers, &reader)
				: unsigned_read(text, &reader);
}
