/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a Realm's reference values: a reference triple of the Realm profile. */
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_in.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/hash.h"

static const char foreign[] =
	"has a Realm with a measurement that is not compared here";

/* ---- Digests ---------------------------------------------------------- */

/* The digest that is looked for among several. */
struct digest_search {
	size_t size; /* of the wanted hash; 0: any that we know */
	struct corim_digest digest;
};

static const char *digest_take(struct span item, void *context)
{
	struct digest_search *search = context;
	struct corim_digest digest;
	const char *problem = corim_digest_get(item, &digest);
	size_t size;

	if (problem != NULL)
		return problem;
	size = token_hash_size(digest.hash);
	if (size == 0 || (search->size != 0 && size != search->size))
		return NULL;
	if (search->digest.value.data != NULL)
		return corim_two_digests;
	search->size = size;
	search->digest = digest;
	return NULL;
}

/* Gets a digest of size bytes from a map of measured values. */
static const char *digest_get(struct span values, size_t size,
			      struct digest_search *search)
{
	static const int64_t keys[] = { COMID_DIGESTS };
	struct span digests;

	*search = (struct digest_search){ .size = size };
	if (!corim_map_has_only(values, keys, 1))
		return foreign;
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
	if (problem == NULL && search.digest.value.data == NULL && wanted != 0)
		problem = digest_get(values, 0, &search);
	if (problem != NULL || search.digest.value.data == NULL)
		return problem != NULL ? problem : "has no RIM of a known hash";
	refs->size = search.size;
	memcpy(refs->rim, search.digest.value.data, search.size);
	memcpy(refs->hash, search.digest.hash.data, search.digest.hash.size);
	refs->hash[search.digest.hash.size] = '\0';
	return NULL;
}

static const char *rem_take(struct span values, struct realm_reader *reader,
			    size_t index)
{
	struct digest_search search;
	const char *problem = digest_get(values, reader->refs.size, &search);

	if (reader->refs.has_rem[index])
		return "has a REM twice";
	if (problem != NULL)
		return problem;
	if (search.digest.value.data == NULL || search.size != reader->refs.size)
		return "has a REM of another hash than the RIM";
	memcpy(reader->refs.rems[index], search.digest.value.data, search.size);
	reader->refs.has_rem[index] = true;
	return NULL;
}

static const char *rpv_take(struct span values, struct realm_reader *reader)
{
	static const int64_t keys[] = { COMID_RAW_VALUE };
	struct span raw;
	struct span bytes;

	if (reader->refs.has_rpv || !corim_map_has_only(values, keys, 1))
		return foreign;
	if (!corim_map_get(values, COMID_RAW_VALUE, &raw) ||
	    !corim_content_get(raw, CORIM_TAGGED_BYTES, CBOR_BYTES, &bytes) ||
	    bytes.size != CCA_RPV_SIZE)
		return "has a personalization value that is not 64 bytes";
	reader->refs.has_rpv = true;
	memcpy(reader->refs.rpv, bytes.data, bytes.size);
	return NULL;
}

/* Gets the key and the values of a measurement. Returns false if one of them is
 * missing, or if there is anything else. */
static bool measurement_get(struct span item, struct span *name,
			    struct span *values)
{
	static const int64_t keys[] = { COMID_MKEY, COMID_MVAL };
	struct span key;

	return corim_map_has_only(item, keys, sizeof(keys) / sizeof(keys[0])) &&
	       corim_map_get(item, COMID_MKEY, &key) &&
	       corim_content_get(key, 0, CBOR_TEXT, name) &&
	       corim_map_get(item, COMID_MVAL, values);
}

/* The RIM comes first, because the REMs must have its hash. */
static const char *rim_find(struct span item, void *context)
{
	struct realm_reader *reader = context;
	struct span name;
	struct span values;

	if (!measurement_get(item, &name, &values))
		return foreign;
	if (!span_is_text(name, CORIM_RIM))
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
		return foreign;
	if (span_is_text(name, CORIM_RIM))
		return NULL;
	if (span_is_text(name, CORIM_RPV))
		return rpv_take(values, reader);
	if (name.size == rem.size + 1 && span_matches(name, 0, rem) &&
	    name.data[rem.size] >= '0' && name.data[rem.size] < '0' + CCA_REMS)
		return rem_take(values, reader,
				(size_t)(name.data[rem.size] - '0'));
	return foreign;
}

/* Returns whether the class of an environment is the RIM, and nothing else in
 * it identifies the Realm. */
static bool class_fits(struct span environment, const struct reeve_refs *refs)
{
	static const int64_t keys[] = { COMID_CLASS };
	struct span class;
	struct span id;
	struct span bytes;

	return corim_map_has_only(environment, keys, 1) &&
	       corim_map_get(environment, COMID_CLASS, &class) &&
	       corim_map_get(class, COMID_CLASS_ID, &id) &&
	       corim_content_get(id, CORIM_TAGGED_BYTES, CBOR_BYTES, &bytes) &&
	       bytes.size == refs->size &&
	       memcmp(bytes.data, refs->rim, bytes.size) == 0;
}

/* Reads the measurements of an environment. */
static const char *realm_read(struct span environment, struct span measurements,
			      struct realm_reader *reader)
{
	const char *problem = corim_array_walk(
		measurements, (struct corim_walk){ rim_find, reader });

	if (problem != NULL)
		return problem;
	if (reader->refs.size == 0)
		return "has a Realm without a RIM (" CORIM_RIM ")";
	if (!class_fits(environment, &reader->refs))
		return "has a Realm whose class is not its RIM";
	return corim_array_walk(measurements,
				(struct corim_walk){ value_take, reader });
}

const char *corim_realm_take(struct span triple, void *context)
{
	const struct corim_reader *corim = context;
	struct realm_reader reader = { .token = corim->token };
	struct span environment;
	struct span measurements;
	const char *problem;

	if (!corim_pair_get(triple, &environment, &measurements))
		return corim_broken;
	problem = realm_read(environment, measurements, &reader);
	if (problem != NULL)
		return problem;
	return references_add_realm(corim->references, &reader.refs)
		       ? NULL
		       : "cannot be read: out of memory";
}
