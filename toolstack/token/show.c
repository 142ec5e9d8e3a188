/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole token as JSON, with the names of the published form. */
#include <json-c/json.h>
#include <stdlib.h>

#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"
#include "toolstack/token/load.h"
#include "toolstack/token/policy.h"

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

static void add_claim(struct json_object *object, const char *name,
		      const struct token_claim *claim, bool is_text)
{
	if (claim->present) {
		json_object_object_add(object, name,
				       is_text ? span_text_json(claim->bytes)
					       : span_hex_json(claim->bytes));
	}
}

static struct json_object *component_json(const struct token_component *component)
{
	struct json_object *object = json_object_new_object();

	add_claim(object, "component-type", &component->type, true);
	add_claim(object, "measurement-value", &component->value, false);
	add_claim(object, "version", &component->version, true);
	add_claim(object, "signer-id", &component->signer, false);
	add_claim(object, "hash-algo-id", &component->hash, true);
	return object;
}

static struct json_object *components_json(const struct token *token)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < token->component_count; i++) {
		json_object_array_add(list,
				      component_json(&token->components[i]));
	}
	return list;
}

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
		return span_hex_json(claim->bytes);
	case CLAIM_TEXT:
		return span_text_json(claim->bytes);
	case CLAIM_NUMBER:
		return json_object_new_int64((int64_t)claim->number);
	case CLAIM_COMPONENTS:
		return components_json(token);
	case CLAIM_REMS:
		return rems_json(token);
	}
	return NULL;
}

static struct json_object *part_json(const struct token *token,
				     const struct token_part *part,
				     const struct claim_rule *rules,
				     size_t count)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < count; i++) {
		if (part->claims[i].present) {
			json_object_object_add(
				object, rules[i].name,
				claim_json(token, &rules[i], &part->claims[i]));
		}
	}
	token_json_add_hex(object, "signature", part->signature);
	if (part->unknown != 0) {
		json_object_object_add(object, "unknown-claims",
				       json_object_new_int64(part->unknown));
	}
	return object;
}

char *reeve_token_json(const struct reeve_token *token)
{
	struct json_object *document = json_object_new_object();
	const struct token *parts = &token->token;

	json_object_object_add(document, "tag",
			       json_object_new_int64((int64_t)parts->tag));
	json_object_object_add(document, "cca-platform-token",
			       part_json(parts, &parts->platform,
					 platform_rules, PLATFORM_CLAIMS));
	json_object_object_add(
		document, "cca-realm-delegated-token",
		part_json(parts, &parts->realm, realm_rules, REALM_CLAIMS));
	return token_json_finish(document);
}
