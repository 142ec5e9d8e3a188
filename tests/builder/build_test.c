/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building and destroying Realms on the real RMM, when nothing fails.
 *
 * usage: build_test FOLDER
 *
 * FOLDER has the expected calls: PLAN.calls has a line for each command, with
 * the number of times that it comes in a row, and "---" between building and
 * destroying.
 */
#include <stdio.h>
#include <string.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "hypervisor/core/rmi/rmi_names.h"
#include "tests/builder/bench.h"

#define TEXT_MAX 8192

static const char *folder;

static void every_plan_builds_and_leaves_nothing(void **state)
{
	uint8_t rim[RIM_SIZE];

	for (unsigned plan = 0; plan < PLANS; plan++)
		bench_rim_of_plan(*state, plan, rim);
}

/* Appends the calls since bench_watch(), a line for each run of equal ones. */
static void calls_print(const struct bench *bench, FILE *text)
{
	uint64_t run = 1;

	for (uint64_t i = 0; i < bench->calls; i += run) {
		run = 1;
		while (i + run < bench->calls &&
		       bench->trace[i + run] == bench->trace[i])
			run++;
		fprintf(text, "%s", rmi_command_name(bench->trace[i]));
		if (run > 1)
			fprintf(text, " x%llu", (unsigned long long)run);
		fputc('\n', text);
	}
}

static void file_read(const char *name, char text[TEXT_MAX])
{
	char path[512];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s.calls", folder, name);
	file = fopen(path, "r");
	if (file == NULL) {
		fail_msg("cannot read %s", path);
		return;
	}
	size = fread(text, 1, TEXT_MAX - 1, file);
	text[size] = '\0';
	fclose(file);
}

static void each_plan_takes_the_expected_calls(void **state)
{
	struct bench *bench = *state;
	char expected[TEXT_MAX], got[TEXT_MAX];
	struct realm realm;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		FILE *text = fmemopen(got, sizeof(got), "w");

		assert_non_null(text);
		bench_watch(bench);
		assert_true(realm_build(&bench->host, bench_plan(plan), &realm));
		assert_true(realm_activate(&realm));
		calls_print(bench, text);
		fputs("---\n", text);
		bench_watch(bench);
		assert_true(realm_destroy(&realm));
		calls_print(bench, text);
		fclose(text);
		file_read(plan_names[plan], expected);
		assert_string_equal(got, expected);
	}
}

static void the_same_plan_gives_the_same_rim(void **state)
{
	uint8_t first[RIM_SIZE], second[RIM_SIZE];

	bench_rim_of_plan(*state, PLAN_SMP, first);
	bench_rim_of_plan(*state, PLAN_ODD, second);
	assert_memory_not_equal(first, second, RIM_SIZE);
	bench_rim_of_plan(*state, PLAN_SMP, second);
	assert_memory_equal(first, second, RIM_SIZE);
}

static void the_rim_does_not_depend_on_the_secondary_vcpus(void **state)
{
	struct bench *bench = *state;
	struct realm_plan plan = *bench_plan(PLAN_SMALL);
	uint8_t one[RIM_SIZE], many[RIM_SIZE];
	struct realm realm;

	bench_rim_of_plan(bench, PLAN_SMALL, one);
	plan.vcpus = 40;
	assert_true(realm_build(&bench->host, &plan, &realm));
	assert_true(realm_activate(&realm));
	bench_rim(bench, &realm, many);
	assert_memory_equal(one, many, RIM_SIZE);
	assert_true(realm_destroy(&realm));
}

