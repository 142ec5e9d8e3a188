/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests that the schema's table is sound, and that names are found by
 * resemblance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"

#define EACH_KEY(key)                                                          \
	const struct key *key = schema_keys;                                   \
	key->info.name != NULL;                                                \
	key++

static void every_name_is_one_that_the_grammar_has(void **state)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789._";

	(void)state;
	for (EACH_KEY(key)) {
		const char *name = key->info.name;

		assert_non_null(strchr(first, name[0]));
		assert_int_equal(strspn(name, rest), strlen(name));
	}
}

static void every_name_stands_once(void **state)
{
	(void)state;
	for (EACH_KEY(key))
		assert_ptr_equal(schema_find(key->info.name), key);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (EACH_KEY(key)) {
		assert_non_null(key->info.type);
		assert_non_null(key->info.fallback);
		assert_non_null(key->info.guests);
		assert_non_null(key->info.help);
		assert_null(strchr(key->info.help, '\n'));
		assert_true(key->field == KEY_NO_FIELD ||
			    key->field < sizeof(struct domain));
		assert_true(key->kind != KEY_CHOICE || key->info.range != NULL);
	}
}

static bool list_default_is_empty(const struct key *key)
{
	return strcmp(key->info.fallback, "[]") == 0;
}

static void every_default_is_a_value_of_its_kind(void **state)
{
	(void)state;
	for (EACH_KEY(key)) {
		const char *text = key->info.fallback;
		int64_t number;

		if (key_default_is_words(key))
			continue;
		if (key->kind == KEY_CHOICE)
			assert_true(key_choice(key, text) >= 0);
		if (key_is_list(key))
			assert_true(list_default_is_empty(key));
		if (key->kind != KEY_NUMBER && key->kind != KEY_BOOLEAN)
			continue;
		assert_true(key_parse_number(text, &number));
		assert_true(key->kind == KEY_BOOLEAN ||
			    (number >= key->min && number <= key->max));
	}
}

static void every_successor_is_a_known_key(void **state)
{
	(void)state;
	for (EACH_KEY(key)) {
		assert_true(key->successor == NULL ||
			    schema_find(key->successor) != NULL);
	}
}

static void refused_keys_have_fields_to_be_judged_by(void **state)
{
	(void)state;
	for (EACH_KEY(key)) {
		assert_true(key->guests != KEY_REFUSED ||
			    key->field != KEY_NO_FIELD);
	}
}

static int choice(const char *key, const char *word)
{
	return key_choice(schema_find(key), word);
}

static void choices_are_numbered_as_the_enums(void **state)
{
	(void)state;
	assert_int_equal(choice("type", "hvm"), DOMAIN_TYPE_HVM);
	assert_int_equal(choice("type", "pvh"), DOMAIN_TYPE_PVH);
	assert_int_equal(choice("gic_version", "v2"), DOMAIN_GIC_V2);
	assert_int_equal(choice("gic_version", "v3"), DOMAIN_GIC_V3);
	assert_int_equal(choice("vuart", "sbsa_uart"), DOMAIN_VUART_SBSA);
	assert_int_equal(choice("tee", "optee"), DOMAIN_TEE_OPTEE);
	assert_int_equal(choice("tee", "ffa"), DOMAIN_TEE_FFA);
	assert_int_equal(choice("passthrough", "share_pt"),
			 DOMAIN_PASSTHROUGH_SHARE_PT);
	assert_int_equal(choice("on_crash", "coredump-restart"),
			 DOMAIN_ACTION_COREDUMP_RESTART);
	assert_int_equal(choice("on_crash", "soft-reset"),
			 DOMAIN_ACTION_SOFT_RESET);
	assert_int_equal(choice("realm_hash", "sha512"), DOMAIN_HASH_SHA512);
	assert_int_equal(choice("realm_hash", "sha384"), DOMAIN_HASH_SHA384);
	assert_int_equal(choice("realm_clock", "none"), DOMAIN_CLOCK_NONE);
	assert_int_equal(choice("realm_clock", "host"), DOMAIN_CLOCK_HOST);
	assert_int_equal(choice("sve", "hw"), 1);
	assert_int_equal(choice("sve", "128"), 2);
	assert_int_equal(choice("sve", "2048"), 17);
}

static void prefixes_select_the_first_choice(void **state)
{
	(void)state;
	assert_int_equal(choice("type", ""), DOMAIN_TYPE_HVM);
	assert_int_equal(choice("type", "p"), DOMAIN_TYPE_PV);
	assert_int_equal(choice("type", "pvh2"), -1);
	assert_int_equal(choice("type", "PV"), -1);
}

static void case_matters_only_where_it_does_to_xl(void **state)
{
	(void)state;
	assert_int_equal(choice("gic_version", "V3"), DOMAIN_GIC_V3);
	assert_int_equal(choice("on_crash", "Destroy"), -1);
	assert_int_equal(choice("builder", "HVM"), -1);
}

