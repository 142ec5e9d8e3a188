/* SPDX-License-Identifier: BSD-3-Clause */
/* The claims of both parts: tables with the form of each claim, and the reader
 * that works by these tables. */
#include <string.h>

#include "toolstack/token/token.h"

#define HASH_SIZES { 32, 48, 64 }

const struct claim_rule platform_rules[PLATFORM_CLAIMS] = {
	[PLATFORM_PROFILE] = { CCA_PROFILE,
			       "cca-platform-profile",
			       CLAIM_TEXT,
			       true,
			       { 0 } },
	[PLATFORM_CHALLENGE] = { CCA_CHALLENGE, "cca-platform-challenge",
				 CLAIM_BYTES, true, HASH_SIZES },
	[PLATFORM_IMPLEMENTATION_ID] = { CCA_IMPLEMENTATION_ID,
					 "cca-platform-implementation-id",
					 CLAIM_BYTES,
					 true,
					 { CCA_ID_SIZE } },
	[PLATFORM_INSTANCE_ID] = { CCA_INSTANCE_ID,
				   "cca-platform-instance-id",
				   CLAIM_BYTES,
				   true,
				   { CCA_INSTANCE_ID_SIZE } },
	[PLATFORM_CONFIG] = { CCA_CONFIG,
			      "cca-platform-config",
			      CLAIM_BYTES,
			      true,
			      { 0 } },
	[PLATFORM_LIFECYCLE] = { CCA_LIFECYCLE,
				 "cca-platform-lifecycle",
				 CLAIM_NUMBER,
				 true,
				 { 0 } },
	[PLATFORM_HASH] = { CCA_HASH,
			    "cca-platform-hash-algo-id",
			    CLAIM_TEXT,
			    true,
			    { 0 } },
	[PLATFORM_COMPONENTS] = { CCA_COMPONENTS,
				  "cca-platform-sw-components",
				  CLAIM_COMPONENTS,
				  true,
				  { 0 } },
	[PLATFORM_SERVICE_INDICATOR] = { CCA_SERVICE,
					 "cca-platform-service-indicator",
					 CLAIM_TEXT,
					 false,
					 { 0 } },
};

const struct claim_rule realm_rules[REALM_CLAIMS] = {
	[REALM_PROFILE] = { CCA_PROFILE,
			    "cca-realm-profile",
			    CLAIM_TEXT,
			    false,
			    { 0 } },
	[REALM_CHALLENGE] = { CCA_CHALLENGE,
			      "cca-realm-challenge",
			      CLAIM_BYTES,
			      true,
			      { CCA_CHALLENGE_SIZE } },
	[REALM_INSTANCE_ID] = { CCA_REALM_INSTANCE_ID,
				"cca-realm-instance-id",
				CLAIM_BYTES,
				false,
				{ CCA_INSTANCE_ID_SIZE } },
	[REALM_RPV] = { CCA_REALM_RPV,
			"cca-realm-personalization-value",
			CLAIM_BYTES,
			true,
			{ CCA_RPV_SIZE } },
	[REALM_HASH] = { CCA_REALM_HASH,
			 "cca-realm-hash-algo-id",
			 CLAIM_TEXT,
			 true,
			 { 0 } },
	[REALM_KEY] = { CCA_REALM_KEY,
			"cca-realm-public-key",
			CLAIM_BYTES,
			true,
			{ 0 } },
	[REALM_KEY_HASH] = { CCA_REALM_KEY_HASH,
			     "cca-realm-public-key-hash-algo-id",
			     CLAIM_TEXT,
			     true,
			     { 0 } },
	[REALM_RIM] = { CCA_REALM_RIM, "cca-realm-initial-measurement",
			CLAIM_BYTES, true, HASH_SIZES },
	[REALM_REMS] = { CCA_REALM_REMS,
			 "cca-realm-extensible-measurements",
			 CLAIM_REMS,
			 true,
			 { 0 } },
	[REALM_MEC_POLICY] = { CCA_REALM_MEC_POLICY,
			       "cca-realm-mec-policy",
			       CLAIM_NUMBER,
			       false,
			       { 0 } },
};

static const struct claim_rule component_rules[] = {
	{ CCA_COMPONENT_TYPE, "component type", CLAIM_TEXT, false, { 0 } },
	{ CCA_COMPONENT_VALUE, "component measurement", CLAIM_BYTES, true,
	  HASH_SIZES },
	{ CCA_COMPONENT_VERSION, "component version", CLAIM_TEXT, false, { 0 } },
	{ CCA_COMPONENT_SIGNER, "component signer", CLAIM_BYTES, true,
	  HASH_SIZES },
	{ CCA_COMPONENT_HASH, "component hash", CLAIM_TEXT, false, { 0 } },
};

#define COMPONENT_RULES (sizeof(component_rules) / sizeof(component_rules[0]))

/* A map of claims that is being read. claims[i] belongs to rules[i]. */
struct claims_reader {
	struct cbor_in *in;
	const struct claim_rule *rules;
	size_t count;
	struct token_claim *claims;
	struct token *token;
	const char **what; /* the claim at fault */
	unsigned unknown;
};

static bool claims_read(struct claims_reader *reader);

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

static bool claim_string_read(struct cbor_in *in, const struct claim_rule *rule,
			      struct token_claim *claim)
{
	enum cbor_kind kind = rule->kind == CLAIM_TEXT ? CBOR_TEXT : CBOR_BYTES;
	struct cbor_head head;

