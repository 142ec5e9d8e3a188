/* SPDX-License-Identifier: BSD-3-Clause */
/* Decodes a token: the collection of two parts, and the COSE_Sign1 of each.
 * A fault is noted for what a verifier refuses but a reader can show. */
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/token/token.h"

/* Notes a fault of the message that does not keep its claims from being read. */
static void part_note(struct token_part *part, enum token_fault fault)
{
	if (part->fault == TOKEN_OK)
		part->fault = fault;
}

/* ---- A part ---------------------------------------------------------- */

/* Returns whether a map of headers has an entry. */
static bool has_header(const struct cbor_pairs *headers, int64_t key)
{
	return cbor_pairs_find(headers, key) != NULL;
}

static void algorithm_note(struct token_part *part)
{
	const struct cbor_entry *pair =
		cbor_pairs_find(&part->protected, COSE_HEADER_ALG);
	int64_t number;

	/* The signature does not cover the other map, so anybody could have
	 * put an algorithm there. */
	if (pair == NULL || has_header(&part->unprotected, COSE_HEADER_ALG)) {
		part_note(part, TOKEN_ALGORITHM);
		return;
	}
	if (cbor_in_int(&(struct cbor_in){ .text = pair->value }, &number))
		part->algorithm = algorithm_find(number);
	if (part->algorithm == NULL)
		part_note(part, TOKEN_ALGORITHM);
}

static void headers_judge(struct token_part *part)
{
	/* Both maps may hold entries that we do not understand, unless the
	 * sender marks an entry as critical. */
	if (has_header(&part->protected, COSE_HEADER_CRIT) ||
	    has_header(&part->unprotected, COSE_HEADER_CRIT))
		part_note(part, TOKEN_CRITICAL);
	if (has_header(&part->protected, COSE_HEADER_X5CHAIN) &&
	    has_header(&part->unprotected, COSE_HEADER_X5CHAIN))
		part_note(part, TOKEN_DUPLICATE);
	algorithm_note(part);
	if (part->algorithm != NULL &&
	    part->signature.size != 2 * part->algorithm->curve->size)
		part_note(part, TOKEN_WRONG_SIZE);
}

/* The protected headers are a map in a byte string, which an empty one may be
 * too (RFC 9052, 3). */
static bool protected_read(struct cbor_in *in, struct token_part *part)
{
	struct cbor_head head;
	struct cbor_in inner;

	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	part->headers = head.content;
	if (head.content.size == 0)
		return true;
	inner = (struct cbor_in){
		.text = head.content,
		.takes_indefinite = in->takes_indefinite,
	};
	if (!cbor_in_map(&inner, &part->protected) || !cbor_in_end(&inner)) {
		in->at = (size_t)(head.content.data - in->text.data) + inner.at;
		return cbor_in_fail(in, inner.fault);
	}
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

static bool message_read(struct cbor_in *in, struct token_part *part)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_ARRAY, &head))
		return false;
	if (head.number != 4)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return protected_read(in, part) && cbor_in_map(in, &part->unprotected) &&
	       bytes_read(in, &part->payload) &&
	       bytes_read(in, &part->signature) && cbor_in_end(in);
}

/* Reads the tags round a message: one, of a COSE_Sign1, is right. */
static bool tags_read(struct cbor_in *in, struct token_part *part)
{
	struct cbor_in ahead = *in;
	struct cbor_head head;
	unsigned tags = 0;

	while (cbor_in_next(&ahead, &head) && head.kind == CBOR_TAG) {
		in->at = ahead.at;
		if (tags++ != 0 || head.number != COSE_TAG_SIGN1)
			part_note(part, TOKEN_WRONG_TAG);
	}
	if (ahead.fault != TOKEN_OK)
		return cbor_in_fail(in, ahead.fault);
	if (tags == 0)
		part_note(part, TOKEN_WRONG_TAG);
	return head.kind == CBOR_ARRAY;
}

