/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole token as JSON, with the names of the published form. What has not the
 * form of its name is there with its bytes. */
#include <json-c/json.h>
#include <stdlib.h>

#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"
#include "toolstack/token/load.h"

static struct json_object *span_text_json(struct span text)
{
	return json_object_new_string_len((const char *)text.data,
					  (int)text.size);
}

static struct json_object *span_hex_json(struct span bytes)
{
	char *text = hex_text(bytes);
	struct json_object *string =
		text != NULL ? json_object_new_string(text) : NULL;

	free(text);
	return string;
}

/* An entry that nobody can name: its key, if it is an integer, else the key's
 * CBOR, and the CBOR of its value. */
static struct json_object *pair_json(const struct cbor_entry *pair)
{
	struct json_object *object = json_object_new_object();
	int64_t key;

	json_object_object_add(object, "key",
			       cbor_head_int(&pair->head, &key)
				       ? json_object_new_int64(key)
				       : span_hex_json(pair->key));
	json_object_object_add(object, "value", span_hex_json(pair->value));
	return object;
}

/* Adds the entries of pairs that have no name by the rules. */
static void add_unnamed(struct json_object *object, const char *name,
			const struct cbor_pairs *pairs,
			const struct claim_rule *rules, size_t count)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < pairs->count; i++) {
		int64_t key;

		if (!cbor_head_int(&pairs->list[i].head, &key) ||
		    token_rule_find(rules, count, key) == count)
			json_object_array_add(list, pair_json(&pairs->list[i]));
	}
	if (json_object_array_length(list) != 0)
		json_object_object_add(object, name, list);
	else
		json_object_put(list);
}

static struct json_object *hashes_json(const struct token_claim *claim)
{
	struct json_object *list = json_object_new_array();
	struct cbor_in in = { .text = claim->value };
	struct cbor_head head;

	cbor_in_next(&in, &head);
	for (uint64_t i = head.number; i > 0; i--) {
		if (cbor_in_expect(&in, CBOR_BYTES, &head))
			json_object_array_add(list, span_hex_json(head.content));
	}
	return list;
}

static struct json_object *components_json(const struct token *token);
static struct json_object *records_json(const struct claim_rule *rule,
					const struct token_claim *claim);

static struct json_object *rems_json(const struct token *token)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < CCA_REMS; i++)
		json_object_array_add(list, span_hex_json(token->rems[i]));
	return list;
}

static struct json_object *claim_json(const struct token *token,
				      const struct claim_rule *rule,
				      const struct token_claim *claim)
{
	switch (rule->kind) {
	case CLAIM_BYTES:
	case CLAIM_UEID:
		return span_hex_json(claim->bytes);
	case CLAIM_TEXT:
	case CLAIM_HASH_NAME:
		return span_text_json(claim->bytes);
	case CLAIM_NUMBER:
		return json_object_new_int64((int64_t)claim->number);
	case CLAIM_BOOL:
		return json_object_new_boolean(claim->number != 0);
	case CLAIM_COMPONENTS:
		return components_json(token);
	case CLAIM_HASHES:
		return hashes_json(claim);
	case CLAIM_REMS:
		return rems_json(token);
	case CLAIM_RECORDS:
		return records_json(rule, claim);
	case CLAIM_ANY:
		return span_hex_json(claim->value);
	}
	return NULL;
}

/* A claim that has not its form: what is wrong, and its CBOR. */
static struct json_object *faulty_json(const struct token_claim *claim)
{
	struct json_object *object = json_object_new_object();

	token_json_add_text(object, "fault", token_fault_name(claim->fault));
	json_object_object_add(object, "cbor", span_hex_json(claim->value));
	return object;
}

static void add_claims(struct json_object *object, const struct token *token,
		       const struct claim_rule *rules, const char *const *names,
		       const struct token_claim *claims, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct token_claim *claim = &claims[i];

		if (!claim->present)
			continue;
		json_object_object_add(
			object, names != NULL ? names[i] : rules[i].name,
			claim->fault == TOKEN_OK
				? claim_json(token, &rules[i], claim)
				: faulty_json(claim));
	}
}

static struct json_object *records_json(const struct claim_rule *rule,
					const struct token_claim *claim)
{
	struct json_object *list = json_object_new_array();
	struct cbor_in in = { .text = claim->value };
	struct token_record record;
	struct cbor_head head;

	cbor_in_next(&in, &head);
	for (uint64_t i = head.number; i > 0; i--) {
		struct json_object *object = json_object_new_object();

		token_record_read(&in, rule, &record);
		add_claims(object, NULL, rule->entries, NULL, record.entries,
			   rule->entry_count);
		add_unnamed(object, "unknown-claims", &record.pairs,
			    rule->entries, rule->entry_count);
		cbor_pairs_free(&record.pairs);
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *components_json(const struct token *token)
{
	static const char *const names[COMPONENT_CLAIMS] = {
		[COMPONENT_TYPE] = "component-type",
		[COMPONENT_VALUE] = "measurement-value",
		[COMPONENT_VERSION] = "version",
		[COMPONENT_SIGNER] = "signer-id",
		[COMPONENT_HASH] = "hash-algo-id",
		[COMPONENT_LFA] = "live-firmware-activation",
		[COMPONENT_COUNTERSIGNERS] = "countersigner-ids",
	};
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < token->component_count; i++) {
		const struct token_component *component = &token->components[i];
		struct json_object *object = json_object_new_object();

		add_claims(object, token, component_rules, names,
			   component->claims, COMPONENT_CLAIMS);
		add_unnamed(object, "unknown-claims", &component->pairs,
			    component_rules, COMPONENT_CLAIMS);
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *part_json(const struct token *token,
				     const struct token_part *part)
{
	struct json_object *object = json_object_new_object();
	size_t count;
	const struct claim_rule *rules = token_rules(token, part, &count);

	add_claims(object, token, rules, NULL, part->claims, count);
	add_unnamed(object, "unknown-claims", &part->pairs, rules, count);
	if (part->algorithm != NULL)
		token_json_add_text(object, "algorithm", part->algorithm->name);
	add_unnamed(object, "protected-headers", &part->protected, NULL, 0);
	add_unnamed(object, "unprotected-headers", &part->unprotected, NULL, 0);
	token_json_add_hex(object, "signature", part->signature);
	return object;
}

/* The further entries of a collection. */
static void add_entries(struct json_object *document, const struct token *token)
{
	static const struct claim_rule parts[] = {
		{ .key = CCA_PLATFORM_TOKEN },
		{ .key = CCA_REALM_TOKEN },
	};

	add_unnamed(document, "further-entries", &token->entries, parts, 2);
}

static void add_refusal(struct json_object *document, const struct token *token)
{
	struct token_error error;
	char *text;

	if (!token_refusal(token, &error))
		return;
	text = token_refusal_text(token, &error);
	token_json_add_text(document, "refusal", text);
	free(text);
}

char *reeve_token_json(const struct reeve_token *token)
{
	struct json_object *document = json_object_new_object();
	const struct token *parts = &token->token;

	if (parts->tag != 0) {
		json_object_object_add(
			document, "tag",
			json_object_new_int64((int64_t)parts->tag));
	}
	add_refusal(document, parts);
	if (parts->platform.present) {
		json_object_object_add(document, "cca-platform-token",
				       part_json(parts, &parts->platform));
	}
	if (parts->realm.present) {
		json_object_object_add(document, "cca-realm-delegated-token",
				       part_json(parts, &parts->realm));
	}
	add_entries(document, parts);
	return token_json_finish(document);
}
