/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a policy file. */
#include "toolstack/token/policy.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/config/cfg.h"
#include "toolstack/report/utf8.h"
#include "toolstack/token/hex.h"

const char *const token_check_names[CHECKS] = {
	[CHECK_PLATFORM_SIGNATURE] = "platform-signature",
	[CHECK_REALM_SIGNATURE] = "realm-signature",
	[CHECK_BINDING] = "realm-key-binding",
	[CHECK_CHALLENGE] = "challenge",
	[CHECK_LIFECYCLE] = "lifecycle",
	[CHECK_IDENTITY] = "platform-identity",
	[CHECK_COMPONENTS] = "software-components",
	[CHECK_PLATFORM_OPTIONS] = "platform-options",
	[CHECK_RIM] = "rim",
	[CHECK_REMS] = "rems",
	[CHECK_RPV] = "rpv",
	[CHECK_REALM_OPTIONS] = "realm-options",
	[CHECK_HASHES] = "hash-algorithms",
};

const char *const token_lifecycle_names[LIFECYCLES] = {
	"unknown",        "assembly-and-test",  "rot-provisioning",
	"secured",        "non-platform-debug", "recoverable-debug",
	"decommissioned",
};

const char *const token_hash_names[TOKEN_HASHES] = {
	CCA_SHA_256,
	CCA_SHA_384,
	CCA_SHA_512,
};

const struct reeve_token_policy token_policy_default = {
	.lifecycles = 1u << (CCA_LIFECYCLE_SECURED / LIFECYCLE_STEP),
	.hashes = (1u << TOKEN_HASHES) - 1,
};

const char *token_lifecycle_name(uint64_t value)
{
	uint64_t state = CCA_LIFECYCLE_STATE(value);

	if (state % LIFECYCLE_STEP != 0 || state / LIFECYCLE_STEP >= LIFECYCLES)
		return "invalid";
	return token_lifecycle_names[state / LIFECYCLE_STEP];
}

/* The key of a policy file that is being read, and where its value goes. */
struct policy_reader {
	struct reeve_token_policy *policy;
	struct reeve_report *report;
	const char *key;
};

static int policy_refuse(const struct policy_reader *reader,
			 const struct cfg_value *value, const char *wanted)
{
	return report_error(reader->report, REEVE_ERR_CONFIG, &value->place,
			    reader->key, NULL, "must be %s", wanted);
}

/* Calls take for a single text, or for each text of a list. */
static int each_text(struct policy_reader *reader, const struct cfg_value *value,
		     int (*take)(struct policy_reader *reader,
				 const struct cfg_value *item))
{
	int result = REEVE_OK;

	if (value->form == CFG_STRING)
		return take(reader, value);
	if (value->form != CFG_LIST)
		return policy_refuse(reader, value, "a text or a list of texts");
	for (size_t i = 0; i < value->count && result == REEVE_OK; i++) {
		const struct cfg_value *item = &value->items[i];

		if (item->form == CFG_STRING)
			result = take(reader, item);
		else
			result = policy_refuse(reader, item, "a text");
	}
	return result;
}

/* The same for a key that limits what is accepted. An empty list would accept
 * nothing, or be taken for no limit at all. */
static int one_text_or_more(struct policy_reader *reader,
			    const struct cfg_value *value,
			    int (*take)(struct policy_reader *reader,
					const struct cfg_value *item))
{
	if (value->form == CFG_LIST && value->count == 0)
		return policy_refuse(reader, value,
				     "a list with one element or more");
	return each_text(reader, value, take);
}

/* The note of a name that is unknown: those that are known. There is room for
 * every list of names in this file. */
struct choices {
	char text[320];
	size_t length;
};

static void choices_add(struct choices *choices, const char *name)
{
	int more =
		snprintf(choices->text + choices->length,
			 sizeof(choices->text) - choices->length, "%s%s",
			 choices->length == 0 ? "write one of: " : ", ", name);

	assert(more > 0 &&
	       (size_t)more < sizeof(choices->text) - choices->length);
	choices->length += (size_t)more;
}

/* Sets the bit of the name that the value is. */
static int name_take(struct policy_reader *reader, const struct cfg_value *value,
		     const char *const *names, size_t count, unsigned *bits)
{
	struct choices choices = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (strcmp(value->text, names[i]) == 0) {
			*bits |= 1u << i;
			return REEVE_OK;
		}
	}
	for (size_t i = 0; i < count; i++)
		choices_add(&choices, names[i]);
	return report_error(reader->report, REEVE_ERR_CONFIG, &value->place,
			    reader->key, choices.text,
			    "\"%s\" is none of its names", value->text);
}

static int lifecycle_take(struct policy_reader *reader,
			  const struct cfg_value *value)
{
	return name_take(reader, value, token_lifecycle_names, LIFECYCLES,
			 &reader->policy->lifecycles);
}

