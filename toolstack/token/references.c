/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of reference values, and the comparison of a token with those of a
 * platform. */
#include "toolstack/token/references.h"

#include <stdlib.h>

#include "toolstack/token/corim.h"

/* ---- The list --------------------------------------------------------- */

/* Returns a list with one element more, which is zeroed; NULL: out of memory,
 * and the list is as it was. */
static void *list_longer(void *list, size_t count, size_t size)
{
	char *longer = realloc(list, (count + 1) * size);

	if (longer != NULL)
		memset(longer + count * size, 0, size);
	return longer;
}

struct reeve_references *reeve_references_new(void)
{
	return calloc(1, sizeof(struct reeve_references));
}

void references_truncate(struct reeve_references *references, size_t realms,
			 size_t platforms)
{
	references->realm_count = realms;
	while (references->platform_count > platforms)
		free(references->platforms[--references->platform_count]
			     .components);
}

void reeve_references_free(struct reeve_references *references)
{
	if (references == NULL)
		return;
	references_truncate(references, 0, 0);
	for (size_t i = 0; i < references->kept_count; i++)
		free(references->kept[i]);
	for (size_t i = 0; i < references->keys.count; i++)
		EVP_PKEY_free(references->keys.list[i].key);
	free(references->keys.list);
	free(references->kept);
	free(references->platforms);
	free(references->realms);
	free(references);
}

size_t reeve_references_realms(const struct reeve_references *references)
{
	return references->realm_count;
}

size_t reeve_references_platforms(const struct reeve_references *references)
{
	return references->platform_count;
}

bool references_add_realm(struct reeve_references *references,
			  const struct reeve_refs *realm)
{
	struct reeve_refs *list = list_longer(
		references->realms, references->realm_count, sizeof(*list));

	if (list == NULL)
		return false;
	references->realms = list;
	list[references->realm_count++] = *realm;
	return true;
}

int reeve_references_add_realm(struct reeve_references *references,
			       const struct reeve_refs *realm)
{
	return references_add_realm(references, realm) ? REEVE_OK
						       : REEVE_ERR_MEMORY;
}

struct platform_reference *
references_add_platform(struct reeve_references *references)
{
	struct platform_reference *list =
		list_longer(references->platforms, references->platform_count,
			    sizeof(*list));

	if (list == NULL)
		return NULL;
	references->platforms = list;
	return &list[references->platform_count++];
}

struct reference_component *
references_add_component(struct platform_reference *platform)
{
	struct reference_component *list = list_longer(
		platform->components, platform->component_count, sizeof(*list));

	if (list == NULL)
		return NULL;
	platform->components = list;
	return &list[platform->component_count++];
}

bool references_keep(struct reeve_references *references, void *data)
{
	void **list = NULL;

	if (data != NULL) {
		list = list_longer(references->kept, references->kept_count,
				   sizeof(*list));
	}
	if (list == NULL) {
		free(data);
		return false;
	}
	references->kept = list;
	list[references->kept_count++] = data;
	return true;
}

/* ---- Hashes ----------------------------------------------------------- */

static const struct {
	uint64_t number;
	struct span name;
} hashes[] = {
	{ CORIM_SHA_256, SPAN(CCA_SHA_256) },
	{ CORIM_SHA_384, SPAN(CCA_SHA_384) },
	{ CORIM_SHA_512, SPAN(CCA_SHA_512) },
};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

bool reference_hash_number(struct span name, uint64_t *number)
{
	for (size_t i = 0; i < HASHES; i++) {
		if (spans_equal(hashes[i].name, name)) {
			*number = hashes[i].number;
			return true;
		}
	}
	return false;
}

struct span reference_hash_name(uint64_t number)
{
	for (size_t i = 0; i < HASHES; i++) {
		if (hashes[i].number == number)
			return hashes[i].name;
	}
	return (struct span){ 0 };
}

/* ---- Tokens ----------------------------------------------------------- */

bool reference_is_for(const struct platform_reference *platform,
		      const struct token *token)
{
	const struct token_claim *claims = token->platform.claims;
	struct span id = { platform->implementation, CCA_ID_SIZE };
	struct span instance = { platform->instance, CCA_INSTANCE_ID_SIZE };

	return spans_equal(id, claims[PLATFORM_IMPLEMENTATION_ID].bytes) &&
	       (!platform->has_instance ||
		spans_equal(instance, claims[PLATFORM_INSTANCE_ID].bytes));
}

bool reference_bytes_hold(const struct reference_bytes *expected,
			  const struct token_claim *claim)
{
	uint8_t differing = 0;

	if (expected->value.data == NULL)
		return true;
	if (!claim->present || claim->fault != TOKEN_OK ||
	    claim->bytes.size != expected->value.size)
		return false;
	for (size_t i = 0; i < expected->value.size; i++) {
		uint8_t mask = expected->mask.data != NULL
				       ? expected->mask.data[i]
				       : 0xff;

		differing |= (uint8_t)((claim->bytes.data[i] ^
					expected->value.data[i]) &
				       mask);
	}
	return differing == 0;
}

/* Returns true if a claim is as expected, or if nothing is expected. */
static bool text_holds(struct span expected, const struct token_claim *claim)
{
	return expected.data == NULL ||
	       (claim->present && spans_equal(expected, claim->bytes));
}

static bool component_holds(const struct reference_component *expected,
			    const struct token *token,
			    const struct token_component *component)
{
	const struct token_claim *claims = component->claims;
	struct span hash = claims[COMPONENT_HASH].present
				   ? claims[COMPONENT_HASH].bytes
				   : token->platform.claims[PLATFORM_HASH].bytes;

	if (!text_holds(expected->type, &claims[COMPONENT_TYPE]) ||
	    !text_holds(expected->version, &claims[COMPONENT_VERSION]) ||
	    !text_holds(expected->signer, &claims[COMPONENT_SIGNER]))
		return false;
	for (size_t i = 0; i < expected->digest_count; i++) {
		const struct reference_digest *digest = &expected->digests[i];

		if (spans_equal(digest->hash, hash) &&
		    spans_equal(digest->value, claims[COMPONENT_VALUE].bytes))
			return true;
	}
	return false;
}

const struct token_component *
reference_stranger(const struct platform_reference *platform,
		   const struct token *token)
{
	for (size_t i = 0; i < token->component_count; i++) {
		const struct token_component *component = &token->components[i];
		bool known = false;

		for (size_t j = 0; j < platform->component_count && !known; j++) {
			known = component_holds(&platform->components[j], token,
						component);
		}
		if (!known)
			return component;
	}
	return NULL;
}

const struct reference_component *
reference_absent(const struct platform_reference *platform,
		 const struct token *token)
{
	for (size_t i = 0; i < platform->component_count; i++) {
		const struct reference_component *expected =
			&platform->components[i];
		bool there = false;

		for (size_t j = 0; j < token->component_count && !there; j++) {
			there = component_holds(expected, token,
						&token->components[j]);
		}
		if (!there)
			return expected;
	}
	return NULL;
}