bool token_part_read(struct cbor_in *in, struct token_part *part)
{
	part->present = true;
	if (!tags_read(in, part)) {
		/* Claims that stand alone can still be shown. */
		part->payload = span_skip(in->text, in->at);
		in->at = in->text.size;
		return in->fault == TOKEN_OK;
	}
	if (!message_read(in, part))
		return false;
	headers_judge(part);
	return true;
}

/* ---- The collection -------------------------------------------------- */

static void entry_note(struct token *token, enum token_fault fault)
{
	if (token->fault == TOKEN_OK)
		token->fault = fault;
}

/* Returns whether a record's type is that of a CWT: its number, or its text,
 * with parameters perhaps. */
static bool type_is_cwt(const struct cbor_head *type)
{
	static const struct span cwt = SPAN(CCA_CONTENT_CWT_TEXT);

	if (type->kind == CBOR_UINT)
		return type->number == CCA_CONTENT_CWT;
	return type->kind == CBOR_TEXT && span_matches(type->content, 0, cwt) &&
	       (type->content.size == cwt.size ||
		type->content.data[cwt.size] == ';');
}

/* Finds the bytes of a part in its entry: a record [type, bytes, indicator] or,
 * in the oldest collection, the bytes alone. */
static bool entry_read(struct token *token, const struct cbor_entry *entry,
		       struct cbor_in *in, struct span *part)
{
	bool is_new = token->tag == CCA_TAG_COLLECTION;
	bool is_old = token->tag == CCA_TAG_OLD;
	struct cbor_head head;
	struct cbor_head type;

	*in = (struct cbor_in){ .text = entry->value };
	if (!cbor_in_next(in, &head))
		return false;
	if (head.kind == CBOR_ARRAY) {
		if (is_old)
			entry_note(token, TOKEN_WRONG_TYPE);
		if (head.number != 2 && head.number != 3)
			return cbor_in_fail(in, TOKEN_WRONG_SIZE);
		if (!cbor_in_next(in, &type) || !cbor_in_next(in, &head))
			return false;
		if (!type_is_cwt(&type))
			entry_note(token, TOKEN_WRONG_VALUE);
	} else if (is_new) {
		entry_note(token, TOKEN_WRONG_TYPE);
	}
	*part = head.content;
	return head.kind == CBOR_BYTES || cbor_in_fail(in, TOKEN_WRONG_TYPE);
}

/* Fills *error from a reader that failed. Always returns false. */
static bool read_fail(const struct cbor_in *in, const char *part,
		      const char *what, struct token_error *error)
{
	*error = (struct token_error){
		.fault = in->fault,
		.part = part,
		.what = what,
		.at = in->text.data + in->at,
	};
	return false;
}

static const char *part_name(const struct token *token,
			     const struct token_part *part)
{
	return part == &token->realm ? "Realm part" : "platform part";
}

static bool part_decode(struct token *token, struct token_part *part,
			struct span text, struct token_error *error)
{
	struct cbor_in in = { .text = text };
	const char *name = part_name(token, part);

	if (!token_part_read(&in, part))
		return read_fail(&in, name, "COSE_Sign1", error);
	*error = (struct token_error){ .part = name };
	return token_claims_read(token, part, error);
}

static bool entry_decode(struct token *token, int64_t key,
			 struct token_part *part, struct token_error *error)
{
	const struct cbor_entry *entry = cbor_pairs_find(&token->entries, key);
	struct cbor_in in;
	struct span text = { 0 };

	if (entry == NULL) {
		entry_note(token, TOKEN_MISSING);
		return true;
	}
	if (!entry_read(token, entry, &in, &text))
		return read_fail(&in, "collection", NULL, error);
	return part_decode(token, part, text, error);
}

/* Decodes a part that is not in a collection. Only a Realm part has a Realm
 * key, so one is tried as a Realm part first. */
static bool lone_part_decode(struct token *token, struct token_error *error)
{
	token->fault = TOKEN_WRONG_TAG;
	if (!part_decode(token, &token->realm, token->text, error))
		return false;
	if (token->realm.claims[REALM_KEY].present)
		return true;
	token_free(token);
	token->fault = TOKEN_WRONG_TAG;
	return part_decode(token, &token->platform, token->text, error);
}

