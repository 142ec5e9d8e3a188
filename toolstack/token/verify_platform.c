/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of the platform part: its lifecycle, its identity and its
 * software. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/checks.h"
#include "toolstack/token/hex.h"

static void lifecycle_check(struct verify *verify)
{
	uint64_t value =
		verify->token->platform.claims[PLATFORM_LIFECYCLE].number;
	const char *name = token_lifecycle_name(value);
	uint64_t state = CCA_LIFECYCLE_STATE(value) / LIFECYCLE_STEP;
	unsigned accepted = verify->policy->lifecycles;
	bool ok = strcmp(name, "invalid") != 0 && (accepted >> state & 1) != 0;

	check_add_hint(
		verify, CHECK_LIFECYCLE, ok,
		check_names(accepted, token_lifecycle_names, LIFECYCLES),
		check_text("%s (0x%04x)", name, (unsigned)value),
		"to accept a debug platform, write "
		"lifecycle=[\"secured\",\"non-platform-debug\"] in a file and "
		"give it with --policy");
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

static void identity_check(struct verify *verify)
{
	const struct reeve_token_policy *policy = verify->policy;
	const struct token_claim *claims = verify->token->platform.claims;
	const struct identity list[] = {
		{ "instance",
		  policy->has_instance,
		  { policy->instance, CCA_INSTANCE_ID_SIZE },
		  claims[PLATFORM_INSTANCE_ID].bytes },
		{ "implementation",
		  policy->has_implementation,
		  { policy->implementation, CCA_ID_SIZE },
		  claims[PLATFORM_IMPLEMENTATION_ID].bytes },
		{ "configuration",
		  policy->has_config,
		  { policy->config, policy->config_size },
		  claims[PLATFORM_CONFIG].bytes },
	};
	const struct identity *picked =
		identity_pick(list, sizeof(list) / sizeof(list[0]));

	if (picked == NULL) {
		check_leave(verify, CHECK_IDENTITY,
			    hex_label(list[0].name, list[0].found),
			    "write instance=\"HEX\" in the policy file");
	} else {
		check_add(verify, CHECK_IDENTITY, identity_holds(picked),
			  hex_label(picked->name, picked->expected),
			  hex_label(picked->name, picked->found));
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

static void software_check(struct verify *verify)
{
	size_t count = verify->token->component_count;

	if (verify->policy->component_count == 0) {
		check_leave(verify, CHECK_COMPONENTS,
			    check_text("%zu component%s", count,
				       count == 1 ? "" : "s"),
			    "write components=[\"TYPE=HEX\", ...] in the policy "
			    "file");
	} else if (components_check(verify)) {
		check_add(verify, CHECK_COMPONENTS, true,
			  check_text("the %zu in the policy",
				     verify->policy->component_count),
			  check_text("%zu component%s", count,
				     count == 1 ? "" : "s"));
	}
}

void verify_platform(struct verify *verify)
{
	lifecycle_check(verify);
	identity_check(verify);
	software_check(verify);
	verify_platform_options(verify);
}
