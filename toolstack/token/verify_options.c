/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of what a policy can ask for beyond identity and measurements: how
 * the Realm was configured, and who stands for the platform's software. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/checks.h"
#include "toolstack/token/hex.h"

/* A property that a policy may ask for. */
struct option {
	const char *name;
	bool wanted;
	bool holds;
	const char *expected;
	const char *found;
};

/* Returns the first option that is wrong; else the first that is wanted; else
 * NULL. */
static const struct option *option_pick(const struct option *list, size_t count)
{
	const struct option *wanted = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!list[i].wanted)
			continue;
		if (!list[i].holds)
			return &list[i];
		if (wanted == NULL)
			wanted = &list[i];
	}
	return wanted;
}

/* Returns a text with all options that the policy asks for, as found or as
 * expected. */
static char *options_text(const struct option *list, size_t count,
			  bool is_expected)
{
	char *text = strdup("");

	for (size_t i = 0; i < count; i++) {
		if (list[i].wanted) {
			text = check_join(
				text, check_text("%s %s", list[i].name,
						 is_expected ? list[i].expected
							     : list[i].found));
		}
	}
	return text;
}

/* Appends the check if the policy asks for an option: with the one that is
 * wrong, or else with all. Returns false if it asks for none. */
static bool options_add(struct verify *verify, enum token_check check,
			const struct option *list, size_t count)
{
	const struct option *picked = option_pick(list, count);

	if (picked == NULL)
		return false;
	if (!picked->holds) {
		list = picked;
		count = 1;
	}
	check_add(verify, check, picked->holds, options_text(list, count, true),
		  options_text(list, count, false));
	return true;
}

/* Returns what a claim with named numbers says. */
static const char *choice_text(const struct token_claim *claim,
			       const struct claim_rule *rule)
{
	if (!claim->present || claim->fault != TOKEN_OK)
		return "not said";
	return rule->values[claim->number - rule->least];
}

/* Returns whether a claim is there, and has the number that the policy wants. */
static bool choice_holds(const struct token_claim *claim, unsigned wanted)
{
	return claim->present && claim->fault == TOKEN_OK &&
	       claim->number == wanted;
}

static bool devices_hold(const struct reeve_token_policy *policy,
			 const struct token_claim *claim)
{
	if (policy->devices_size == 0)
		return !claim->present;
	return claim->present && claim->bytes.size == policy->devices_size &&
	       memcmp(claim->bytes.data, policy->devices,
		      policy->devices_size) == 0;
}

/* Returns a text that the caller frees. */
static char *devices_text(bool present, struct span hash)
{
	return present ? hex_text(hash) : check_text("none");
}

/* Judges the options. wanted and found are those of the devices. */
static void realm_options_judge(struct verify *verify, const char *wanted,
				const char *found)
{
	const struct reeve_token_policy *policy = verify->policy;
	const struct token_claim *claims = verify->token->realm.claims;
	const struct token_claim *mec = &claims[REALM_MEC_POLICY];
	const struct token_claim *lfa = &claims[REALM_LFA_POLICY];
	const struct claim_rule *rules = realm_rules;
	const struct option list[] = {
		{ "memory", policy->has_mec, choice_holds(mec, policy->mec),
		  rules[REALM_MEC_POLICY].values[policy->mec],
		  choice_text(mec, &rules[REALM_MEC_POLICY]) },
		{ "live activation", policy->has_lfa,
		  choice_holds(lfa, policy->lfa),
		  rules[REALM_LFA_POLICY].values[policy->lfa],
		  choice_text(lfa, &rules[REALM_LFA_POLICY]) },
		{ "devices", policy->has_devices,
		  devices_hold(policy, &claims[REALM_DEVICES]), wanted, found },
	};

	if (options_add(verify, CHECK_REALM_OPTIONS, list,
			sizeof(list) / sizeof(list[0])))
		return;
	check_leave(verify, CHECK_REALM_OPTIONS,
		    check_text("memory %s, live activation %s, devices %s",
			       list[0].found, list[1].found, found),
		    "write mec_policy, lfa_policy or devices in the policy "
		    "file");
}

void verify_realm_options(struct verify *verify)
{
	const struct reeve_token_policy *policy = verify->policy;
	const struct token_claim *devices =
		&verify->token->realm.claims[REALM_DEVICES];
	char *wanted = devices_text(
		policy->devices_size != 0,
		(struct span){ policy->devices, policy->devices_size });
	char *found = devices_text(devices->present, devices->bytes);

	if (wanted != NULL && found != NULL)
		realm_options_judge(verify, wanted, found);
	else
		verify->out->short_of_memory = true;
	free(wanted);
	free(found);
}

/* ---- The platform ----------------------------------------------------- */

/* Returns the first component that can be replaced while the platform runs;
 * NULL: none says so. */
static const struct token_component *live_component(const struct token *token)
{
	for (size_t i = 0; i < token->component_count; i++) {
		const struct token_claim *live =
			&token->components[i].claims[COMPONENT_LFA];

		if (live->present && (live->fault != TOKEN_OK || live->number))
			return &token->components[i];
	}
	return NULL;
}

static bool is_signer(const struct reeve_token_policy *policy, struct span id)
{
	for (size_t i = 0; i < policy->countersigner_count; i++) {
		const struct policy_id *signer = &policy->countersigners[i];

		if (signer->size == id.size &&
		    memcmp(signer->value, id.data, id.size) == 0)
			return true;
	}
	return false;
}

/* Returns whether one of the policy's countersigners signed a component. */
static bool is_countersigned(const struct reeve_token_policy *policy,
			     const struct token_component *component)
{
	const struct token_claim *list =
		&component->claims[COMPONENT_COUNTERSIGNERS];
	struct cbor_in in = { .text = list->value };
	struct cbor_head head;

	if (!list->present || list->fault != TOKEN_OK ||
	    !cbor_in_next(&in, &head))
		return false;
	for (uint64_t i = head.number; i > 0; i--) {
		if (!cbor_in_expect(&in, CBOR_BYTES, &head))
			return false;
		if (is_signer(policy, head.content))
			return true;
	}
	return false;
}

static bool all_countersigned(const struct verify *verify)
{
	const struct token *token = verify->token;

	for (size_t i = 0; i < token->component_count; i++) {
		if (!is_countersigned(verify->policy, &token->components[i]))
			return false;
	}
	return true;
}

void verify_platform_options(struct verify *verify)
{
	const struct reeve_token_policy *policy = verify->policy;
	const struct token_claim *client =
		&verify->token->platform.claims[PLATFORM_CLIENT_ID];
	bool is_client = client->present && client->fault == TOKEN_OK;
	bool is_live = live_component(verify->token) != NULL;
	bool countersigned = all_countersigned(verify);
	const struct option list[] = {
		{ "client", policy->has_client, is_client, "1",
		  is_client ? "1" : "not said" },
		{ "live activation", policy->has_no_live, !is_live,
		  "of no component", is_live ? "of a component" : "of none" },
		{ "countersigned", policy->countersigner_count != 0,
		  countersigned, "by one of the policy's, each",
		  countersigned ? "all" : "not all" },
	};

	if (options_add(verify, CHECK_PLATFORM_OPTIONS, list,
			sizeof(list) / sizeof(list[0])))
		return;
	check_leave(verify, CHECK_PLATFORM_OPTIONS,
		    check_text("client %s, live activation %s", list[0].found,
			       list[1].found),
		    "write client_id, live_activation or countersigners in the "
		    "policy file");
}
