/* SPDX-License-Identifier: BSD-3-Clause */
/* The envelope: the collection of two parts, and the COSE_Sign1 of each. */
#include <string.h>

#include "toolstack/token/token.h"

/* Finds the COSE_Sign1 of one of the collection's parts. */
static bool part_find(struct cbor_in *in, uint64_t tag, struct span *part)
{
	struct cbor_head head;
	int64_t format;

	if (tag == CCA_TAG_COLLECTION) {
		if (!cbor_in_expect(in, CBOR_ARRAY, &head))
			return false;
		if (head.number != 2)
			return cbor_in_fail(in, TOKEN_WRONG_SIZE);
		if (!cbor_in_int(in, &format))
			return false;
		if (format != CCA_CONTENT_CWT)
			return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	}
	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	*part = head.content;
	return true;
}

struct parts {
	struct span platform;
	struct span realm;
};

/* Reads one entry. Anything beside the two parts is refused, because no
 * signature would cover it. */
static bool entry_read(struct cbor_in *in, uint64_t tag, struct cbor_keys *keys,
		       struct parts *parts)
{
	int64_t key;
	bool known;

	if (!cbor_in_key(in, keys, &key, &known))
		return false;
	if (known && key == CCA_PLATFORM_TOKEN)
		return part_find(in, tag, &parts->platform);
	if (known && key == CCA_REALM_TOKEN)
		return part_find(in, tag, &parts->realm);
	return cbor_in_fail(in, TOKEN_WRONG_VALUE);
}

static bool collection_read(struct cbor_in *in, uint64_t *tag,
			    struct parts *parts)
{
	struct cbor_keys keys = { 0 };
	struct cbor_head head;

	if (!cbor_in_next(in, &head))
		return false;
	if (head.kind != CBOR_TAG ||
	    (head.number != CCA_TAG_COLLECTION && head.number != CCA_TAG_OLD))
		return cbor_in_fail(in, TOKEN_WRONG_TAG);
	*tag = head.number;
	if (!cbor_in_expect(in, CBOR_MAP, &head))
		return false;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!entry_read(in, *tag, &keys, parts))
			return false;
	}
	if (parts->platform.data == NULL || parts->realm.data == NULL)
		return cbor_in_fail(in, TOKEN_MISSING);
	return cbor_in_end(in);
}

/* Reads a header's value. Both maps of headers may hold entries that we do not
 * understand, unless the sender marks an entry as critical. */
static bool header_read(struct cbor_in *in, int64_t key, bool is_protected,
			int64_t *algorithm)
{
	if (key == COSE_HEADER_CRIT)
		return cbor_in_fail(in, TOKEN_CRITICAL);
	if (key != COSE_HEADER_ALG)
		return cbor_in_skip(in);
	/* The signature does not cover this map, so anybody could have put
	 * an algorithm here. */
	if (!is_protected)
		return cbor_in_fail(in, TOKEN_ALGORITHM);
	return cbor_in_int(in, algorithm);
}

static bool headers_read(struct cbor_in *in, bool is_protected,
			 int64_t *algorithm)
{
	struct cbor_keys keys = { 0 };
	struct cbor_head head;
	int64_t key;
	bool known;
	bool ok;

	if (!cbor_in_expect(in, CBOR_MAP, &head))
		return false;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!cbor_in_key(in, &keys, &key, &known))
			return false;
		if (known)
			ok = header_read(in, key, is_protected, algorithm);
		else
			ok = cbor_in_skip(in);
		if (!ok)
			return false;
	}
	return true;
}

static bool protected_read(struct cbor_in *in, struct span headers)
{
	struct cbor_in inner = { .text = headers };
	int64_t algorithm = 0; /* a reserved number: no algorithm yet */

	if (!headers_read(&inner, true, &algorithm) || !cbor_in_end(&inner))
		return cbor_in_fail(in, inner.fault);
	if (algorithm != COSE_ALG_ES384)
		return cbor_in_fail(in, TOKEN_ALGORITHM);
	return true;
}

static bool bytes_read(struct cbor_in *in, struct span *bytes)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	*bytes = head.content;
	return true;
}

bool token_sign1_read(struct cbor_in *in, struct token_part *part)
{
	struct cbor_head head;
	int64_t ignored;

	if (!cbor_in_next(in, &head))
		return false;
	if (head.kind != CBOR_TAG || head.number != COSE_TAG_SIGN1)
		return cbor_in_fail(in, TOKEN_WRONG_TAG);
	if (!cbor_in_expect(in, CBOR_ARRAY, &head))
		return false;
	if (head.number != 4)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	if (!bytes_read(in, &part->headers) ||
	    !protected_read(in, part->headers) ||
	    !headers_read(in, false, &ignored) ||
	    !bytes_read(in, &part->payload) || !bytes_read(in, &part->signature))
		return false;
	if (part->signature.size != P384_SIGNATURE_SIZE)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return cbor_in_end(in);
}

/* Fills *error if the step before it failed. Returns ok. */
static bool outcome_note(bool ok, const struct cbor_in *in, const char *part,
			 const char *what, struct token_error *error)
{
	if (!ok)
		*error = (struct token_error){ in->fault, part, what, in->at };
	return ok;
}

static bool part_decode(struct span text, struct token *token, bool is_realm,
			struct token_error *error)
{
	struct token_part *part = is_realm ? &token->realm : &token->platform;
	const char *name = is_realm ? "Realm part" : "platform part";
	struct cbor_in outer = { .text = text };
	struct cbor_in inner = { 0 };
	const char *what = NULL;
	bool ok;

	if (!outcome_note(token_sign1_read(&outer, part), &outer, name,
			  "COSE_Sign1", error))
		return false;
	inner.text = part->payload;
	ok = is_realm ? token_realm_read(&inner, token, &what)
		      : token_platform_read(&inner, token, &what);
	return outcome_note(ok, &inner, name, what, error);
}

bool token_decode(struct span text, struct token *token,
		  struct token_error *error)
{
	struct cbor_in in = { .text = text };
	struct parts parts = { 0 };

	memset(token, 0, sizeof(*token));
	if (text.size > TOKEN_SIZE_MAX)
		cbor_in_fail(&in, TOKEN_OVERSIZED);
	return outcome_note(collection_read(&in, &token->tag, &parts), &in,
			    "collection", NULL, error) &&
	       part_decode(parts.platform, token, false, error) &&
	       part_decode(parts.realm, token, true, error);
}
