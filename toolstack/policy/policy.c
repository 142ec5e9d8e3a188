/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks a domain against the table of Realm rules. */
#include "toolstack/policy/policy.h"

static bool rule_broken(const struct policy_case *asked)
{
	if (asked->rule->broken != NULL)
		return asked->rule->broken(asked);
	return !domain_is_default(asked->domain, asked->rule->key);
}

/* A rule on memory blames maxmem if that alone says how much there is. If the
 * configuration sets no such key, the diagnostic points at the realm switch:
 * that is what makes the rule apply. */
static void rule_report(const struct policy_case *asked,
			struct reeve_report *report)
{
	const struct policy_rule *rule = asked->rule;
	enum key_id key = rule->key == KEY_memory
				  ? domain_memory_key(asked->domain)
				  : rule->key;
	const struct report_place *place = domain_place(asked->domain, key);

	if (place == NULL)
		place = domain_place(asked->domain, KEY_realm);
	report_add(report, rule->severity, place, key_name(key), rule->way_out,
		   "%s", rule->reason);
}

int policy_check(const struct domain *domain, const struct policy_host *host,
		 struct reeve_report *report)
{
	struct policy_case asked = { .domain = domain, .host = host };
	int result = REEVE_OK;

	if (!domain->realm)
		return REEVE_OK;
	for (size_t i = 0; (asked.rule = policy_rule_at(i)) != NULL; i++) {
		if (domain_is_refused(domain, asked.rule->key) ||
		    !rule_broken(&asked))
			continue;
		rule_report(&asked, report);
		if (asked.rule->severity == REEVE_ERROR)
			result = REEVE_ERR_CONFIG;
	}
	return result;
}
