/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for reference values in CoRIM. A file that cannot be used leaves
 * nothing behind. Values that can be used can be written and read again, in
 * both spellings, and a platform that is as its values say is accepted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/token/corim_in.h"

/* Reads a CoRIM. Returns NULL if it cannot be used. */
static struct reeve_references *references_read(struct span text)
{
	struct reeve_references *references = reeve_references_new();
	struct corim_reader reader = { .references = references };
	const char *problem = corim_read(text, &reader);
	size_t count = reeve_references_realms(references) +
		       reeve_references_platforms(references);

	require((problem == NULL) == (count != 0));
	if (problem == NULL)
		return references;
	reeve_references_free(references);
	return NULL;
}

/* ---- Writing ---------------------------------------------------------- */

/* Two spans that were not given are the same, too. */
static bool same(struct span a, struct span b)
{
	return (a.data == NULL) == (b.data == NULL) && spans_equal(a, b);
}

static void component_compare(const struct reference_component *a,
			      const struct reference_component *b)
{
	require(same(a->type, b->type) && same(a->version, b->version) &&
		same(a->signer, b->signer) &&
		a->digest_count == b->digest_count);
	for (size_t i = 0; i < a->digest_count; i++) {
		require(same(a->digests[i].hash, b->digests[i].hash) &&
			same(a->digests[i].value, b->digests[i].value));
	}
}

static void platform_compare(const struct platform_reference *a,
			     const struct platform_reference *b)
{
	require(memcmp(a->implementation, b->implementation,
		       sizeof(a->implementation)) == 0 &&
		a->has_instance == b->has_instance &&
		a->component_count == b->component_count &&
		same(a->config.value, b->config.value) &&
		same(a->manufacturing.value, b->manufacturing.value));
	for (size_t i = 0; i < a->component_count; i++)
		component_compare(&a->components[i], &b->components[i]);
}

static void references_compare(const struct reeve_references *a,
			       const struct reeve_references *b)
{
	require(a->realm_count == b->realm_count &&
		a->platform_count == b->platform_count);
	for (size_t i = 0; i < a->realm_count; i++) {
		require(memcmp(a->realms[i].rim, b->realms[i].rim,
			       a->realms[i].size) == 0);
	}
	for (size_t i = 0; i < a->platform_count; i++)
		platform_compare(&a->platforms[i], &b->platforms[i]);
}

static void write_check(const struct reeve_references *references, bool numbers)
{
	struct reeve_corim_options options = { .digest_numbers = numbers };
	struct reeve_report *report = reeve_report_new();
	struct reeve_references *again;
	void *corim;
	size_t size;

	require(reeve_references_corim(references, &options, &corim, &size,
				       report) == REEVE_OK);
	again = references_read((struct span){ corim, size });
	require(again != NULL);
	references_compare(references, again);
	reeve_references_free(again);
	free(corim);
	reeve_report_free(report);
}

/* ---- Comparing -------------------------------------------------------- */

static struct token_claim claim_of(struct span bytes)
{
	return (struct token_claim){ .present = bytes.data != NULL,
				     .bytes = bytes };
}

static struct token_component
component_of(const struct reference_component *values)
{
	struct token_component component = { 0 };

	component.claims[COMPONENT_TYPE] = claim_of(values->type);
	component.claims[COMPONENT_VERSION] = claim_of(values->version);
	component.claims[COMPONENT_SIGNER] = claim_of(values->signer);
	component.claims[COMPONENT_HASH] = claim_of(values->digests[0].hash);
	component.claims[COMPONENT_VALUE] = claim_of(values->digests[0].value);
	return component;
}

static void platform_check(const struct platform_reference *platform)
{
	struct token token = { .component_count = platform->component_count };
	struct token_claim *claims = token.platform.claims;

	token.components =
		calloc(token.component_count, sizeof(*token.components));
	for (size_t i = 0; i < token.component_count; i++)
		token.components[i] = component_of(&platform->components[i]);
	claims[PLATFORM_IMPLEMENTATION_ID] =
		claim_of((struct span){ platform->implementation, CCA_ID_SIZE });
	claims[PLATFORM_INSTANCE_ID] = claim_of(
		(struct span){ platform->instance, CCA_INSTANCE_ID_SIZE });
	claims[PLATFORM_CONFIG] = claim_of(platform->config.value);
	require(reference_is_for(platform, &token) &&
		reference_stranger(platform, &token) == NULL &&
		reference_absent(platform, &token) == NULL &&
		reference_bytes_hold(&platform->config,
				     &claims[PLATFORM_CONFIG]));
	token.components[0].claims[COMPONENT_VALUE].bytes.size--;
	require(reference_stranger(platform, &token) != NULL);
	free(token.components);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_references *references =
		references_read((struct span){ data, size });

	if (references == NULL)
		return 0;
	write_check(references, false);
	write_check(references, true);
	for (size_t i = 0; i < references->platform_count; i++)
		platform_check(&references->platforms[i]);
	reeve_references_free(references);
	return 0;
}
