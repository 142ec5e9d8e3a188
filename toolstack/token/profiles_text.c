/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of profiles, printed: for `reeve token profiles`, and for the
 * documentation, which has the same lines. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/token/json.h"
#include "toolstack/token/token.h"

static const char *const presences[] = {
	[CLAIM_IGNORED] = "",
	[CLAIM_MAY] = "may",
	[CLAIM_MUST] = "must",
	[CLAIM_MUST_NOT] = "must not",
};

static const char *const bindings[] = {
	[BINDING_NONE] = "",
	[BINDING_CHALLENGE] = "bound by claim 10",
	[BINDING_WORKLOAD] = "bound by claim 2408",
	[BINDING_DIRECT] = "direct: shown, not accepted",
	[BINDING_HESRAK] = "HESRAK: shown, not accepted",
};

/* Writes "bytes, 32, 48 or 64" and the like. */
static void form_write(FILE *to, const struct claim_rule *rule)
{
	static const char *const kinds[] = {
		[CLAIM_BYTES] = "bytes",
		[CLAIM_UEID] = "bytes that begin with 01",
		[CLAIM_TEXT] = "text",
		[CLAIM_HASH_NAME] = "text: a hash that we have",
		[CLAIM_NUMBER] = "number",
		[CLAIM_BOOL] = "truth value",
		[CLAIM_COMPONENTS] = "array of components",
		[CLAIM_HASHES] = "array of bytes",
		[CLAIM_REMS] = "array of four bytes",
		[CLAIM_RECORDS] = "array of maps",
		[CLAIM_ANY] = "anything",
	};

	fputs(kinds[rule->kind], to);
	for (size_t i = 0; i < 3 && rule->sizes[i] != 0; i++)
		fprintf(to, "%s%u", i == 0 ? ", " : "/", rule->sizes[i]);
	if (rule->kind == CLAIM_NUMBER && rule->least == rule->most)
		fprintf(to, ", %u", rule->least);
	else if (rule->kind == CLAIM_NUMBER)
		fprintf(to, ", %u to %u", rule->least, rule->most);
}

/* Letters stand for the columns, whose names are too long. */
static void heading_write(FILE *to, bool is_realm)
{
	const struct token_profile *profile;
	char letter = 'a';

	for (size_t i = 0; (profile = token_profile_at(i)) != NULL; i++) {
		if (profile->is_realm != is_realm)
			continue;
		fprintf(to, "%c  %s%s%s%s\n", letter++, profile->name,
			profile->unnamed ? " (the Realm part names none)" : "",
			*bindings[profile->binding] != '\0' ? ": " : "",
			bindings[profile->binding]);
	}
}

static void row_write(FILE *to, bool is_realm, const struct claim_rule *rule,
		      size_t claim)
{
	static const char marks[] = { '.', 'o', 'M', 'x' };
	const struct token_profile *profile;

	fprintf(to, "%-6lld", (long long)rule->key);
	for (size_t i = 0; (profile = token_profile_at(i)) != NULL; i++) {
		if (profile->is_realm == is_realm)
			fprintf(to, " %c", marks[profile->claims[claim]]);
	}
	fprintf(to, "  %-36s", rule->name);
	form_write(to, rule);
	fputc('\n', to);
}

static void part_write(FILE *to, bool is_realm)
{
	const struct claim_rule *rules = is_realm ? realm_rules : platform_rules;
	size_t count = is_realm ? (size_t)REALM_CLAIMS : (size_t)PLATFORM_CLAIMS;
	const struct token_profile *profile;
	char letter = 'a';

	fprintf(to, "Profiles of the %s part\n",
		is_realm ? "Realm" : "platform");
	heading_write(to, is_realm);
	fputs("key   ", to);
	for (size_t i = 0; (profile = token_profile_at(i)) != NULL; i++) {
		if (profile->is_realm == is_realm)
			fprintf(to, " %c", letter++);
	}
	fputs("  claim\n", to);
	for (size_t i = 0; i < count; i++)
		row_write(to, is_realm, &rules[i], i);
}

char *reeve_token_profiles_text(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	fputs("M must be there, o may be, x must not, . has no meaning\n", to);
	part_write(to, false);
	part_write(to, true);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- JSON ------------------------------------------------------------- */

static struct json_object *claims_json(const struct token_profile *profile)
{
	const struct claim_rule *rules =
		profile->is_realm ? realm_rules : platform_rules;
	size_t count = profile->is_realm ? (size_t)REALM_CLAIMS
					 : (size_t)PLATFORM_CLAIMS;
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *object = json_object_new_object();
		char form[64] = "";
		FILE *to = fmemopen(form, sizeof(form), "w");

		if (to != NULL) {
			form_write(to, &rules[i]);
			fclose(to); /* a text in memory is not lost */
		}
		json_object_object_add(object, "key",
				       json_object_new_int64(rules[i].key));
		token_json_add_text(object, "name", rules[i].name);
		token_json_add_text(object, "presence",
				    presences[profile->claims[i]]);
		token_json_add_text(object, "form", form);
		json_object_array_add(list, object);
	}
	return list;
}

char *reeve_token_profiles_json(void)
{
	struct json_object *list = json_object_new_array();
	const struct token_profile *profile;

	for (size_t i = 0; (profile = token_profile_at(i)) != NULL; i++) {
		struct json_object *object = json_object_new_object();

		token_json_add_text(object, "profile", profile->name);
		token_json_add_text(object, "part",
				    profile->is_realm ? "realm" : "platform");
		json_object_object_add(
			object, "named",
			json_object_new_boolean(!profile->unnamed));
		token_json_add_text(object, "binding",
				    bindings[profile->binding]);
		json_object_object_add(object, "claims", claims_json(profile));
		json_object_array_add(list, object);
	}
	return token_json_finish(list);
}
