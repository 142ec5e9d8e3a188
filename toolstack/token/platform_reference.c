/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the reference values of a platform: of the images that a host loads, or
 * of a token that is known to be good. */
#include "toolstack/token/platform_reference.h"

#include <stdlib.h>

#include "toolstack/report/report.h"
#include "toolstack/token/load.h"

static struct span text_span(const char *text)
{
	return (struct span){ (const uint8_t *)text,
			      text != NULL ? strlen(text) : 0 };
}

/* ---- Images ----------------------------------------------------------- */

/* The bytes that the values of a host point into. */
struct image_values {
	uint8_t config[PLATFORM_CONFIG_SIZE];
	uint8_t digests[PLATFORM_IMAGES][PROVISION_HASH_SIZE];
};

static bool image_add(struct platform_reference *platform,
		      const struct platform_image *image, uint8_t *digest)
{
	struct reference_component *component =
		references_add_component(platform);

	if (component == NULL || !platform_digest(image, digest))
		return false;
	*component = (struct reference_component){
		.type = text_span(image->name),
		.version = text_span(image->version),
		.signer = { platform_no_signer, PROVISION_HASH_SIZE },
		.digests = { { SPAN(CCA_SHA_256),
			       { digest, PROVISION_HASH_SIZE } } },
		.digest_count = 1,
	};
	return true;
}

bool platform_reference_add(struct reeve_references *references,
			    const struct platform_request *request)
{
	struct image_values *values = calloc(1, sizeof(*values));
	struct platform_reference *platform;
	bool ok = true;

	if (!references_keep(references, values))
		return false;
	platform = references_add_platform(references);
	if (platform == NULL)
		return false;
	memcpy(platform->implementation, platform_implementation, CCA_ID_SIZE);
	platform_config_fill(request->debug, values->config);
	platform->config.value =
		(struct span){ values->config, sizeof(values->config) };
	for (size_t i = 0; i < PLATFORM_IMAGES && ok; i++) {
		ok = image_add(platform, &request->images[i],
			       values->digests[i]);
	}
	return ok;
}

/* ---- Tokens ----------------------------------------------------------- */

static bool is_good(const struct token_claim *claim)
{
	return claim->present && claim->fault == TOKEN_OK;
}

/* Returns whether a token has what describes its platform. */
static bool is_described(const struct token *token)
{
	static const enum platform_claim wanted[] = {
		PLATFORM_IMPLEMENTATION_ID,
		PLATFORM_INSTANCE_ID,
		PLATFORM_CONFIG,
		PLATFORM_HASH,
		PLATFORM_COMPONENTS,
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!is_good(&token->platform.claims[wanted[i]]))
			return false;
	}
	return token->component_count != 0;
}

/* Gets a copy of what a claim holds, which the references keep; a span without
 * data if the claim is not there. */
static bool claim_keep(struct reeve_references *references,
		       const struct token_claim *claim, struct span *copy)
{
	uint8_t *data;

	if (!claim->present)
		return true;
	data = malloc(claim->bytes.size + 1);
	if (!references_keep(references, data))
		return false;
	memcpy(data, claim->bytes.data, claim->bytes.size);
	*copy = (struct span){ data, claim->bytes.size };
	return true;
}

static bool component_keep(struct reeve_references *references,
			   struct platform_reference *platform,
			   const struct token *token,
			   const struct token_component *component)
{
	const struct token_claim *claims = component->claims;
	const struct token_claim *hash =
		claims[COMPONENT_HASH].present
			? &claims[COMPONENT_HASH]
			: &token->platform.claims[PLATFORM_HASH];
	struct reference_component *added = references_add_component(platform);

	if (added == NULL)
		return false;
	added->digest_count = 1;
	return claim_keep(references, &claims[COMPONENT_TYPE], &added->type) &&
	       claim_keep(references, &claims[COMPONENT_VERSION],
			  &added->version) &&
	       claim_keep(references, &claims[COMPONENT_SIGNER],
			  &added->signer) &&
	       claim_keep(references, hash, &added->digests[0].hash) &&
	       claim_keep(references, &claims[COMPONENT_VALUE],
			  &added->digests[0].value);
}

static bool token_keep(struct reeve_references *references,
		       const struct token *token)
{
	const struct token_claim *claims = token->platform.claims;
	struct platform_reference *platform =
		references_add_platform(references);
	bool ok = platform != NULL &&
		  claim_keep(references, &claims[PLATFORM_CONFIG],
			     &platform->config.value);

	if (!ok)
		return false;
	memcpy(platform->implementation,
	       claims[PLATFORM_IMPLEMENTATION_ID].bytes.data, CCA_ID_SIZE);
	platform->has_key_instance = true;
	memcpy(platform->key_instance, claims[PLATFORM_INSTANCE_ID].bytes.data,
	       CCA_INSTANCE_ID_SIZE);
	if (is_good(&claims[PLATFORM_MANUFACTURING])) {
		ok = claim_keep(references, &claims[PLATFORM_MANUFACTURING],
				&platform->manufacturing.value);
	}
	for (size_t i = 0; i < token->component_count && ok; i++) {
		ok = component_keep(references, platform, token,
				    &token->components[i]);
	}
	return ok;
}

int reeve_references_add_token(struct reeve_references *references,
			       const struct reeve_token *token,
			       struct reeve_report *report)
{
	if (!is_described(&token->token)) {
		return report_error(report, REEVE_ERR_TOKEN, NULL, NULL, NULL,
				    "the token does not describe its platform");
	}
	return token_keep(references, &token->token) ? REEVE_OK
						     : REEVE_ERR_MEMORY;
}

/* ---- Keys ------------------------------------------------------------- */

/* Says which instance a key is for, if it does not say that itself. */
static bool instance_set(const struct platform_reference *platform,
			 struct trusted_key *key)
{
	if (key->has_instance)
		return true;
	key->has_instance = true;
	if (!platform->has_key_instance)
		return platform_instance_id(key->key, key->instance);
	memcpy(key->instance, platform->key_instance, CCA_INSTANCE_ID_SIZE);
	return true;
}

int reeve_references_add_key(struct reeve_references *references,
			     const struct reeve_keys *keys,
			     struct reeve_report *report)
{
	const struct platform_reference *platform;
	struct trusted_key key;

	if (keys->count != 1 || references->platform_count == 0) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL,
				    NULL, "the key of a platform must be one");
	}
	platform = &references->platforms[references->platform_count - 1];
	key = keys->list[0];
	if (!instance_set(platform, &key)) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "OpenSSL could not hash the key");
	}
	key.has_implementation = true;
	memcpy(key.implementation, platform->implementation, CCA_ID_SIZE);
	EVP_PKEY_up_ref(key.key);
	if (!keys_add(&references->keys, key.key))
		return REEVE_ERR_MEMORY;
	references->keys.list[references->keys.count - 1] = key;
	return REEVE_OK;
}
