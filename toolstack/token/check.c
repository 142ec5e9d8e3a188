/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges a decoded token by the profiles that its parts name. What a profile
 * demands is in the tables of profiles.c. */
#include <stdarg.h>
#include <stdio.h>

#include "toolstack/report/utf8.h"
#include "toolstack/token/cose_key.h"
#include "toolstack/token/realm_key.h"

/* The part that is being judged. */
struct judge {
	const struct token *token;
	const struct token_part *part;
	const char *name; /* of the part */
	struct token_error *error;
};

/* Records what is at fault, and what was found. Always returns false. */
__attribute__((format(printf, 4, 5))) static bool
judge_fail(const struct judge *judge, enum token_fault fault, const char *what,
	   const char *found, ...)
{
	struct token_error *error = judge->error;
	va_list arguments;

	*error = (struct token_error){
		.fault = fault,
		.part = judge->name,
		.what = what,
	};
	va_start(arguments, found);
	vsnprintf(error->found, sizeof(error->found), found, arguments);
	va_end(arguments);
	return false;
}

/* ---- The message ------------------------------------------------------ */

static bool algorithm_fail(const struct judge *judge)
{
	static const char expected[] = "expected %s in the protected headers, "
				       "found %s";
	const struct cbor_entry *pair =
		cbor_pairs_find(&judge->part->protected, COSE_HEADER_ALG);
	const char *name;
	char number[32];
	int64_t value;

	if (cbor_pairs_find(&judge->part->unprotected, COSE_HEADER_ALG) != NULL) {
		return judge_fail(judge, TOKEN_ALGORITHM, "COSE_Sign1",
				  "it is in the headers that no signature "
				  "covers");
	}
	if (pair == NULL) {
		return judge_fail(judge, TOKEN_ALGORITHM, "COSE_Sign1",
				  expected, algorithm_list(), "none");
	}
	if (!cbor_in_int(&(struct cbor_in){ .text = pair->value }, &value)) {
		return judge_fail(judge, TOKEN_ALGORITHM, "COSE_Sign1",
				  expected, algorithm_list(), "no number");
	}
	name = algorithm_name(value);
	snprintf(number, sizeof(number), "%lld", (long long)value);
	return judge_fail(judge, TOKEN_ALGORITHM, "COSE_Sign1",
			  "expected %s, found %s%s%s%s", algorithm_list(),
			  name != NULL ? name : "number ",
			  name != NULL ? " (" : "", number,
			  name != NULL ? ")" : "");
}

static bool message_judge(const struct judge *judge)
{
	const struct token_part *part = judge->part;

	switch (part->fault) {
	case TOKEN_OK:
		return true;
	case TOKEN_ALGORITHM:
		return algorithm_fail(judge);
	case TOKEN_CRITICAL:
		return judge_fail(judge, TOKEN_CRITICAL, "COSE_Sign1",
				  "no critical header is understood");
	case TOKEN_WRONG_SIZE:
		return judge_fail(judge, TOKEN_WRONG_SIZE, "COSE_Sign1",
				  "the signature has %zu bytes, one of %s %zu",
				  part->signature.size, part->algorithm->name,
				  2 * part->algorithm->curve->size);
	case TOKEN_DUPLICATE:
		return judge_fail(judge, TOKEN_DUPLICATE, "COSE_Sign1",
				  "x5chain is in both maps of headers");
	default:
		return judge_fail(judge, part->fault, "COSE_Sign1",
				  "expected one tag, %d", COSE_TAG_SIGN1);
	}
}

/* ---- The profile ------------------------------------------------------ */

/* Makes text for a message, at most what fits and is printable. */
static void text_copy(struct span text, char *to, size_t size)
{
	size_t used = 0;

	while (used < text.size) {
		size_t length =
			utf8_printable(text.data + used, text.size - used);

		if (length == 0 || used + length >= size)
			break;
		memcpy(to + used, text.data + used, length);
		used += length;
	}
	to[used] = '\0';
}

