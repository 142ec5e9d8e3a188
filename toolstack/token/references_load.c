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
	struct report_place place = { .file = path };
	struct reeve_refs refs = { .size = 0 };
	char *stranger;
	int result;

	if (refs_read_json(text, &refs, &stranger))
		return reeve_references_add_realm(references, &refs);
	if (stranger == NULL)
		return refs_refuse(path, "holds no reference values", report);
	result = report_error(report, REEVE_ERR_CONFIG, &place, stranger,
			      "hash, rim, rpv and rems are compared",
			      "is not compared here");
	free(stranger);
	return result;
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

/* Returns whether a claim has bytes. */
static bool claim_is(const struct token_claim *claim, const uint8_t *bytes,
		     size_t size)
{
	return claim->bytes.size == size &&
	       memcmp(claim->bytes.data, bytes, size) == 0;
}

/* Returns how much of a Realm a token has: 0, not its RIM; 1, the RIM; 2, the
 * personalization value too; 3, all. */
static unsigned realm_fit(const struct reeve_refs *realm,
			  const struct token *token)
{
	const struct token_claim *claims = token->realm.claims;

	if (!claim_is(&claims[REALM_RIM], realm->rim, realm->size))
		return 0;
	if (realm->has_rpv &&
	    !claim_is(&claims[REALM_RPV], realm->rpv, sizeof(realm->rpv)))
		return 1;
	for (size_t i = 0; i < CCA_REMS; i++) {
		struct span rem = { realm->rems[i], realm->size };

		if (realm->has_rem[i] && !spans_equal(rem, token->rems[i]))
			return 2;
	}
	return 3;
}

/* The search for the Realm that fits a token best. */
struct realm_search {
	const struct reeve_refs *best; /* the first one of the best fit */
	unsigned fit;
	size_t candidates; /* with the RIM of the token */
};

static struct realm_search realm_find(const struct reeve_references *list,
				      const struct token *token)
{
	struct realm_search search = { .best = list->realms };

	for (size_t i = 0; i < list->realm_count; i++) {
		unsigned fit = realm_fit(&list->realms[i], token);

		search.candidates += fit != 0;
		if (fit > search.fit) {
			search.best = &list->realms[i];
			search.fit = fit;
		}
	}
	return search;
}

int reeve_references_realm(const struct reeve_references *references,
			   const struct reeve_token *token,
			   struct reeve_refs *out, struct reeve_report *report)
{
	struct realm_search search = realm_find(references, &token->token);

	if (references->realm_count == 0) {
		return report_error(report, REEVE_ERR_CONFIG, NULL, NULL, NULL,
				    "there are no reference values of a Realm");
	}
	if (search.candidates == 0 && references->realm_count > 1) {
		report_add(report, REEVE_NOTE, NULL, NULL, NULL,
			   "the reference values have %zu Realms, and none with "
			   "the RIM of the token: the first one is compared",
			   references->realm_count);
	}
	if (search.candidates > 1 && search.fit < 3) {
		report_add(report, REEVE_NOTE, NULL, NULL, NULL,
			   "the reference values have %zu Realms with the RIM "
			   "of the token: the one that fits best is compared",
			   search.candidates);
	}
	*out = *search.best;
	return REEVE_OK;
}
