/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads files of reference values, and picks the Realm that a token is held
 * against. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/corim_in.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/load.h"

#define REFS_FILE_MAX 0x100000 /* bytes of a file of reference values */

/* ---- Files ------------------------------------------------------------ */

static int refs_refuse(const char *path, const char *problem,
		       struct reeve_report *report)
{
	struct report_place place = { .file = path };

	return report_error(report, REEVE_ERR_CONFIG, &place, NULL,
			    "`reeve refs CONFIG` makes a CoRIM, with --json a "
			    "document",
			    "%s", problem);
}

static int json_load(const char *path, const char *text,
		     struct reeve_references *references,
		     struct reeve_report *report)
{
	struct reeve_refs refs = { .size = 0 };

	if (!refs_read_json(text, &refs))
		return refs_refuse(path, "holds no reference values", report);
	return reeve_references_add_realm(references, &refs);
}

static int corim_load(const struct reeve_refs_source *source, struct span text,
		      struct reeve_references *references,
		      struct reeve_report *report)
{
	struct report_place place = { .file = source->path };
	struct corim_reader reader = {
		.token = source->token != NULL ? &source->token->token : NULL,
		.signers = source->signers,
		.references = references,
	};
	const char *problem = corim_read(text, &reader);

	if (problem != NULL)
		return refs_refuse(source->path, problem, report);
	if (reader.is_signed && source->signers == NULL) {
		report_add(report, REEVE_NOTE, &place, NULL, NULL,
			   "is signed, and no key of the signer was given");
	}
	return REEVE_OK;
}

/* Reads a file whose text the references keep. */
static int text_load(const struct reeve_refs_source *source, struct span text,
		     struct reeve_references *references,
		     struct reeve_report *report)
{
	if (text.size > REFS_FILE_MAX)
		return refs_refuse(source->path, "holds no reference values",
				   report);
	if (corim_is(text))
		return corim_load(source, text, references, report);
	if (source->signers != NULL) {
		return refs_refuse(source->path,
				   "is no CoRIM, and a key of its signer was "
				   "given",
				   report);
	}
	return json_load(source->path, (const char *)text.data, references,
			 report);
}

int reeve_references_load(struct reeve_references *references,
			  const struct reeve_refs_source *source,
			  struct reeve_report *report)
{
	struct span text;
	char *data;
	int result = file_read(source->path, REFS_FILE_MAX, &data, &text.size,
			       report);

	if (result != REEVE_OK)
		return result;
	text.data = (const uint8_t *)data;
	if (!references_keep(references, data))
		return REEVE_ERR_MEMORY;
	return text_load(source, text, references, report);
}

/* ---- The Realm of a token --------------------------------------------- */

static bool is_of_token(const struct reeve_refs *realm,
			const struct token *token)
{
	struct span rim = token->realm.claims[REALM_RIM].bytes;

	return rim.size == realm->size &&
	       memcmp(rim.data, realm->rim, rim.size) == 0;
}

static bool is_same(const struct reeve_refs *a, const struct reeve_refs *b)
{
	bool same = a->size == b->size && strcmp(a->hash, b->hash) == 0 &&
		    memcmp(a->rim, b->rim, a->size) == 0 &&
		    a->has_rpv == b->has_rpv &&
		    (!a->has_rpv || memcmp(a->rpv, b->rpv, sizeof(a->rpv)) == 0);

	for (size_t i = 0; i < CCA_REMS && same; i++) {
		same = a->has_rem[i] == b->has_rem[i] &&
		       (!a->has_rem[i] ||
			memcmp(a->rems[i], b->rems[i], a->size) == 0);
	}
	return same;
}

/* Returns a Realm of the list with the RIM of the token; NULL: there is none.
 * *differing is set if there are several, and they demand different things. */
static const struct reeve_refs *realm_find(const struct reeve_references *list,
					   const struct token *token,
					   bool *differing)
{
	const struct reeve_refs *found = NULL;

	for (size_t i = 0; i < list->realm_count; i++) {
		const struct reeve_refs *realm = &list->realms[i];

		if (!is_of_token(realm, token))
			continue;
		if (found == NULL)
			found = realm;
		else if (!is_same(found, realm))
			*differing = true;
	}
	return found;
}

int reeve_references_realm(const struct reeve_references *references,
			   const struct reeve_token *token,
			   struct reeve_refs *out, struct reeve_report *report)
{
	bool differing = false;
	const struct reeve_refs *found =
		realm_find(references, &token->token, &differing);

	if (references->realm_count == 0) {
		return report_error(report, REEVE_ERR_CONFIG, NULL, NULL, NULL,
				    "there are no reference values of a Realm");
	}
	if (differing) {
		return report_error(report, REEVE_ERR_CONFIG, NULL, NULL,
				    "give the values of the Realm that is "
				    "meant, and no others",
				    "the reference values have more than one "
				    "Realm with the RIM of the token");
	}
	if (found == NULL && references->realm_count > 1) {
		report_add(report, REEVE_NOTE, NULL, NULL, NULL,
			   "the reference values have %zu Realms, and none with "
			   "the RIM of the token: the first one is compared",
			   references->realm_count);
	}
	*out = found != NULL ? *found : references->realms[0];
	return REEVE_OK;
}