static bool profile_judge(const struct judge *judge)
{
	size_t count;
	const struct claim_rule *rules =
		token_rules(judge->token, judge->part, &count);
	/* Claim 0 is the profile, in both parts. */
	const struct token_claim *claim = &judge->part->claims[0];
	char found[80];

	_Static_assert((int)PLATFORM_PROFILE == 0 && (int)REALM_PROFILE == 0,
		       "the profile is the first claim");
	if (judge->part->profile != NULL)
		return true;
	if (!claim->present) {
		return judge_fail(judge, TOKEN_MISSING, rules[0].name, "%s", "");
	}
	if (claim->fault != TOKEN_OK)
		return judge_fail(judge, claim->fault, rules[0].name, "%s", "");
	text_copy(claim->bytes, found, sizeof(found));
	return judge_fail(judge, TOKEN_PROFILE, rules[0].name,
			  "found \"%s\"; `reeve token profiles` lists the known "
			  "ones",
			  found);
}

/* ---- The claims ------------------------------------------------------- */

static void sizes_text(const struct claim_rule *rule, char text[32])
{
	int used = snprintf(text, 32, "%u", rule->sizes[0]);

	for (size_t i = 1; i < 3 && rule->sizes[i] != 0; i++) {
		used += snprintf(text + used, 32 - (size_t)used, "%s%u",
				 i == 2 || rule->sizes[2] == 0 ? " or " : ", ",
				 rule->sizes[i]);
	}
}

static const char *kind_text(const struct claim_rule *rule)
{
	static const char *const texts[] = {
		[CLAIM_BYTES] = "a byte string",
		[CLAIM_UEID] = "a byte string",
		[CLAIM_TEXT] = "a text",
		[CLAIM_HASH_NAME] = "a text",
		[CLAIM_NUMBER] = "a number",
		[CLAIM_BOOL] = "a truth value",
		[CLAIM_COMPONENTS] = "an array of maps",
		[CLAIM_HASHES] = "an array of byte strings",
		[CLAIM_REMS] = "an array of byte strings",
		[CLAIM_ANY] = "anything",
	};

	return texts[rule->kind];
}

/* Says how a claim has not the form of its rule. */
static bool form_fail(const struct judge *judge, const struct claim_rule *rule,
		      const struct token_claim *claim)
{
	char sizes[32];

	if (claim->fault == TOKEN_WRONG_TYPE) {
		return judge_fail(judge, claim->fault, rule->name,
				  "expected %s", kind_text(rule));
	}
	if (claim->fault == TOKEN_WRONG_SIZE && rule->sizes[0] != 0 &&
	    (rule->kind == CLAIM_BYTES || rule->kind == CLAIM_UEID)) {
		sizes_text(rule, sizes);
		return judge_fail(judge, claim->fault, rule->name,
				  "expected %s bytes, found %zu", sizes,
				  claim->bytes.size);
	}
	if (claim->fault == TOKEN_WRONG_VALUE && rule->kind == CLAIM_NUMBER) {
		return judge_fail(judge, claim->fault, rule->name,
				  "expected %u to %u, found %llu", rule->least,
				  rule->most, (unsigned long long)claim->number);
	}
	return judge_fail(judge, claim->fault, rule->name, "%s", "");
}

/* Judges the entries of components that only profile 2.0 gives a meaning. */
static bool components_judge(const struct judge *judge)
{
	const struct token *token = judge->token;

	for (size_t i = 0; i < token->component_count; i++) {
		for (size_t j = COMPONENT_LFA; j < COMPONENT_CLAIMS; j++) {
			const struct token_claim *claim =
				&token->components[i].claims[j];

			if (claim->fault != TOKEN_OK) {
				return form_fail(judge, &component_rules[j],
						 claim);
			}
		}
	}
	return true;
}

static bool claim_judge(const struct judge *judge, const struct claim_rule *rule,
			const struct token_claim *claim,
			enum claim_presence presence)
{
	const struct token_profile *profile = judge->part->profile;

	if (presence == CLAIM_IGNORED ||
	    (presence == CLAIM_MAY && !claim->present))
		return true;
	if (presence == CLAIM_MUST_NOT) {
		return !claim->present ||
		       judge_fail(judge, TOKEN_FORBIDDEN, rule->name,
				  "not in the profile %s", profile->name);
	}
	if (!claim->present) {
		return judge_fail(judge, TOKEN_MISSING, rule->name,
				  "the profile %s demands it", profile->name);
	}
	if (rule->kind == CLAIM_COMPONENTS && claim->fault != TOKEN_OK &&
	    judge->token->component_what != NULL) {
		return judge_fail(judge, claim->fault,
				  judge->token->component_what,
				  "of component number %zu",
				  judge->token->component_count);
	}
	if (claim->fault != TOKEN_OK)
		return form_fail(judge, rule, claim);
	if (rule->kind == CLAIM_NUMBER && claim->bytes.data != NULL &&
	    !profile->texts) {
		return judge_fail(judge, TOKEN_WRONG_TYPE, rule->name,
				  "expected a number");
	}
	return rule->kind != CLAIM_COMPONENTS || !profile->components_2 ||
	       components_judge(judge);
}