/* Reads the entries of a collection, and its parts. */
static bool entries_decode(struct token *token, struct cbor_in *in,
			   struct token_error *error)
{
	if (!cbor_in_map(in, &token->entries) || !cbor_in_end(in))
		return read_fail(in, "collection", NULL, error);
	return entry_decode(token, CCA_PLATFORM_TOKEN, &token->platform, error) &&
	       entry_decode(token, CCA_REALM_TOKEN, &token->realm, error);
}

/* Decodes a map without a tag: a collection, or the claims of a part. */
static bool map_decode(struct token *token, struct token_error *error)
{
	struct cbor_in in = { .text = token->text };
	struct cbor_pairs pairs;
	bool is_collection;

	if (!cbor_in_map(&in, &pairs) || !cbor_in_end(&in)) {
		cbor_pairs_free(&pairs);
		return read_fail(&in, "collection", NULL, error);
	}
	is_collection = cbor_pairs_find(&pairs, CCA_PLATFORM_TOKEN) != NULL ||
			cbor_pairs_find(&pairs, CCA_REALM_TOKEN) != NULL;
	cbor_pairs_free(&pairs);
	if (!is_collection)
		return lone_part_decode(token, error);
	token->fault = TOKEN_WRONG_TAG;
	in.at = 0;
	return entries_decode(token, &in, error);
}

/* Refuses what starts with another item than a token, and says with which. */
static bool start_refuse(struct cbor_in *in, const struct cbor_head *head,
			 struct token_error *error)
{
	in->at = 0;
	cbor_in_fail(in, TOKEN_WRONG_TAG);
	read_fail(in, "collection", NULL, error);
	if (head->kind == CBOR_TAG) {
		snprintf(error->found, sizeof(error->found),
			 "expected %d or %d, found %llu", CCA_TAG_COLLECTION,
			 CCA_TAG_OLD, (unsigned long long)head->number);
	} else {
		snprintf(error->found, sizeof(error->found),
			 "expected %d or %d, found none", CCA_TAG_COLLECTION,
			 CCA_TAG_OLD);
	}
	return false;
}

static bool outermost_decode(struct token *token, struct token_error *error)
{
	struct cbor_in in = { .text = token->text };
	struct cbor_head head;

	if (!cbor_in_next(&in, &head))
		return read_fail(&in, "collection", NULL, error);
	if (head.kind == CBOR_MAP)
		return map_decode(token, error);
	if (head.kind == CBOR_TAG && head.number == COSE_TAG_SIGN1)
		return lone_part_decode(token, error);
	if (head.kind != CBOR_TAG ||
	    (head.number != CCA_TAG_COLLECTION && head.number != CCA_TAG_OLD))
		return start_refuse(&in, &head, error);
	token->tag = head.number;
	return entries_decode(token, &in, error);
}

bool token_decode(struct span text, struct token *token,
		  struct token_error *error)
{
	*token = (struct token){ .text = text };
	*error = (struct token_error){ .part = "collection" };
	if (text.size > TOKEN_SIZE_MAX) {
		error->fault = TOKEN_OVERSIZED;
		snprintf(error->found, sizeof(error->found),
			 "expected at most %d bytes, found %zu", TOKEN_SIZE_MAX,
			 text.size);
		return false;
	}
	if (!outermost_decode(token, error))
		return false;
	token_profiles_find(token);
	return true;
}

void token_part_free(struct token_part *part)
{
	cbor_pairs_free(&part->protected);
	cbor_pairs_free(&part->unprotected);
	cbor_pairs_free(&part->pairs);
}

void token_free(struct token *token)
{
	struct span text = token->text;

	token_part_free(&token->platform);
	token_part_free(&token->realm);
	cbor_pairs_free(&token->entries);
	for (size_t i = 0; i < token->component_count; i++)
		cbor_pairs_free(&token->components[i].pairs);
	free(token->components);
	*token = (struct token){ .text = text };
}
