/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for configurations: any text, read into a domain and checked by
 * the rules. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/domain/schema.h"
#include "toolstack/policy/policy.h"

/* Returns true if the text of a valid switch says yes. */
static bool says_yes(const struct cfg_value *value)
{
	int64_t number;

	if (value->form == CFG_WORD)
		return strcmp(value->text, "true") == 0;
	require(key_parse_number(value->text, &number));
	return number != 0;
}

/* Checks that an accepted configuration is complete and agrees with its switch
 * `realm`. */
static void accepted_check(const struct cfg *cfg, const struct domain *domain)
{
	const struct cfg_setting *realm = cfg_find(cfg, "realm");

	require(domain->realm == (realm != NULL && says_yes(&realm->value)));
	require(domain->name != NULL && domain->memory == domain->maxmem);
	require(domain->memory >= 1 && domain->vcpus >= 1);
	require(domain->maxvcpus >= domain->vcpus && domain->maxvcpus <= 128);
	require(domain->type == DOMAIN_TYPE_PVH);
	require(domain->kernel != NULL || domain->bootloader != NULL);
}

static void domain_print(const struct domain *domain)
{
	struct json_object *json = domain_to_json(domain);
	struct domain_line line;

	require(json != NULL);
	json_object_put(json);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (domain_line(domain, i, &line))
			free(line.value);
	}
}

static void cfg_judge(const struct cfg *cfg, struct reeve_report *report)
{
	struct domain *domain = NULL;
	int result = domain_read(cfg, 0, &domain, report);
	size_t said = reeve_report_count(report);
	int judged = policy_check(domain, NULL, report);

	if (!domain->realm)
		require(judged == REEVE_OK && reeve_report_count(report) == said);
	if (result == REEVE_OK)
		accepted_check(cfg, domain);
	domain_print(domain);
	domain_free(domain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_report *report = reeve_report_new();
	struct cfg *cfg;

	if (cfg_parse("fuzz", (const char *)data, size, NULL, 0, 0, &cfg,
		      report) == REEVE_OK) {
		cfg_judge(cfg, report);
		cfg_free(cfg);
	}
	reeve_report_free(report);
	return 0;
}