static bool claims_judge(const struct judge *judge)
{
	size_t count;
	const struct claim_rule *rules =
		token_rules(judge->token, judge->part, &count);

	for (size_t i = 0; i < count; i++) {
		if (!claim_judge(judge, &rules[i], &judge->part->claims[i],
				 judge->part->profile->claims[i]))
			return false;
	}
	return true;
}

static bool part_judge(const struct token *token, const struct token_part *part,
		       struct token_error *error)
{
	const struct judge judge = {
		.token = token,
		.part = part,
		.name = part == &token->realm ? "Realm part" : "platform part",
		.error = error,
	};

	return message_judge(&judge) && profile_judge(&judge) &&
	       claims_judge(&judge);
}

/* ---- The Realm key ---------------------------------------------------- */

/* The form of the Realm key before COSE_Key: an uncompressed point (SEC 1). */
#define RAW_POINT_HEAD 0x04

static bool realm_point_read(const struct token *token, struct key_point *point,
			     enum token_fault *fault)
{
	const struct token_algorithm *algorithm = token->realm.algorithm;
	struct span key = token->realm.claims[REALM_KEY].bytes;
	size_t size = algorithm->curve->size;
	struct cbor_in in = { .text = key };
	bool ok;

	if (token->platform.profile->raw_key && key.size == 1 + 2 * size &&
	    key.data[0] == RAW_POINT_HEAD) {
		*point = (struct key_point){
			.curve = algorithm->curve,
			.x = { key.data + 1, size },
			.y = { key.data + 1 + size, size },
		};
		return true;
	}
	ok = cose_key_read(&in, algorithm, point) && cbor_in_end(&in);
	*fault = in.fault;
	return ok;
}

EVP_PKEY *token_realm_key(const struct token *token, struct token_error *error)
{
	const struct judge judge = { token, &token->realm, "Realm part", error };
	enum token_fault fault = TOKEN_OK;
	struct key_point point;
	EVP_PKEY *key = NULL;

	if (realm_point_read(token, &point, &fault)) {
		fault = TOKEN_KEY;
		key = key_from_point(&point);
	}
	if (key == NULL) {
		judge_fail(&judge, fault, realm_rules[REALM_KEY].name,
			   "expected a COSE_Key of %s, for %s",
			   token->realm.algorithm->curve->name,
			   token->realm.algorithm->name);
	}
	return key;
}

/* ---- The whole -------------------------------------------------------- */

static bool collection_judge(const struct token *token,
			     struct token_error *error)
{
	const struct judge judge = { token, NULL, "collection", error };

	if (token->fault == TOKEN_OK)
		return true;
	if (token->fault == TOKEN_MISSING) {
		return judge_fail(&judge, token->fault,
				  token->platform.present ? "Realm part"
							  : "platform part",
				  "%s", "");
	}
	if (token->fault == TOKEN_WRONG_TAG) {
		return judge_fail(&judge, token->fault, NULL,
				  "expected %d or %d round two parts, found %s",
				  CCA_TAG_COLLECTION, CCA_TAG_OLD,
				  token->entries.count != 0 ? "none"
							    : "a part alone");
	}
	return judge_fail(&judge, token->fault, NULL,
			  "a part is no record of type %d", CCA_CONTENT_CWT);
}

bool token_check(const struct token *token, struct token_error *error)
{
	return collection_judge(token, error) &&
	       part_judge(token, &token->platform, error) &&
	       part_judge(token, &token->realm, error);
}

bool token_refusal(const struct token *token, struct token_error *error)
{
	EVP_PKEY *key = NULL;

	if (token_check(token, error))
		key = token_realm_key(token, error);
	EVP_PKEY_free(key);
	return key == NULL;
}
