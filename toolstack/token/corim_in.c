/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads CoRIM: the envelope, its signature, and the digests that both profiles
 * have. */
#include "toolstack/token/corim_in.h"

#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/sign1.h"

const char corim_two_digests[] = "has two digests of one hash for one thing";

const char *corim_digest_get(struct span item, struct corim_digest *digest)
{
	struct cbor_in in = corim_in(item);
	struct cbor_head head;
	struct cbor_head algorithm;
	struct cbor_head value;
	size_t size;

	if (!corim_array_open(&in, 2, &head) || !cbor_in_next(&in, &algorithm) ||
	    !cbor_in_expect(&in, CBOR_BYTES, &value) ||
	    !corim_array_end(&in, &head))
		return "has a digest that is no array of algorithm and value";
	digest->hash = (struct span){ 0 };
	if (algorithm.kind == CBOR_TEXT)
		digest->hash = algorithm.content;
	else if (algorithm.kind == CBOR_UINT)
		digest->hash = reference_hash_name(algorithm.number);
	digest->value = value.content;
	size = token_hash_size(digest->hash);
	return size != 0 && size != digest->value.size
		       ? "has a digest of another size than its hash"
		       : NULL;
}

/* ---- The envelope ----------------------------------------------------- */

/* Returns what is wrong with a CoRIM that held nothing of use. */
static const char *emptiness_text(enum corim_profile profile)
{
	return profile == CORIM_OF_REALMS
		       ? "is a CoRIM without a Realm"
		       : "is a CoRIM without reference values of a platform";
}

static size_t references_count(const struct reeve_references *references)
{
	return references->realm_count + references->platform_count;
}

static const char *unsigned_read(struct span text, struct corim_reader *reader)
{
	size_t before = references_count(reader->references);
	enum corim_profile profile;
	struct cbor_pairs corim;
	struct span validity;
	const char *problem = corim_open(text, &profile, &corim);

	if (problem == NULL && corim_entry_get(&corim, CORIM_VALIDITY, &validity))
		problem = corim_validity_judge(validity);
	if (problem == NULL) {
		problem = corim_triples_walk(
			&corim, COMID_REFERENCES,
			(struct corim_walk){ profile == CORIM_OF_REALMS
						     ? corim_realm_take
						     : corim_platform_take,
					     reader });
	}
	cbor_pairs_free(&corim);
	if (problem == NULL && references_count(reader->references) == before)
		problem = emptiness_text(profile);
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

/* Judges the validity in the meta map. */
static const char *meta_judge(struct span item)
{
	struct cbor_pairs pairs;
	struct span meta;
	struct span validity;
	const char *problem = corim_broken;

	if (!corim_content_get(item, 0, CBOR_BYTES, &meta))
		return corim_broken;
	if (corim_map_read(meta, &pairs)) {
		problem = corim_entry_get(&pairs, CORIM_SIGNED_WHILE, &validity)
				  ? corim_validity_judge(validity)
				  : NULL;
	}
	cbor_pairs_free(&pairs);
	return problem;
}

/* Judges the time for which the signer vouches. The protected headers say it in
 * either of two ways, or in both. */
static const char *signing_judge(const struct token_part *message)
{
	const char *problem = NULL;
	struct span item;

	if (corim_entry_get(&message->protected, CORIM_HEADER_META, &item))
		problem = meta_judge(item);
	if (problem == NULL &&
	    corim_entry_get(&message->protected, CORIM_HEADER_CLAIMS, &item))
		problem = corim_claims_judge(item);
	return problem;
}

static const char *signed_read(struct span text, struct corim_reader *reader)
{
	struct cbor_in in = corim_in(text);
	struct token_part message = { 0 };
	const char *problem = corim_broken;

	if (token_part_read(&in, &message) && message.signature.data != NULL) {
		problem = reader->signers != NULL
				  ? signature_judge(&message, reader->signers)
				  : NULL;
	}
	if (problem == NULL)
		problem = signing_judge(&message);
	if (problem == NULL)
		problem = unsigned_read(message.payload, reader);
	token_part_free(&message);
	return problem;
}

static const char *either_read(struct span text, struct corim_reader *reader)
{
	reader->is_signed = corim_is_signed(text);
	if (!reader->is_signed && reader->signers != NULL)
		return "is not signed, and a key of its signer was given";
	return reader->is_signed ? signed_read(text, reader)
				 : unsigned_read(text, reader);
}

const char *corim_read(struct span text, struct corim_reader *reader)
{
	size_t realms = reader->references->realm_count;
	size_t platforms = reader->references->platform_count;
	const char *problem = either_read(text, reader);

	if (problem != NULL)
		references_truncate(reader->references, realms, platforms);
	return problem;
}
