/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges a decoded token by the profiles that its parts name. What a profile
 * demands is in the tables of profiles.c. */
#include <stdarg.h>
#include <stdio.h>

#include "toolstack/token/claim_text.h"
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

/* Says where a claim is. Always returns false. */
static bool judge_place(const struct judge *judge,
			const struct token_claim *claim)
{
	judge->error->at = claim->value.data;
	return false;
}

/* Says how a claim has not the form of its rule, and where it is. */
static bool form_fail(const struct judge *judge, const struct claim_rule *rule,
		      const struct token_claim *claim)
{
	char text[CLAIM_TEXT_MAX];

	claim_fault_text(rule, claim, text);
	judge_fail(judge, claim->fault, rule->name, "%s", text);
	return judge_place(judge, claim);
}

/* ---- The profile ------------------------------------------------------ */

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
		return form_fail(judge, &rules[0], claim);
	printable_copy(claim->bytes, found, sizeof(found));
	judge_fail(judge, TOKEN_PROFILE, rules[0].name,
		   "found \"%s\"; `reeve token profiles` lists the known ones",
		   found);
	return judge_place(judge, claim);
}

/* ---- The claims ------------------------------------------------------- */

/* Says how an entry of a component has not its form, by the component's index.
 * fault is that of the entry, or of the component as a map. */
static bool component_fail(const struct judge *judge, enum token_fault fault,
			   const struct claim_rule *rule, size_t index)
{
	const struct token_claim *claim =
		&judge->token->components[index].claims[rule - component_rules];
	char text[CLAIM_TEXT_MAX] = "";

	if (claim->fault == fault)
		claim_fault_text(rule, claim, text);
	judge_fail(judge, fault, rule->name, "of component number %zu%s%s",
		   index + 1, text[0] != '\0' ? ": " : "", text);
	return judge_place(judge, claim);
}

/* Judges the entries of components that only profile 2.0 gives a meaning. */
static bool components_judge(const struct judge *judge)
{
	const struct token *token = judge->token;

	for (size_t i = 0; i < token->component_count; i++) {
		for (size_t j = COMPONENT_LFA; j < COMPONENT_CLAIMS; j++) {
			enum token_fault fault =
				token->components[i].claims[j].fault;

			if (fault != TOKEN_OK)
				return component_fail(judge, fault,
						      &component_rules[j], i);
		}
	}
	return true;
}

/* Returns the first entry of a record that has a fault; the number of entries:
 * none has. */
static size_t faulty_entry(const struct claim_rule *rule,
			   const struct token_record *record)
{
	size_t i = 0;

	while (i < rule->entry_count && record->entries[i].fault == TOKEN_OK)
		i++;
	return i;
}

/* Says which record has not its form, and which entry of it. */
static bool record_fail(const struct judge *judge, const struct claim_rule *rule,
			const struct token_claim *claim)
{
	unsigned long long number = claim->number + 1;
	struct cbor_in in = { .text = claim->value };
	char text[CLAIM_TEXT_MAX] = "";
	struct token_record record;
	struct cbor_head head;
	size_t i;

	if (!cbor_in_expect(&in, CBOR_ARRAY, &head) || head.number == 0)
		return form_fail(judge, rule, claim);
	for (uint64_t left = claim->number; left > 0; left--)
		cbor_in_skip(&in);
	token_record_read(&in, rule, &record);
	cbor_pairs_free(&record.pairs);
	i = faulty_entry(rule, &record);
	if (i == rule->entry_count) {
		judge_fail(judge, claim->fault, rule->name,
			   "element number %llu", number);
		return judge_place(judge, claim);
	}
	claim_fault_text(&rule->entries[i], &record.entries[i], text);
	judge_fail(judge, claim->fault, rule->name,
		   "%s of element number %llu%s%s", rule->entries[i].name,
		   number, text[0] != '\0' ? ": " : "", text);
	return judge_place(judge, record.entries[i].present ? &record.entries[i]
							    : claim);
}

/* Judges the form of a claim that is there. */
static bool form_judge(const struct judge *judge, const struct claim_rule *rule,
		       const struct token_claim *claim)
{
	const struct token_profile *profile = judge->part->profile;
	const struct token *token = judge->token;

	if (rule->kind == CLAIM_NUMBER && claim->bytes.data != NULL &&
	    !profile->texts) {
		judge_fail(judge, TOKEN_WRONG_TYPE, rule->name,
			   "expected a number, found a text");
		return judge_place(judge, claim);
	}
	if (rule->kind == CLAIM_COMPONENTS && claim->fault != TOKEN_OK &&
	    token->component_rule != NULL) {
		return component_fail(judge, claim->fault, token->component_rule,
				      token->component_count - 1);
	}
	if (rule->kind == CLAIM_RECORDS && claim->fault != TOKEN_OK)
		return record_fail(judge, rule, claim);
	if (claim->fault != TOKEN_OK)
		return form_fail(judge, rule, claim);
	return rule->kind != CLAIM_COMPONENTS || !profile->components_2 ||
	       components_judge(judge);
}

static bool claim_judge(const struct judge *judge, const struct claim_rule *rule,
			const struct token_claim *claim,
			enum claim_presence presence)
{
	const struct token_profile *profile = judge->part->profile;

	if (presence == CLAIM_IGNORED ||
	    (presence != CLAIM_MUST && !claim->present))
		return true;
	if (presence == CLAIM_MUST_NOT) {
		judge_fail(judge, TOKEN_FORBIDDEN, rule->name,
			   "not in the profile %s", profile->name);
		return judge_place(judge, claim);
	}
	if (!claim->present) {
		return judge_fail(judge, TOKEN_MISSING, rule->name,
				  "the profile %s demands it", profile->name);
	}
	return form_judge(judge, rule, claim);
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
		judge_place(&judge, &token->realm.claims[REALM_KEY]);
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
