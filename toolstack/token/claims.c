/* SPDX-License-Identifier: BSD-3-Clause */
/* The reader of claims, which works by the tables of rules. A claim that has
 * not the form of its rule keeps its bytes, and its fault: the profile decides
 * whether that matters. */
#include <stdlib.h>

#include "toolstack/report/utf8.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/token.h"

static bool size_fits(const struct claim_rule *rule, size_t size)
{
	if (rule->sizes[0] == 0)
		return true;
	for (size_t i = 0; i < 3; i++) {
		if (rule->sizes[i] == size && size != 0)
			return true;
	}
	return false;
}

static bool bytes_read(struct cbor_in *in, const struct claim_rule *rule,
		       struct span *bytes)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_BYTES, &head))
		return false;
	*bytes = head.content;
	if (!size_fits(rule, head.content.size))
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return true;
}

static bool ueid_read(struct cbor_in *in, const struct claim_rule *rule,
		      struct span *bytes)
{
	if (!bytes_read(in, rule, bytes))
		return false;
	if (bytes->data[0] != CCA_INSTANCE_ID_RAND)
		return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	return true;
}

/* A text that is shown to a person must not move his cursor. */
static bool text_read(struct cbor_in *in, const struct claim_rule *rule,
		      struct span *bytes)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_TEXT, &head))
		return false;
	*bytes = head.content;
	if (!utf8_is_printable((const char *)bytes->data, bytes->size))
		return cbor_in_fail(in, TOKEN_MALFORMED);
	if (rule->kind == CLAIM_HASH_NAME && token_hash_size(*bytes) == 0)
		return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	return true;
}

static bool number_read(struct cbor_in *in, const struct claim_rule *rule,
			struct token_claim *claim)
{
	uint64_t *number = &claim->number;
	struct cbor_head head;

	if (!cbor_in_next(in, &head))
		return false;
	/* Texts are the form of draft-ffm-rats-cca-token-03. */
	if (head.kind == CBOR_TEXT && rule->values != NULL) {
		for (*number = rule->least; *number <= rule->most; ++*number) {
			claim->bytes = head.content;
			if (span_is_text(head.content,
					 rule->values[*number - rule->least]))
				return true;
		}
		return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	}
	if (head.kind != CBOR_UINT)
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	*number = head.number;
	if (head.number < rule->least || head.number > rule->most)
		return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	return true;
}

static bool bool_read(struct cbor_in *in, uint64_t *number)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_OTHER, &head))
		return false;
	if (head.number != CBOR_FALSE && head.number != CBOR_TRUE)
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	*number = head.number == CBOR_TRUE;
	return true;
}

/* Reads an array of byte strings. list has room for wanted of them; NULL: any
 * number but none is right, and they are only judged. */
static bool hashes_read(struct cbor_in *in, const struct claim_rule *rule,
			struct span *list, size_t wanted)
{
	struct cbor_head head;
	struct span bytes;

	if (!cbor_in_expect(in, CBOR_ARRAY, &head))
		return false;
	if (list != NULL ? head.number != wanted : head.number == 0)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	for (uint64_t i = 0; i < head.number; i++) {
		if (!bytes_read(in, rule, &bytes))
			return false;
		if (list != NULL)
			list[i] = bytes;
	}
	return true;
}

static bool components_read(struct cbor_in *in, struct token *token);
static bool records_read(struct cbor_in *in, const struct claim_rule *rule,
			 struct token_claim *claim);

static bool value_read(struct cbor_in *in, const struct claim_rule *rule,
		       struct token *token, struct token_claim *claim)
{
	switch (rule->kind) {
	case CLAIM_BYTES:
		return bytes_read(in, rule, &claim->bytes);
	case CLAIM_UEID:
		return ueid_read(in, rule, &claim->bytes);
	case CLAIM_TEXT:
	case CLAIM_HASH_NAME:
		return text_read(in, rule, &claim->bytes);
	case CLAIM_NUMBER:
		return number_read(in, rule, claim);
	case CLAIM_BOOL:
		return bool_read(in, &claim->number);
	case CLAIM_COMPONENTS:
		return components_read(in, token);
	case CLAIM_HASHES:
		return hashes_read(in, rule, NULL, 0);
	case CLAIM_REMS:
		return hashes_read(in, rule, token->rems, CCA_REMS);
	case CLAIM_RECORDS:
		return records_read(in, rule, claim);
	case CLAIM_ANY:
		return cbor_in_skip(in);
	}
	return false;
}

/* Reads one claim. That its bytes are well-formed is known. */
static void claim_read(const struct cbor_entry *pair,
		       const struct claim_rule *rule, struct token *token,
		       struct token_claim *claim)
{
	struct cbor_in in = { .text = pair->value };

	claim->present = true;
	claim->value = pair->value;
	value_read(&in, rule, token, claim);
	claim->fault = in.fault;
}

/* ---- Records ----------------------------------------------------------- */

/* Entries that the rules do not name are passed over. No entry has components,
 * so that no token is needed. */
static enum token_fault entries_read(const struct cbor_pairs *pairs,
				     const struct claim_rule *rule,
				     struct token_claim *entries)
{
	enum token_fault fault = TOKEN_OK;

