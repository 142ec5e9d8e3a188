/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of the platform part: its lifecycle, its identity and its
 * software. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/checks.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/references.h"

/* Says how to accept a state; NULL: it is none, or means that the platform is
 * not to be trusted. */
static const char *lifecycle_hint(uint64_t value)
{
	switch (CCA_LIFECYCLE_STATE(value)) {
	case CCA_LIFECYCLE_NON_PLATFORM_DEBUG:
		return "to accept a debug platform, write "
		       "lifecycle=[\"secured\",\"non-platform-debug\"] in a "
		       "file and give it with --policy";
	case CCA_LIFECYCLE_SECURED:
		return "name the state with lifecycle=[...] in the policy file "
		       "to accept it";
	default:
		return NULL;
	}
}

static void lifecycle_check(struct verify *verify)
{
	uint64_t value =
		verify->token->platform.claims[PLATFORM_LIFECYCLE].number;
	const char *name = token_lifecycle_name(value);
	uint64_t state = CCA_LIFECYCLE_STATE(value) / LIFECYCLE_STEP;
	unsigned accepted = verify->policy->lifecycles;
	bool ok = strcmp(name, "invalid") != 0 && (accepted >> state & 1) != 0;

	check_add_hint(verify, CHECK_LIFECYCLE, ok,
		       check_names(accepted, token_lifecycle_names, LIFECYCLES),
		       check_text("%s (0x%04x)", name, (unsigned)value),
		       lifecycle_hint(value));
}

/* One of the claims that identify a platform. */
struct identity {
	const char *name;
	bool wanted;
	struct span expected;
	struct span found;
};

static bool identity_holds(const struct identity *identity)
{
	return identity->expected.size == identity->found.size &&
	       memcmp(identity->expected.data, identity->found.data,
		      identity->found.size) == 0;
}

/* Returns the first identity that is wrong; else the first that the policy
 * wants; else NULL. */
static const struct identity *identity_pick(const struct identity *list,
					    size_t count)
{
	const struct identity *wanted = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!list[i].wanted)
			continue;
		if (!identity_holds(&list[i]))
			return &list[i];
		if (wanted == NULL)
			wanted = &list[i];
	}
	return wanted;
}

static char *hex_label(const char *label, struct span bytes)
{
	char *hex = hex_text(bytes);
	char *text = hex != NULL ? check_text("%s %s", label, hex) : NULL;

	free(hex);
	return text;
}

/* Returns a text with all identities that were compared. */
static char *identities_text(const struct identity *list, size_t count)
{
	char *text = strdup("");

	for (size_t i = 0; i < count; i++) {
		if (list[i].wanted) {
			text = check_join(
				text, hex_label(list[i].name, list[i].found));
		}
	}
	return text;
}

/* ---- Reference values ------------------------------------------------- */

/* Returns whether a platform's configurations are as expected. */
static bool configs_hold(const struct verify *verify,
			 const struct platform_reference *platform)
{
	const struct token_claim *claims = verify->token->platform.claims;

	return reference_bytes_hold(&platform->config,
				    &claims[PLATFORM_CONFIG]) &&
	       reference_bytes_hold(&platform->manufacturing,
				    &claims[PLATFORM_MANUFACTURING]);
}

static bool software_holds(const struct verify *verify,
			   const struct platform_reference *platform)
{
	return reference_stranger(platform, verify->token) == NULL &&
	       reference_absent(platform, verify->token) == NULL;
}

/* The search for the platform among the reference values that fits a token
 * best. */
struct fitting {
	size_t given; /* platforms among the reference values */
	size_t candidates; /* with the implementation and the instance */
	const struct platform_reference *best; /* of them; NULL: none */
	unsigned fit; /* 1: its configuration holds; 2: its software too */
};

/* Only one platform as a whole can be the token's: neither the configuration of
 * one with the software of another, nor a mixture of software. */
static struct fitting fitting_find(const struct verify *verify)
{
	const struct reeve_references *list = verify->expected->references;
	struct fitting fitting = { 0 };

	fitting.given = list != NULL ? list->platform_count : 0;
	for (size_t i = 0; i < fitting.given; i++) {
		const struct platform_reference *platform = &list->platforms[i];
		unsigned fit = 0;

		if (!reference_is_for(platform, verify->token))
			continue;
		if (configs_hold(verify, platform))
			fit = software_holds(verify, platform) ? 2 : 1;
		if (fitting.candidates++ == 0 || fit > fitting.fit) {
			fitting.best = platform;
			fitting.fit = fit;
		}
	}
	return fitting;
}