static void all_of_ram_is_ram_and_nothing_else(void **state)
{
	struct bench *bench = *state;
	const struct realm_plan *plan = bench_plan(PLAN_ODD);
	uint64_t base = plan->ram[0].base.value;
	uint64_t top = base + plan->ram[0].size;
	struct realm realm;

	assert_true(realm_build(&bench->host, plan, &realm));
	assert_true(realm_activate(&realm));
	assert_int_equal(bench_ripas(bench, &realm, base), RMI_RIPAS_RAM);
	assert_int_equal(bench_ripas(bench, &realm, top - 0x1000),
			 RMI_RIPAS_RAM);
	assert_int_equal(bench_ripas(bench, &realm, base - 0x1000),
			 RMI_RIPAS_EMPTY);
	assert_int_equal(bench_ripas(bench, &realm, top), RMI_RIPAS_EMPTY);
	assert_true(realm_destroy(&realm));
}

static void the_account_holds_every_granule(void **state)
{
	struct bench *bench = *state;
	const uint64_t *held;
	struct realm realm;

	assert_true(realm_build(&bench->host, bench_plan(PLAN_SMP), &realm));
	held = realm.granules.account.held;
	assert_int_equal(held[GRANULES_RD], 1);
	assert_int_equal(held[GRANULES_ROOT], 8);
	assert_int_equal(held[GRANULES_RTT], 2);
	assert_int_equal(held[GRANULES_REC], 4);
	assert_int_equal(held[GRANULES_DATA], 2 * 512);
	assert_int_equal(held[GRANULES_SHARED], 2);
	assert_int_equal(held[GRANULES_ABANDONED], 0);
	assert_int_equal(inprocess_delegated(bench->rmm),
			 realm.granules.account.total - held[GRANULES_SHARED]);
	assert_int_equal(realm.granules.account.peak,
			 realm.granules.account.total);
	assert_true(realm_destroy(&realm));
	assert_clean(bench, &realm);
}

static void a_realm_that_is_gone_can_be_destroyed_again(void **state)
{
	struct bench *bench = *state;
	struct realm realm;

	assert_true(realm_build(&bench->host, bench_plan(PLAN_SMALL), &realm));
	assert_true(realm_destroy(&realm));
	bench_watch(bench);
	assert_true(realm_destroy(&realm));
	assert_int_equal(bench->calls, 0);
}

static void realms_live_side_by_side(void **state)
{
	struct bench *bench = *state;
	struct realm first, second;

	assert_true(realm_build(&bench->host, bench_plan(PLAN_SMALL), &first));
	assert_true(realm_build(&bench->host, bench_plan(PLAN_LARGE), &second));
	assert_true(realm_destroy(&first));
	assert_true(realm_activate(&second));
	assert_true(realm_destroy(&second));
	assert_clean(bench, &first);
	assert_clean(bench, &second);
}

static void the_cost_does_not_depend_on_the_size_of_ram(void **state)
{
	struct bench *bench = *state;
	struct realm_plan plan = *bench_plan(PLAN_SMALL);
	struct realm_ram ram = { plan.ram[0].base, UINT64_C(1) << 30 };
	struct realm realm;
	uint64_t pages;

	plan.ram = &ram;
	assert_true(realm_build(&bench->host, &plan, &realm));
	pages = realm.granules.account.total;
	assert_true(realm_destroy(&realm));
	ram.size = UINT64_C(3) << 30;
	bench_watch(bench);
	assert_true(realm_build(&bench->host, &plan, &realm));
	/* A wider IPA space has more root tables: 4 become 8. */
	assert_int_equal(realm.granules.account.total, pages + 4);
	assert_true(realm_destroy(&realm));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(every_plan_builds_and_leaves_nothing),
		TEST(each_plan_takes_the_expected_calls),
		TEST(the_same_plan_gives_the_same_rim),
		TEST(the_rim_does_not_depend_on_the_secondary_vcpus),
		TEST(all_of_ram_is_ram_and_nothing_else),
		TEST(the_account_holds_every_granule),
		TEST(a_realm_that_is_gone_can_be_destroyed_again),
		TEST(realms_live_side_by_side),
		TEST(the_cost_does_not_depend_on_the_size_of_ram),
	};

	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
