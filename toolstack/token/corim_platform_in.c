/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a platform's reference values: a reference triple of the platform
 * profile. A triple that demands anything that we do not compare is refused: a
 * token must not pass because half of a demand was read.
 */
#include "toolstack/report/utf8.h"
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_in.h"
#include "toolstack/token/corim_items.h"

static const char no_memory[] = "cannot be read: out of memory";
static const char foreign[] =
	"has a platform with a measurement that is not compared here";

static bool is_hash_size(size_t size)
{
	return size == 32 || size == 48 || size == 64;
}

/* ---- A software component --------------------------------------------- */

static const char *component_digest_take(struct span item, void *context)
{
	struct reference_component *component = context;
	struct corim_digest digest;
	const char *problem = corim_digest_get(item, &digest);

	if (problem != NULL || digest.hash.data == NULL)
		return problem;
	if (!is_hash_size(digest.value.size))
		return "has a digest that is none of a component";
	for (size_t i = 0; i < component->digest_count; i++) {
		if (spans_equal(component->digests[i].hash, digest.hash))
			return corim_two_digests;
	}
	if (component->digest_count == REFERENCE_DIGESTS_MAX)
		return "has a component with more than four digests";
	component->digests[component->digest_count++] =
		(struct reference_digest){ digest.hash, digest.value };
	return NULL;
}

static const char *signer_take(struct span item, void *context)
{
	struct reference_component *component = context;

	if (component->signer.data != NULL ||
	    !corim_content_get(item, CORIM_TAGGED_BYTES, CBOR_BYTES,
			       &component->signer) ||
	    !is_hash_size(component->signer.size))
		return "has a component without one signer, a hash";
	return NULL;
}

/* Reads a text that can be shown to a person. */
static bool text_get(struct span item, struct span *text)
{
	return corim_content_get(item, 0, CBOR_TEXT, text) &&
	       utf8_is_printable((const char *)text->data, text->size);
}

/* Reads type and version, which may be missing. A version with a scheme would
 * have to be compared by that scheme. */
static bool texts_get(const struct cbor_pairs *values,
		      struct reference_component *component)
{
	static const int64_t keys[] = { COMID_VERSION_TEXT };
	struct span item;
	struct span version;

	if (corim_entry_get(values, COMID_NAME, &item) &&
	    !text_get(item, &component->type))
		return false;
	if (!corim_entry_get(values, COMID_VERSION, &item))
		return true;
	return corim_map_has_only(item, keys, 1) &&
	       corim_map_get(item, COMID_VERSION_TEXT, &version) &&
	       text_get(version, &component->version);
}

static const char *component_read(const struct cbor_pairs *values,
				  struct reference_component *component)
{
	static const int64_t keys[] = { COMID_VERSION, COMID_DIGESTS,
					COMID_NAME, COMID_CRYPTO_KEYS };
	struct span digests;
	struct span signers;
	const char *problem;

	if (!corim_keys_are_among(values, keys, sizeof(keys) / sizeof(keys[0])) ||
	    !texts_get(values, component))
		return foreign;
	if (!corim_entry_get(values, COMID_DIGESTS, &digests) ||
	    !corim_entry_get(values, COMID_CRYPTO_KEYS, &signers))
		return "has a component without digests or without a signer";
	problem = corim_array_walk(
		digests,
		(struct corim_walk){ component_digest_take, component });
	if (problem == NULL && component->digest_count == 0)
		problem = "has a component without a digest of a known hash";
	if (problem == NULL) {
		problem = corim_array_walk(
			signers, (struct corim_walk){ signer_take, component });
	}
	if (problem == NULL && component->signer.data == NULL)
		problem = "has a component without one signer, a hash";
	return problem;
}

static const char *component_add(const struct cbor_pairs *values,
				 struct platform_reference *platform)
{
	struct reference_component *component =
		references_add_component(platform);

	return component != NULL ? component_read(values, component) : no_memory;
}

/* ---- The configuration ------------------------------------------------ */

/* Reads [value, mask] after its tag. */
static bool masked_get(struct span raw, struct reference_bytes *bytes)
{
	struct cbor_in in = corim_in(raw);
	struct cbor_head head;
	struct span value;
	struct span mask;

	return cbor_in_expect(&in, CBOR_TAG, &head) &&
	       head.number == CORIM_MASKED &&
	       corim_pair_get(span_skip(raw, in.at), &value, &mask) &&
	       corim_content_get(value, 0, CBOR_BYTES, &bytes->value) &&
	       corim_content_get(mask, 0, CBOR_BYTES, &bytes->mask);
}