/* Returns bytes with their mask, for a person. */
static char *masked_text(const char *label, const struct reference_bytes *bytes)
{
	char *value = hex_label(label, bytes->value);
	char *mask = bytes->mask.data != NULL ? hex_text(bytes->mask) : NULL;
	char *text = value;

	if (value != NULL && mask != NULL) {
		text = check_text("%s under mask %s", value, mask);
		free(value);
	}
	free(mask);
	return text;
}

static void config_fail(struct verify *verify,
			const struct platform_reference *platform)
{
	const struct token_claim *claims = verify->token->platform.claims;
	bool is_config = !reference_bytes_hold(&platform->config,
					       &claims[PLATFORM_CONFIG]);
	const char *label = is_config ? "configuration" : "manufacturing";

	check_add_hint(
		verify, CHECK_IDENTITY, false,
		masked_text(label, is_config ? &platform->config
					     : &platform->manufacturing),
		hex_label(label, claims[is_config ? PLATFORM_CONFIG
						  : PLATFORM_MANUFACTURING]
					 .bytes),
		"another configuration of the platform: a debug host has other "
		"reference values");
}

/* ---- Identity and software -------------------------------------------- */

/* Appends a failed check and returns false if the platform is none of the
 * reference values, or its configuration is another. */
static bool reference_identity_check(struct verify *verify,
				     const struct fitting *fitting)
{
	const struct token_claim *claims = verify->token->platform.claims;

	if (fitting->given == 0 || (fitting->best != NULL && fitting->fit > 0))
		return true;
	if (fitting->best == NULL) {
		check_add(
			verify, CHECK_IDENTITY, false,
			check_text("a platform of the reference values"),
			check_join(hex_label("instance",
					     claims[PLATFORM_INSTANCE_ID].bytes),
				   hex_label("implementation",
					     claims[PLATFORM_IMPLEMENTATION_ID]
						     .bytes)));
	} else {
		config_fail(verify, fitting->best);
	}
	return false;
}

/* Returns bytes that the policy names, or else those of the reference values,
 * which are used only after they were found to hold. */
static struct span identity_bytes(bool in_policy, const uint8_t *policy,
				  struct span found)
{
	return in_policy ? (struct span){ policy, found.size } : found;
}

static void identity_check(struct verify *verify, const struct fitting *fitting)
{
	const struct reeve_token_policy *policy = verify->policy;
	const struct token_claim *claims = verify->token->platform.claims;
	const struct platform_reference *best = fitting->best;
	struct span instance = claims[PLATFORM_INSTANCE_ID].bytes;
	struct span implementation = claims[PLATFORM_IMPLEMENTATION_ID].bytes;
	struct span manufacturing = claims[PLATFORM_MANUFACTURING].bytes;
	const struct identity list[] = {
		{ "instance",
		  policy->has_instance || (best != NULL && best->has_instance),
		  identity_bytes(policy->has_instance, policy->instance,
				 instance),
		  instance },
		{ "implementation", policy->has_implementation || best != NULL,
		  identity_bytes(policy->has_implementation,
				 policy->implementation, implementation),
		  implementation },
		{ "configuration",
		  policy->has_config ||
			  (best != NULL && best->config.value.data != NULL),
		  policy->has_config
			  ? (struct span){ policy->config, policy->config_size }
			  : claims[PLATFORM_CONFIG].bytes,
		  claims[PLATFORM_CONFIG].bytes },
		{ "manufacturing",
		  best != NULL && best->manufacturing.value.data != NULL,
		  manufacturing, manufacturing },
	};
	size_t count = sizeof(list) / sizeof(list[0]);
	const struct identity *picked;

	if (!reference_identity_check(verify, fitting))
		return;
	picked = identity_pick(list, count);
	if (picked == NULL) {
		check_leave(verify, CHECK_IDENTITY,
			    hex_label(list[0].name, list[0].found),
			    "give the platform's reference values with --refs, "
			    "or write instance=\"HEX\" in the policy file");
	} else if (!identity_holds(picked)) {
		check_add(verify, CHECK_IDENTITY, false,
			  hex_label(picked->name, picked->expected),
			  hex_label(picked->name, picked->found));
	} else {
		check_add(verify, CHECK_IDENTITY, true,
			  identities_text(list, count),
			  identities_text(list, count));
	}
}

