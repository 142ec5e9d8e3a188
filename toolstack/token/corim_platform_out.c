/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a platform's reference values and its key, by the platform profile. */
#include <stdlib.h>

#include "toolstack/token/corim.h"
#include "toolstack/token/corim_out.h"

static void component_write(struct cbor_out *out,
			    const struct corim_source *source,
			    const struct reference_component *component)
{
	size_t entries = 2;

	entries += component->version.data != NULL;
	entries += component->type.data != NULL;
	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, CORIM_SOFTWARE);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, entries);
	if (component->version.data != NULL) {
		cbor_out_int(out, COMID_VERSION);
		cbor_out_map(out, 1);
		cbor_out_int(out, COMID_VERSION_TEXT);
		cbor_out_text_span(out, component->version);
	}
	cbor_out_int(out, COMID_DIGESTS);
	cbor_out_array(out, component->digest_count);
	for (size_t i = 0; i < component->digest_count; i++) {
		corim_digest(out, source, component->digests[i].hash,
			     component->digests[i].value);
	}
	if (component->type.data != NULL) {
		cbor_out_int(out, COMID_NAME);
		cbor_out_text_span(out, component->type);
	}
	cbor_out_int(out, COMID_CRYPTO_KEYS);
	cbor_out_array(out, 1);
	corim_tagged_bytes(out, component->signer);
}

/* Writes bytes of which each bit counts that the mask has. */
static void masked_write(struct cbor_out *out, const char *key,
			 const struct reference_bytes *bytes)
{
	cbor_out_map(out, 2);
	cbor_out_key_text(out, COMID_MKEY, key);
	cbor_out_int(out, COMID_MVAL);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_RAW_VALUE);
	cbor_out_tag(out, CORIM_MASKED);
	cbor_out_array(out, 2);
	cbor_out_bytes(out, bytes->value.data, bytes->value.size);
	if (bytes->mask.data != NULL)
		cbor_out_bytes(out, bytes->mask.data, bytes->mask.size);
	else
		cbor_out_filled(out, 0xff, bytes->value.size);
}

static void platform_class_write(struct cbor_out *out,
				 const uint8_t *implementation)
{
	cbor_out_int(out, COMID_CLASS);
	cbor_out_map(out, 1);
	cbor_out_int(out, COMID_CLASS_ID);
	corim_tagged_bytes(out, (struct span){ implementation, CCA_ID_SIZE });
}

static void instance_write(struct cbor_out *out, const uint8_t *instance)
{
	cbor_out_int(out, COMID_INSTANCE);
	cbor_out_tag(out, CORIM_TAGGED_UEID);
	cbor_out_bytes(out, instance, CCA_INSTANCE_ID_SIZE);
}

void corim_platform(struct cbor_out *out, const struct corim_source *source,
		    const struct platform_reference *platform)
{
	bool has_config = platform->config.value.data != NULL;
	bool has_manufacturing = platform->manufacturing.value.data != NULL;

	cbor_out_array(out, 2);
	cbor_out_map(out, platform->has_instance ? 2 : 1);
	platform_class_write(out, platform->implementation);
	if (platform->has_instance)
		instance_write(out, platform->instance);
	cbor_out_array(out, platform->component_count + has_config +
				    has_manufacturing);
	for (size_t i = 0; i < platform->component_count; i++)
		component_write(out, source, &platform->components[i]);
	if (has_config)
		masked_write(out, CORIM_CONFIG, &platform->config);
	if (has_manufacturing) {
		masked_write(out, CORIM_MANUFACTURING, &platform->manufacturing);
	}
}

bool corim_key(struct cbor_out *out, const struct trusted_key *key)
{
	char *pem = key_public_pem(key->key);

	if (pem == NULL)
		return false;
	cbor_out_array(out, 2);
	cbor_out_map(out, 2);
	platform_class_write(out, key->implementation);
	instance_write(out, key->instance);
	cbor_out_array(out, 1);
	cbor_out_tag(out, CORIM_TAGGED_KEY);
	cbor_out_text(out, pem);
	free(pem);
	return true;
}