/* Reads the value alone, with the mask that may be beside it. */
static bool unmasked_get(struct span raw, const struct cbor_pairs *values,
			 struct reference_bytes *bytes)
{
	struct span mask;

	bytes->mask = (struct span){ 0 };
	return corim_content_get(raw, CORIM_TAGGED_BYTES, CBOR_BYTES,
				 &bytes->value) &&
	       (!corim_entry_get(values, COMID_RAW_MASK, &mask) ||
		corim_content_get(mask, 0, CBOR_BYTES, &bytes->mask));
}

static const char *config_read(const struct cbor_pairs *values,
			       struct reference_bytes *bytes)
{
	static const int64_t keys[] = { COMID_RAW_VALUE, COMID_RAW_MASK };
	struct span raw;

	if (bytes->value.data != NULL)
		return "has two configurations for one platform";
	if (!corim_keys_are_among(values, keys, sizeof(keys) / sizeof(keys[0])) ||
	    !corim_entry_get(values, COMID_RAW_VALUE, &raw) ||
	    (!masked_get(raw, bytes) && !unmasked_get(raw, values, bytes)))
		return foreign;
	if (bytes->mask.data != NULL && bytes->mask.size != bytes->value.size)
		return "has a configuration with a mask of another size";
	return NULL;
}

/* ---- A platform ------------------------------------------------------- */

static const char *values_take(struct span name, const struct cbor_pairs *values,
			       struct platform_reference *platform)
{
	if (span_is_text(name, CORIM_SOFTWARE))
		return component_add(values, platform);
	if (span_is_text(name, CORIM_CONFIG))
		return config_read(values, &platform->config);
	if (span_is_text(name, CORIM_MANUFACTURING))
		return config_read(values, &platform->manufacturing);
	return foreign;
}

static const char *measurement_read(const struct cbor_pairs *measurement,
				    struct platform_reference *platform)
{
	static const int64_t keys[] = { COMID_MKEY, COMID_MVAL };
	struct cbor_pairs values;
	struct span item;
	struct span name;
	const char *problem = foreign;

	if (!corim_keys_are_among(measurement, keys,
				  sizeof(keys) / sizeof(keys[0])) ||
	    !corim_entry_get(measurement, COMID_MKEY, &item) ||
	    !corim_content_get(item, 0, CBOR_TEXT, &name) ||
	    !corim_entry_get(measurement, COMID_MVAL, &item))
		return foreign;
	if (corim_map_read(item, &values))
		problem = values_take(name, &values, platform);
	cbor_pairs_free(&values);
	return problem;
}

static const char *measurement_take(struct span item, void *context)
{
	struct cbor_pairs measurement;
	const char *problem = corim_broken;

	if (corim_map_read(item, &measurement))
		problem = measurement_read(&measurement, context);
	cbor_pairs_free(&measurement);
	return problem;
}

static const char *environment_take(struct span environment,
				    struct platform_reference *platform)
{
	static const int64_t keys[] = { COMID_CLASS, COMID_INSTANCE };
	struct span implementation;
	struct span instance;

	if (!corim_map_has_only(environment, keys,
				sizeof(keys) / sizeof(keys[0])) ||
	    !corim_platform_get(environment, &implementation, &instance))
		return "has a platform without an implementation ID of 32 bytes";
	memcpy(platform->implementation, implementation.data, CCA_ID_SIZE);
	platform->has_instance = instance.data != NULL;
	if (platform->has_instance) {
		memcpy(platform->instance, instance.data, CCA_INSTANCE_ID_SIZE);
	}
	return NULL;
}

const char *corim_platform_take(struct span triple, void *context)
{
	const struct corim_reader *corim = context;
	struct platform_reference *platform;
	struct span environment;
	struct span measurements;
	const char *problem;

	if (!corim_pair_get(triple, &environment, &measurements))
		return corim_broken;
	platform = references_add_platform(corim->references);
	if (platform == NULL)
		return no_memory;
	problem = environment_take(environment, platform);
	if (problem == NULL) {
		problem = corim_array_walk(
			measurements,
			(struct corim_walk){ measurement_take, platform });
	}
	if (problem == NULL && platform->component_count == 0)
		problem = "has a platform without software components";
	return problem;
}
