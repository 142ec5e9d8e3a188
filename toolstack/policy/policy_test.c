/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests that the table of Realm rules is sound and covers the schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/domain/schema.h"
#include "toolstack/policy/policy.h"

#define REALM "name='g'\nkernel='Image'\nmemory=512\nrealm=1\n"

static bool rule_blames(enum key_id key)
{
	const struct policy_rule *rule;

	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		if (rule->severity == REEVE_ERROR && rule->key == key)
			return true;
	}
	return false;
}

static void every_rule_blames_a_key_with_a_value(void **state)
{
	const struct policy_rule *rule;

	(void)state;
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		assert_true(rule->key < KEY_COUNT);
		assert_true(schema_keys[rule->key].field != KEY_NO_FIELD);
		assert_non_null(rule->reason);
		assert_non_null(rule->way_out);
	}
}

static void every_rule_has_an_id_of_its_own(void **state)
{
	const struct policy_rule *a;
	const struct policy_rule *b;

	(void)state;
	for (size_t i = 0; (a = policy_rule_at(i)) != NULL; i++) {
		for (size_t j = 0; (b = policy_rule_at(j)) != a; j++)
			assert_string_not_equal(a->id, b->id);
	}
}

static void every_key_that_is_not_for_realms_has_a_rule(void **state)
{
	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		assert_true(key->guests != KEY_FOR_ORDINARY ||
			    rule_blames(schema_index(key)));
	}
}

/* Reads a Realm, lets the test change it, and checks it against the rules.
 * Returns the number of diagnostics. */
static size_t check(void (*change)(struct domain *), struct reeve_report *report)
{
	struct domain *domain = NULL;
	struct cfg *cfg = NULL;
	size_t before;

	assert_int_equal(cfg_parse("g.cfg", REALM, strlen(REALM), NULL, 0, 0,
				   &cfg, report),
			 0);
	assert_int_equal(domain_read(cfg, 0, &domain, report), 0);
	before = reeve_report_count(report);
	change(domain);
	policy_check(domain, NULL, report);
	domain_free(domain);
	cfg_free(cfg);
	return reeve_report_count(report) - before;
}

static void make_hvm(struct domain *domain)
{
	domain->type = DOMAIN_TYPE_HVM;
}

static void a_realm_that_is_no_pvh_guest_is_refused(void **state)
{
	struct reeve_report *report = reeve_report_new();

	(void)state;
	assert_int_equal(check(make_hvm, report), 1);
	assert_string_equal(reeve_report_get(report, 0)->key, "type");
	reeve_report_free(report);
}

static void break_all(struct domain *domain)
{
	domain->realm = false;
	domain->type = DOMAIN_TYPE_HVM;
	domain->acpi = true;
	domain->memory = 9999;
	domain->vpmu = true;
	domain->nomigrate = false;
}

static void an_ordinary_guest_is_left_alone(void **state)
{
	struct reeve_report *report = reeve_report_new();

	(void)state;
	assert_int_equal(check(break_all, report), 0);
	reeve_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_blames_a_key_with_a_value),
		cmocka_unit_test(every_rule_has_an_id_of_its_own),
		cmocka_unit_test(every_key_that_is_not_for_realms_has_a_rule),
		cmocka_unit_test(a_realm_that_is_no_pvh_guest_is_refused),
		cmocka_unit_test(an_ordinary_guest_is_left_alone),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