	for (size_t i = 0; i < rule->entry_count; i++) {
		const struct claim_rule *entry = &rule->entries[i];
		const struct cbor_entry *pair =
			cbor_pairs_find(pairs, entry->key);

		if (pair != NULL)
			claim_read(pair, entry, NULL, &entries[i]);
		else if (!entry->may_miss)
			entries[i].fault = TOKEN_MISSING;
		if (fault == TOKEN_OK)
			fault = entries[i].fault;
	}
	return fault;
}

bool token_record_read(struct cbor_in *in, const struct claim_rule *rule,
		       struct token_record *record)
{
	enum token_fault fault;

	*record = (struct token_record){ 0 };
	if (!cbor_in_map(in, &record->pairs))
		return false;
	fault = entries_read(&record->pairs, rule, record->entries);
	return fault == TOKEN_OK || cbor_in_fail(in, fault);
}

static bool records_read(struct cbor_in *in, const struct claim_rule *rule,
			 struct token_claim *claim)
{
	struct token_record record;
	struct cbor_head head;
	bool ok = true;

	if (!cbor_in_expect(in, CBOR_ARRAY, &head))
		return false;
	if (head.number == 0)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	for (uint64_t i = 0; i < head.number && ok; i++) {
		claim->number = i;
		ok = token_record_read(in, rule, &record);
		cbor_pairs_free(&record.pairs);
	}
	return ok;
}

size_t token_rule_find(const struct claim_rule *rules, size_t count, int64_t key)
{
	size_t i = 0;

	while (i < count && rules[i].key != key)
		i++;
	return i;
}

static void pairs_read(const struct cbor_pairs *pairs,
		       const struct claim_rule *rules, size_t count,
		       struct token *token, struct token_claim *claims)
{
	for (size_t i = 0; i < pairs->count; i++) {
		int64_t key;
		size_t index = count;

		if (cbor_head_int(&pairs->list[i].head, &key))
			index = token_rule_find(rules, count, key);
		if (index < count) {
			claim_read(&pairs->list[i], &rules[index], token,
				   &claims[index]);
		}
	}
}

/* Returns the rule of the last claim that was read; NULL: it has none. */
static const struct claim_rule *last_rule(const struct cbor_pairs *pairs,
					  const struct claim_rule *rules,
					  size_t count)
{
	int64_t key;
	size_t index = count;

	if (pairs->count != 0 &&
	    cbor_head_int(&pairs->list[pairs->count - 1].head, &key))
		index = token_rule_find(rules, count, key);
	return index < count ? &rules[index] : NULL;
}

/* Returns whether the mandatory entries of a component are there, and all of
 * profile 1.0 have their form. The profile judges those of 2.0. */
static bool component_check(struct cbor_in *in, struct token *token,
			    const struct token_component *component)
{
	for (size_t i = 0; i < COMPONENT_LFA; i++) {
		const struct token_claim *claim = &component->claims[i];
		bool must = i == COMPONENT_VALUE || i == COMPONENT_SIGNER;

		token->component_rule = &component_rules[i];
		if (claim->fault != TOKEN_OK)
			return cbor_in_fail(in, claim->fault);
		if (must && !claim->present)
			return cbor_in_fail(in, TOKEN_MISSING);
	}
	token->component_rule = NULL;
	return true;
}

static bool component_read(struct cbor_in *in, struct token *token)
{
	struct token_component *component =
		&token->components[token->component_count++];

	if (!cbor_in_map(in, &component->pairs)) {
		token->component_rule = last_rule(
			&component->pairs, component_rules, COMPONENT_CLAIMS);
		return false;
	}
	pairs_read(&component->pairs, component_rules, COMPONENT_CLAIMS, token,
		   component->claims);
	return component_check(in, token, component);
}

static bool components_read(struct cbor_in *in, struct token *token)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_ARRAY, &head))
		return false;
	if (head.number == 0)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	token->components =
		calloc((size_t)head.number, sizeof(*token->components));
	if (token->components == NULL)
		return cbor_in_fail(in, TOKEN_MEMORY);
	while (token->component_count < head.number) {
		if (!component_read(in, token))
			return false;
	}
	return true;
}

bool span_is_text(struct span span, const char *text)
{
	size_t size = strlen(text);

	return span.size == size && memcmp(span.data, text, size) == 0;
}

const struct claim_rule *token_rules(const struct token *token,
				     const struct token_part *part,
				     size_t *count)
{
	bool is_realm = part == &token->realm;

	*count = is_realm ? (size_t)REALM_CLAIMS : (size_t)PLATFORM_CLAIMS;
	return is_realm ? realm_rules : platform_rules;
}

bool token_claims_read(struct token *token, struct token_part *part,
		       struct token_error *error)
{
	struct cbor_in in = { .text = part->payload };
	size_t count;
	const struct claim_rule *rules = token_rules(token, part, &count);
	const struct claim_rule *last;

	if (!cbor_in_map(&in, &part->pairs)) {
		last = last_rule(&part->pairs, rules, count);
		error->what = last != NULL ? last->name : NULL;
	} else {
		cbor_in_end(&in);
	}
	error->fault = in.fault;
	error->at = in.text.data + in.at;
	if (in.fault != TOKEN_OK)
		return false;
	pairs_read(&part->pairs, rules, count, token, part->claims);
	for (size_t i = 0; i < count; i++) {
		if (part->claims[i].fault == TOKEN_MEMORY)
			error->fault = TOKEN_MEMORY;
	}
	return error->fault == TOKEN_OK;
}