/* Takes a hash that we know, or any other name: we cannot compute it, and a
 * relying party may accept it as a name. */
static int hash_take(struct policy_reader *reader, const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;

	for (size_t i = 0; i < TOKEN_HASHES; i++) {
		if (strcmp(value->text, token_hash_names[i]) == 0) {
			policy->hashes |= 1u << i;
			return REEVE_OK;
		}
	}
	if (policy->other_hash_count == POLICY_HASHES_MAX ||
	    !utf8_is_printable(value->text, value->count)) {
		return policy_refuse(reader, value,
				     "at most 8 names beside sha-256, sha-384 "
				     "and sha-512");
	}
	policy->other_hashes[policy->other_hash_count] = strdup(value->text);
	if (policy->other_hashes[policy->other_hash_count] == NULL)
		return REEVE_ERR_MEMORY;
	policy->other_hash_count++;
	return REEVE_OK;
}

static int required_take(struct policy_reader *reader,
			 const struct cfg_value *value)
{
	return name_take(reader, value, token_check_names, CHECKS,
			 &reader->policy->required);
}

static int lifecycle_read(struct policy_reader *reader,
			  const struct cfg_value *value)
{
	reader->policy->lifecycles = 0;
	return one_text_or_more(reader, value, lifecycle_take);
}

static int hashes_read(struct policy_reader *reader,
		       const struct cfg_value *value)
{
	reader->policy->hashes = 0;
	return one_text_or_more(reader, value, hash_take);
}

static int require_read(struct policy_reader *reader,
			const struct cfg_value *value)
{
	return each_text(reader, value, required_take);
}

static int implementation_read(struct policy_reader *reader,
			       const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;

	policy->has_implementation = true;
	if (value->form != CFG_STRING ||
	    !hex_read_exactly(value->text, policy->implementation, CCA_ID_SIZE))
		return policy_refuse(reader, value, "64 hexadecimal digits");
	return REEVE_OK;
}

static int instance_read(struct policy_reader *reader,
			 const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;

	policy->has_instance = true;
	if (value->form != CFG_STRING ||
	    !hex_read_exactly(value->text, policy->instance,
			      CCA_INSTANCE_ID_SIZE))
		return policy_refuse(reader, value, "66 hexadecimal digits");
	return REEVE_OK;
}

static int config_read(struct policy_reader *reader,
		       const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;

	policy->has_config = true;
	if (value->form != CFG_STRING ||
	    !hex_read(value->text, policy->config, POLICY_CONFIG_MAX,
		      &policy->config_size)) {
		return policy_refuse(reader, value,
				     "at most 128 hexadecimal digits, in pairs");
	}
	return REEVE_OK;
}

static int component_take(struct policy_reader *reader,
			  const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;
	struct policy_component *component =
		&policy->components[policy->component_count];
	const char *equals = strchr(value->text, '=');

	if (policy->component_count == POLICY_COMPONENTS_MAX)
		return policy_refuse(reader, value, "at most 64 components");
	if (equals == NULL ||
	    !hex_read(equals + 1, component->value, sizeof(component->value),
		      &component->size) ||
	    component->size == 0)
		return policy_refuse(reader, value, "TYPE=HEX");
	component->type = strndup(value->text, (size_t)(equals - value->text));
	if (component->type == NULL)
		return REEVE_ERR_MEMORY;
	policy->component_count++;
	return REEVE_OK;
}

static int policy_components_read(struct policy_reader *reader,
				  const struct cfg_value *value)
{
	return one_text_or_more(reader, value, component_take);
}

static int allow_take(struct policy_reader *reader,
		      const struct cfg_value *value)
{
	static const char *const names[] = { "measurement-size" };
	unsigned bits = 0;
	int result = name_take(reader, value, names, 1, &bits);

	reader->policy->any_measurement_size |= bits != 0;
	return result;
}

static int allow_read(struct policy_reader *reader,
		      const struct cfg_value *value)
{
	return each_text(reader, value, allow_take);
}

/* Reads the name of a number. */
static int choice_read(struct policy_reader *reader,
		       const struct cfg_value *value,
		       const struct claim_rule *rule, unsigned *number)
{
	unsigned bits = 0;
	int result;

	if (value->form != CFG_STRING)
		return policy_refuse(reader, value, "a text");
	result = name_take(reader, value, rule->values,
			   (size_t)(rule->most - rule->least) + 1, &bits);
	*number = rule->least + (bits >> 1);
	return result;
}

static int mec_read(struct policy_reader *reader, const struct cfg_value *value)
{
	reader->policy->has_mec = true;
	return choice_read(reader, value, &realm_rules[REALM_MEC_POLICY],
			   &reader->policy->mec);
}

static int lfa_read(struct policy_reader *reader, const struct cfg_value *value)
{
	reader->policy->has_lfa = true;
	return choice_read(reader, value, &realm_rules[REALM_LFA_POLICY],
			   &reader->policy->lfa);
}