static void a_choice_may_be_a_number_where_xl_reads_one(void **state)
{
	(void)state;
	assert_int_equal(choice("altp2m", "3"), 3);
	assert_int_equal(choice("altp2m", "4"), -1);
	assert_int_equal(choice("tee", "1"), -1);
}

static void numbers_are_read_with_the_prefixes_of_c(void **state)
{
	int64_t number = 0;

	(void)state;
	assert_true(key_parse_number("0x1f", &number));
	assert_int_equal(number, 31);
	assert_true(key_parse_number("010", &number));
	assert_int_equal(number, 8);
	assert_true(key_parse_number(" -5", &number));
	assert_int_equal(number, -5);
	assert_false(key_parse_number("", &number));
	assert_false(key_parse_number("08", &number));
	assert_false(key_parse_number("5 ", &number));
	assert_false(key_parse_number("0b1", &number));
	assert_false(key_parse_number("9223372036854775808", &number));
}

static void distance_counts_single_edits(void **state)
{
	(void)state;
	assert_int_equal(schema_distance("realm", "realm", 9), 0);
	assert_int_equal(schema_distance("relm", "realm", 9), 1);
	assert_int_equal(schema_distance("reealm", "realm", 9), 1);
	assert_int_equal(schema_distance("reakm", "realm", 9), 1);
	assert_int_equal(schema_distance("relam", "realm", 9), 1);
	assert_int_equal(schema_distance("", "realm", 9), 5);
	assert_int_equal(schema_distance("disk", "realm", 9), 5);
	assert_int_equal(schema_distance("disk", "realm", 2), 3);
}

static void a_name_of_any_length_has_a_distance(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(schema_distance(name, "realm", 2), 3);
	assert_null(schema_nearest(name));
	assert_null(schema_guard_near(name));
}

static const char *name_of(const struct key *key)
{
	return key != NULL ? key->info.name : "(none)";
}

static void the_nearest_key_is_the_one_meant(void **state)
{
	(void)state;
	assert_string_equal(name_of(schema_nearest("memroy")), "memory");
	assert_string_equal(name_of(schema_nearest("maxvcpu")), "maxvcpus");
	assert_string_equal(name_of(schema_nearest("kernal")), "kernel");
	assert_string_equal(name_of(schema_nearest("gicversion")),
			    "gic_version");
	assert_string_equal(name_of(schema_nearest("x")), "(none)");
	assert_string_equal(name_of(schema_nearest("frobnicate")), "(none)");
}

static void slips_in_a_guard_key_are_seen(void **state)
{
	(void)state;
	assert_string_equal(name_of(schema_guard_near("relam")), "realm");
	assert_string_equal(name_of(schema_guard_near("reallm")), "realm");
	assert_string_equal(name_of(schema_guard_near("rlm")), "realm");
	assert_string_equal(name_of(schema_guard_near("vuarts")), "vuart");
	assert_string_equal(name_of(schema_guard_near("passthrogh")),
			    "passthrough");
	assert_string_equal(name_of(schema_guard_near("my_realm")), "(none)");
	assert_string_equal(name_of(schema_guard_near("dt_passthrough_nodes")),
			    "(none)");
	assert_string_equal(name_of(schema_guard_near("memroy")), "(none)");
}

static void public_keys_are_the_rows(void **state)
{
	(void)state;
	assert_true(KEY_COUNT > 170);
	assert_ptr_equal(reeve_key_at(0), &schema_keys[0].info);
	assert_ptr_equal(reeve_key_at(KEY_COUNT - 1),
			 &schema_keys[KEY_COUNT - 1].info);
	assert_null(reeve_key_at(KEY_COUNT));
	assert_null(reeve_key_at(SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_one_that_the_grammar_has),
		cmocka_unit_test(every_name_stands_once),
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(every_default_is_a_value_of_its_kind),
		cmocka_unit_test(every_successor_is_a_known_key),
		cmocka_unit_test(refused_keys_have_fields_to_be_judged_by),
		cmocka_unit_test(choices_are_numbered_as_the_enums),
		cmocka_unit_test(prefixes_select_the_first_choice),
		cmocka_unit_test(case_matters_only_where_it_does_to_xl),
		cmocka_unit_test(a_choice_may_be_a_number_where_xl_reads_one),
		cmocka_unit_test(numbers_are_read_with_the_prefixes_of_c),
		cmocka_unit_test(distance_counts_single_edits),
		cmocka_unit_test(a_name_of_any_length_has_a_distance),
		cmocka_unit_test(the_nearest_key_is_the_one_meant),
		cmocka_unit_test(slips_in_a_guard_key_are_seen),
		cmocka_unit_test(public_keys_are_the_rows),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