	if (!cbor_in_expect(in, kind, &head))
		return false;
	claim->bytes = head.content;
	if (!size_fits(rule, head.content.size))
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return true;
}

static bool claim_number_read(struct cbor_in *in, struct token_claim *claim)
{
	struct cbor_head head;

	if (!cbor_in_expect(in, CBOR_UINT, &head))
		return false;
	claim->number = head.number;
	if (head.number > UINT16_MAX)
		return cbor_in_fail(in, TOKEN_WRONG_VALUE);
	return true;
}

static bool component_read(struct claims_reader *outer)
{
	struct token *token = outer->token;
	struct token_claim claims[COMPONENT_RULES] = { 0 };
	struct claims_reader reader = {
		.in = outer->in,
		.rules = component_rules,
		.count = COMPONENT_RULES,
		.claims = claims,
		.what = outer->what,
	};

	if (token->component_count == TOKEN_COMPONENTS_MAX)
		return cbor_in_fail(outer->in, TOKEN_OVERSIZED);
	if (!claims_read(&reader))
		return false;
	token->components[token->component_count++] =
		(struct token_component){ claims[0], claims[1], claims[2],
					  claims[3], claims[4] };
	return true;
}

static bool claim_components_read(struct claims_reader *reader)
{
	struct cbor_head head;

	if (!cbor_in_expect(reader->in, CBOR_ARRAY, &head))
		return false;
	if (head.number == 0)
		return cbor_in_fail(reader->in, TOKEN_WRONG_SIZE);
	for (uint64_t i = 0; i < head.number; i++) {
		*reader->what = platform_rules[PLATFORM_COMPONENTS].name;
		if (!component_read(reader))
			return false;
	}
	return true;
}

static bool rems_read(struct claims_reader *reader)
{
	struct cbor_head head;

	if (!cbor_in_expect(reader->in, CBOR_ARRAY, &head))
		return false;
	if (head.number != CCA_REMS)
		return cbor_in_fail(reader->in, TOKEN_WRONG_SIZE);
	for (size_t i = 0; i < CCA_REMS; i++) {
		if (!cbor_in_expect(reader->in, CBOR_BYTES, &head))
			return false;
		reader->token->rems[i] = head.content;
	}
	return true;
}

static bool claim_read(struct claims_reader *reader, size_t index)
{
	const struct claim_rule *rule = &reader->rules[index];
	struct token_claim *claim = &reader->claims[index];

	claim->present = true;
	switch (rule->kind) {
	case CLAIM_BYTES:
	case CLAIM_TEXT:
		return claim_string_read(reader->in, rule, claim);
	case CLAIM_NUMBER:
		return claim_number_read(reader->in, claim);
	case CLAIM_COMPONENTS:
		return claim_components_read(reader);
	case CLAIM_REMS:
		return rems_read(reader);
	}
	return false;
}

static size_t rule_find(const struct claim_rule *rules, size_t count,
			int64_t key)
{
	size_t i = 0;

	while (i < count && rules[i].key != key)
		i++;
	return i;
}

/* Returns whether only the other part may have this claim. */
static bool is_foreign(const struct claims_reader *reader, int64_t key)
{
	if (reader->rules == platform_rules)
		return rule_find(realm_rules, REALM_CLAIMS, key) < REALM_CLAIMS;
	if (reader->rules == realm_rules) {
		return rule_find(platform_rules, PLATFORM_CLAIMS, key) <
		       PLATFORM_CLAIMS;
	}
	return false;
}

static bool pair_read(struct claims_reader *reader, struct cbor_keys *keys)
{
	size_t index = reader->count;
	int64_t key = 0;
	bool known = false;
	bool ok = cbor_in_key(reader->in, keys, &key, &known);

	if (known)
		index = rule_find(reader->rules, reader->count, key);
	if (index < reader->count)
		*reader->what = reader->rules[index].name;
	else
		*reader->what = NULL;
	if (!ok)
		return false;
	if (index < reader->count)
		return claim_read(reader, index);
	if (known && is_foreign(reader, key))
		return cbor_in_fail(reader->in, TOKEN_MISPLACED);
	reader->unknown++;
	return cbor_in_skip(reader->in);
}

static bool required_check(struct claims_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		*reader->what = reader->rules[i].name;
		if (reader->rules[i].required && !reader->claims[i].present)
			return cbor_in_fail(reader->in, TOKEN_MISSING);
	}
	*reader->what = NULL;
	return true;
}

static bool claims_read(struct claims_reader *reader)
{
	struct cbor_keys keys = { 0 };
	struct cbor_head head;

	if (!cbor_in_expect(reader->in, CBOR_MAP, &head))
		return false;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!pair_read(reader, &keys))
			return false;
	}
	return required_check(reader);
}

bool span_is_text(struct span span, const char *text)
{
	size_t size = strlen(text);

	return span.size == size && memcmp(span.data, text, size) == 0;
}

bool token_claims_read(struct cbor_in *in, struct token *token,
		       struct token_part *part, const char **what)
{
	bool is_realm = part == &token->realm;
	struct claims_reader reader = {
		.in = in,
		.rules = is_realm ? realm_rules : platform_rules,
		.count = is_realm ? (size_t)REALM_CLAIMS
				  : (size_t)PLATFORM_CLAIMS,
		.claims = part->claims,
		.token = token,
		.what = what,
	};

	if (!claims_read(&reader) || !cbor_in_end(in))
		return false;
	part->unknown = reader.unknown;
	return true;
}