static int devices_read(struct policy_reader *reader,
			const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;

	policy->has_devices = true;
	policy->devices_size = 0;
	if (value->form == CFG_STRING && strcmp(value->text, "none") == 0)
		return REEVE_OK;
	if (value->form != CFG_STRING ||
	    !hex_read(value->text, policy->devices, sizeof(policy->devices),
		      &policy->devices_size) ||
	    policy->devices_size == 0) {
		return policy_refuse(reader, value,
				     "\"none\" or a hash in hexadecimal");
	}
	return REEVE_OK;
}

static int client_read(struct policy_reader *reader,
		       const struct cfg_value *value)
{
	reader->policy->has_client = true;
	if (value->form != CFG_NUMBER || strcmp(value->text, "1") != 0) {
		return policy_refuse(reader, value,
				     "1, the Realm Management domain");
	}
	return REEVE_OK;
}

static int live_read(struct policy_reader *reader, const struct cfg_value *value)
{
	reader->policy->has_no_live = true;
	if (value->form != CFG_STRING || strcmp(value->text, "none") != 0)
		return policy_refuse(reader, value, "\"none\"");
	return REEVE_OK;
}

static int countersigner_take(struct policy_reader *reader,
			      const struct cfg_value *value)
{
	struct reeve_token_policy *policy = reader->policy;
	struct policy_id *id;

	if (policy->countersigner_count == POLICY_SIGNERS_MAX)
		return policy_refuse(reader, value, "at most 16 countersigners");
	id = &policy->countersigners[policy->countersigner_count];
	if (!hex_read(value->text, id->value, sizeof(id->value), &id->size) ||
	    id->size == 0)
		return policy_refuse(reader, value, "a hash in hexadecimal");
	policy->countersigner_count++;
	return REEVE_OK;
}

static int countersigners_read(struct policy_reader *reader,
			       const struct cfg_value *value)
{
	return one_text_or_more(reader, value, countersigner_take);
}

/* The keys of a policy file. */
static const struct {
	const char *key;
	int (*read)(struct policy_reader *reader, const struct cfg_value *value);
} policy_keys[] = {
	{ "lifecycle", lifecycle_read },
	{ "hash", hashes_read },
	{ "require", require_read },
	{ "implementation", implementation_read },
	{ "instance", instance_read },
	{ "platform_config", config_read },
	{ "components", policy_components_read },
	{ "allow", allow_read },
	{ "mec_policy", mec_read },
	{ "lfa_policy", lfa_read },
	{ "devices", devices_read },
	{ "client_id", client_read },
	{ "live_activation", live_read },
	{ "countersigners", countersigners_read },
};

static int policy_setting_read(struct reeve_token_policy *policy,
			       const struct cfg_setting *setting,
			       struct reeve_report *report)
{
	struct policy_reader reader = { policy, report, setting->key };
	struct choices choices = { 0 };

	for (size_t i = 0; i < sizeof(policy_keys) / sizeof(policy_keys[0]);
	     i++) {
		if (strcmp(policy_keys[i].key, setting->key) == 0)
			return policy_keys[i].read(&reader, &setting->value);
		choices_add(&choices, policy_keys[i].key);
	}
	return report_error(report, REEVE_ERR_CONFIG, &setting->place,
			    setting->key, choices.text, "is no key of a policy");
}

/* Reads every setting, even after a wrong one, so that one run reports all that
 * is wrong. */
static int policy_settings_read(struct reeve_token_policy *policy,
				const struct cfg *cfg,
				struct reeve_report *report)
{
	int result = REEVE_OK;

	for (size_t i = 0; i < cfg_count(cfg); i++) {
		int one = policy_setting_read(policy, cfg_at(cfg, i), report);

		if (one != REEVE_OK)
			result = one;
	}
	return result;
}

int reeve_token_policy_load(const char *path, struct reeve_token_policy **out,
			    struct reeve_report *report)
{
	struct reeve_token_policy *policy;
	struct cfg *cfg;
	int result = cfg_load(path, NULL, 0, 0, &cfg, report);

	if (result != REEVE_OK)
		return result;
	policy = malloc(sizeof(*policy));
	if (policy != NULL) {
		*policy = token_policy_default;
		result = policy_settings_read(policy, cfg, report);
	} else {
		result = REEVE_ERR_MEMORY;
	}
	cfg_free(cfg);
	if (result == REEVE_OK)
		*out = policy;
	else
		reeve_token_policy_free(policy);
	return result;
}

void reeve_token_policy_free(struct reeve_token_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->component_count; i++)
		free(policy->components[i].type);
	for (size_t i = 0; i < policy->other_hash_count; i++)
		free(policy->other_hashes[i]);
	free(policy);
}

bool reeve_token_policy_names_platform(const struct reeve_token_policy *policy)
{
	return policy->component_count != 0;
}