/* Returns whether the policy lists that component with that value. */
static bool component_is_known(const struct reeve_token_policy *policy,
			       const struct token_component *component)
{
	for (size_t i = 0; i < policy->component_count; i++) {
		const struct policy_component *known = &policy->components[i];

		struct span type = component->claims[COMPONENT_TYPE].bytes;
		struct span value = component->claims[COMPONENT_VALUE].bytes;

		if (span_is_text(type, known->type) &&
		    value.size == known->size &&
		    memcmp(value.data, known->value, known->size) == 0)
			return true;
	}
	return false;
}

static const struct token_component *component_find(const struct token *token,
						    const char *type)
{
	for (size_t i = 0; i < token->component_count; i++) {
		const struct token_component *component = &token->components[i];

		if (span_is_text(component->claims[COMPONENT_TYPE].bytes, type))
			return component;
	}
	return NULL;
}

static char *component_text(const struct token_component *component)
{
	const struct token_claim *claims = component->claims;
	char *type = check_copy(claims[COMPONENT_TYPE].present
					? claims[COMPONENT_TYPE].bytes
					: (struct span)SPAN("unnamed"));
	char *text = type != NULL
			     ? hex_label(type, claims[COMPONENT_VALUE].bytes)
			     : NULL;

	free(type);
	return text;
}

/* The token and the policy must list the same components. Appends a failed
 * check and returns false at the first difference. */
static bool components_check(struct verify *verify)
{
	const struct token *token = verify->token;
	const struct reeve_token_policy *policy = verify->policy;

	for (size_t i = 0; i < token->component_count; i++) {
		if (!component_is_known(policy, &token->components[i])) {
			check_add(verify, CHECK_COMPONENTS, false,
				  check_text("one of the %zu in the policy",
					     policy->component_count),
				  component_text(&token->components[i]));
			return false;
		}
	}
	for (size_t i = 0; i < policy->component_count; i++) {
		if (component_find(token, policy->components[i].type) == NULL) {
			check_add(verify, CHECK_COMPONENTS, false,
				  check_text("a component %s",
					     policy->components[i].type),
				  check_text("none"));
			return false;
		}
	}
	return true;
}

/* Names a component of the reference values. */
static char *expected_text(const struct reference_component *component)
{
	struct span type = component->type.data != NULL
				   ? component->type
				   : (struct span)SPAN("unnamed");
	char *name = check_copy(type);
	char *text = name != NULL ? hex_label(name, component->digests[0].value)
				  : NULL;

	free(name);
	return text;
}

/* Appends a failed check and returns false if the components are not those of
 * the platform that fits best. */
static bool reference_software_check(struct verify *verify,
				     const struct fitting *fitting)
{
	const struct token_component *stranger;
	const struct reference_component *absent;

	if (fitting->best == NULL)
		return true;
	stranger = reference_stranger(fitting->best, verify->token);
	absent = reference_absent(fitting->best, verify->token);
	if (stranger == NULL && absent == NULL)
		return true;
	check_add_hint(
		verify, CHECK_COMPONENTS, false,
		absent != NULL ? expected_text(absent)
			       : check_text("one of the %zu of the reference "
					    "values",
					    fitting->best->component_count),
		stranger != NULL ? component_text(stranger) : check_text("none"),
		"type, version, signer and a digest must be those of the "
		"reference values: is this other firmware?");
	return false;
}

static void software_check(struct verify *verify, const struct fitting *fitting)
{
	size_t count = verify->token->component_count;
	size_t listed = verify->policy->component_count;

	if ((listed != 0 && !components_check(verify)) ||
	    !reference_software_check(verify, fitting))
		return;
	if (listed == 0 && fitting->best == NULL) {
		check_leave(verify, CHECK_COMPONENTS,
			    check_text("%zu component%s", count,
				       count == 1 ? "" : "s"),
			    "give the platform's reference values with --refs, "
			    "or write components=[\"TYPE=HEX\", ...] in the "
			    "policy file");
		return;
	}
	check_add(verify, CHECK_COMPONENTS, true,
		  listed != 0 ? check_text("the %zu in the policy", listed)
			      : check_text("the %zu of the reference values",
					   fitting->best->component_count),
		  check_text("%zu component%s", count, count == 1 ? "" : "s"));
}

void verify_platform(struct verify *verify)
{
	struct fitting fitting = fitting_find(verify);

	lifecycle_check(verify);
	identity_check(verify, &fitting);
	software_check(verify, &fitting);
	verify_platform_options(verify);
}
