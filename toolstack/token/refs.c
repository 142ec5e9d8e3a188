/* SPDX-License-Identifier: BSD-3-Clause */
/* Reference values of a Realm: made from a measurement or a token, and as
 * JSON. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"
#include "toolstack/token/load.h"
#include "toolstack/token/references.h"

static const struct {
	const char *measured; /* its name in a measurement */
	const char *name;
	size_t size;
} hashes[] = {
	{ "sha256", CCA_SHA_256, 32 },
	{ "sha384", CCA_SHA_384, 48 },
	{ "sha512", CCA_SHA_512, 64 },
};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

static void hash_set(struct reeve_refs *refs, size_t index)
{
	memcpy(refs->hash, hashes[index].name, strlen(hashes[index].name) + 1);
	refs->size = hashes[index].size;
}

void reeve_refs_from(const struct reeve_measurement *measurement,
		     struct reeve_refs *out)
{
	*out = (struct reeve_refs){ .has_rpv = true };
	for (size_t i = 0; i < HASHES; i++) {
		if (strcmp(measurement->hash, hashes[i].measured) == 0)
			hash_set(out, i);
	}
	memcpy(out->rim, measurement->rim, measurement->size);
	memcpy(out->rpv, measurement->rpv, sizeof(out->rpv));
}

/* Returns whether a claim is there and has its form. */
static bool has_claim(const struct token *token, enum realm_claim claim)
{
	const struct token_claim *found = &token->realm.claims[claim];

	return found->present && found->fault == TOKEN_OK;
}

/* Returns whether RIM and REMs are there, as long as their hash. */
static bool has_measurements(const struct token *token, size_t size)
{
	if (size == 0 || !has_claim(token, REALM_RIM) ||
	    !has_claim(token, REALM_REMS) ||
	    token->realm.claims[REALM_RIM].bytes.size != size)
		return false;
	for (size_t i = 0; i < CCA_REMS; i++) {
		if (token->rems[i].size != size)
			return false;
	}
	return true;
}

int reeve_refs_from_token(const struct reeve_token *token,
			  struct reeve_refs *out, struct reeve_report *report)
{
	const struct token *parts = &token->token;
	const struct token_claim *claims = parts->realm.claims;
	size_t size = 0;

	*out = (struct reeve_refs){ .size = 0 };
	if (has_claim(parts, REALM_HASH))
		size = token_hash_size(claims[REALM_HASH].bytes);
	if (!has_measurements(parts, size)) {
		return report_error(report, REEVE_ERR_TOKEN, NULL, NULL, NULL,
				    "the token has no measurements of a known "
				    "hash");
	}
	for (size_t i = 0; i < HASHES; i++) {
		if (hashes[i].size == size)
			hash_set(out, i);
	}
	memcpy(out->rim, claims[REALM_RIM].bytes.data, size);
	for (size_t i = 0; i < CCA_REMS; i++) {
		out->has_rem[i] = true;
		memcpy(out->rems[i], parts->rems[i].data, size);
	}
	if (has_claim(parts, REALM_RPV)) {
		out->has_rpv = true;
		memcpy(out->rpv, claims[REALM_RPV].bytes.data, CCA_RPV_SIZE);
	}
	return REEVE_OK;
}

/* Adds the list of REMs, with null for one that is not expected to be
 * anything. */
static void add_rems(struct json_object *object, const struct reeve_refs *refs)
{
	struct json_object *list = json_object_new_array();
	bool has_one = false;

	for (size_t i = 0; i < CCA_REMS; i++) {
		char *text = refs->has_rem[i]
				     ? hex_text((struct span){ refs->rems[i],
							       refs->size })
				     : NULL;

		json_object_array_add(
			list,
			text != NULL ? json_object_new_string(text) : NULL);
		has_one = has_one || refs->has_rem[i];
		free(text);
	}
	if (has_one)
		json_object_object_add(object, "rems", list);
	else
		json_object_put(list);
}

char *reeve_refs_json(const struct reeve_refs *refs, const char *name)
{
	struct json_object *document = json_object_new_object();
	char *printable = reeve_printable(name);

	token_json_add_text(document, "name", printable);
	free(printable);
	token_json_add_text(document, "hash", refs->hash);
	token_json_add_hex(document, "rim",
			   (struct span){ refs->rim, refs->size });
	if (refs->has_rpv) {
		token_json_add_hex(document, "rpv",
				   (struct span){ refs->rpv, CCA_RPV_SIZE });
	}
	add_rems(document, refs);
	return token_json_finish(document);
}

/* Returns the text of a member; NULL if it is missing or not a text. */
static const char *member_text(struct json_object *object, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

static bool hash_from(struct json_object *document, struct reeve_refs *refs)
{
	const char *name = member_text(document, "hash");

	for (size_t i = 0; name != NULL && i < HASHES; i++) {
		if (strcmp(name, hashes[i].name) == 0 ||
		    strcmp(name, hashes[i].measured) == 0)
			hash_set(refs, i);
	}
	return refs->size != 0;
}

static bool rim_from(struct json_object *document, struct reeve_refs *refs)
{
	const char *rim = member_text(document, "rim");

	return rim != NULL && hex_read_exactly(rim, refs->rim, refs->size);
}

static bool rpv_from(struct json_object *document, struct reeve_refs *refs)
{
	const char *rpv = member_text(document, "rpv");

	if (!json_object_object_get_ex(document, "rpv", NULL))
		return true;
	refs->has_rpv = true;
	return rpv != NULL &&
	       hex_read_exactly(rpv, refs->rpv, sizeof(refs->rpv));
}

static bool rems_from(struct json_object *document, struct reeve_refs *refs)
{
	struct json_object *list;

	if (!json_object_object_get_ex(document, "rems", &list))
		return true;
	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) != CCA_REMS)
		return false;
	for (size_t i = 0; i < CCA_REMS; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		refs->has_rem[i] = item != NULL;
		if (refs->has_rem[i] &&
		    (!json_object_is_type(item, json_type_string) ||
		     !hex_read_exactly(json_object_get_string(item),
				       refs->rems[i], refs->size)))
			return false;
	}
	return true;
}

/* The members of the documents that reeve_refs_json() and
 * reeve_measurement_json() make. Only those of the first are compared; those of
 * the second lead to the RIM. */
static bool member_is_known(const char *name)
{
	static const char *const names[] = {
		"name",       "hash",         "rim",      "rpv",
		"rems",       "granule_size", "granules", "vcpus",
		"parameters", "ranges",       "boot_rec", "rmm",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Returns the first member that is not known, as text that the caller frees;
 * NULL: there is none. */
static char *stranger_find(struct json_object *document)
{
	struct json_object_iterator at = json_object_iter_begin(document);
	struct json_object_iterator end = json_object_iter_end(document);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (!member_is_known(name))
			return reeve_printable(name);
	}
	return NULL;
}

bool refs_read_json(const char *text, struct reeve_refs *refs, char **stranger)
{
	struct json_object *document = token_json_parse(text);
	bool ok = json_object_is_type(document, json_type_object) &&
		  hash_from(document, refs) && rim_from(document, refs) &&
		  rpv_from(document, refs) && rems_from(document, refs);

	*stranger = ok ? stranger_find(document) : NULL;
	json_object_put(document);
	return ok && *stranger == NULL;
}
