/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of CPUs and the answers of PSCI. */
#include "monitor/core/psci.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/psci.h"

#define ENTRY   0x42200000
#define CPUS    20
#define CLUSTER 0x100 /* the affinity of CPU 16 */

static bool is_entry(uint64_t pa)
{
	return pa == ENTRY;
}

static struct psci_reply ask(struct psci *psci, uint64_t fid, uint64_t x1,
			     uint64_t x2)
{
	const struct psci_request request = {
		.fid = fid,
		.argument = { x1, x2, 0x77 },
		.caller = 0,
		.is_entry = is_entry,
	};

	return psci_call(psci, &request);
}

static int64_t result(struct psci *psci, uint64_t fid, uint64_t x1, uint64_t x2)
{
	struct psci_reply reply = ask(psci, fid, x1, x2);

	assert_int_equal(reply.action, PSCI_ACTION_RETURN);
	return reply.result;
}

static int set_up(void **state)
{
	static struct psci psci;

	psci_init(&psci, CPUS);
	*state = &psci;
	return 0;
}

static void first_cpu_is_on(void **state)
{
	assert_int_equal(result(*state, PSCI_AFFINITY_INFO_64, 0, 0),
			 PSCI_AFFINITY_ON);
	assert_int_equal(result(*state, PSCI_AFFINITY_INFO_64, 1, 0),
			 PSCI_AFFINITY_OFF);
}

static void cpu_goes_from_off_to_pending_to_on_and_off(void **state)
{
	struct psci *psci = *state;
	struct psci_reply reply = ask(psci, PSCI_CPU_ON_64, CLUSTER, ENTRY);

	assert_int_equal(reply.action, PSCI_ACTION_WAKE);
	assert_int_equal(reply.result, PSCI_SUCCESS);
	assert_int_equal(reply.target, 16);
	assert_int_equal(psci->cpu[16].entry, ENTRY);
	assert_int_equal(psci->cpu[16].context, 0x77);
	assert_int_equal(result(psci, PSCI_CPU_ON_64, CLUSTER, ENTRY),
			 PSCI_ON_PENDING);
	assert_int_equal(result(psci, PSCI_AFFINITY_INFO_64, CLUSTER, 0),
			 PSCI_AFFINITY_ON_PENDING);
	assert_true(psci_started(psci, 16));
	assert_int_equal(result(psci, PSCI_CPU_ON_64, CLUSTER, ENTRY),
			 PSCI_ALREADY_ON);
	psci_call(psci,
		  &(struct psci_request){ .fid = PSCI_CPU_OFF, .caller = 16 });
	assert_int_equal(result(psci, PSCI_AFFINITY_INFO_64, CLUSTER, 0),
			 PSCI_AFFINITY_OFF);
}

static void cpu_that_nobody_asked_for_does_not_start(void **state)
{
	assert_false(psci_started(*state, 3));
	assert_int_equal(result(*state, PSCI_AFFINITY_INFO_64, 3, 0),
			 PSCI_AFFINITY_OFF);
}

static void cpu_off_does_not_return(void **state)
{
	assert_int_equal(ask(*state, PSCI_CPU_OFF, 0, 0).action,
			 PSCI_ACTION_CPU_OFF);
}

static void cpus_that_are_not_there_are_invalid(void **state)
{
	static const uint64_t absent[] = { CLUSTER + 4, 0x10,
					   0x200,       0x80000000,
					   0x10000,     UINT64_C(1) << 32,
					   UINT64_MAX };

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		assert_int_equal(result(*state, PSCI_CPU_ON_64, absent[i], ENTRY),
				 PSCI_INVALID_PARAMETERS);
		assert_int_equal(
			result(*state, PSCI_AFFINITY_INFO_64, absent[i], 0),
			PSCI_INVALID_PARAMETERS);
	}
}

static void entry_must_be_one(void **state)
{
	struct psci *psci = *state;

	assert_int_equal(result(psci, PSCI_CPU_ON_64, 1, ENTRY + 4),
			 PSCI_INVALID_ADDRESS);
	assert_int_equal(psci->cpu[1].state, PSCI_STATE_OFF);
}

static void calls_of_32_bits_have_arguments_of_32_bits(void **state)
{
	struct psci_reply reply =
		ask(*state, PSCI_CPU_ON_32, UINT64_C(0xf00000001),
		    UINT64_C(0xf00000000) + ENTRY);

	assert_int_equal(reply.action, PSCI_ACTION_WAKE);
	assert_int_equal(reply.target, 1);
	assert_int_equal(
		result(*state, PSCI_AFFINITY_INFO_32, UINT64_C(0xf00000000), 0),
		PSCI_AFFINITY_ON);
}

static void affinity_levels_above_cpus_are_invalid(void **state)
{
	assert_int_equal(result(*state, PSCI_AFFINITY_INFO_64, 0, 1),
			 PSCI_INVALID_PARAMETERS);
}

static void suspend_is_standby_only(void **state)
{
	assert_int_equal(ask(*state, PSCI_CPU_SUSPEND_64, 0, 0).action,
			 PSCI_ACTION_STANDBY);
	assert_int_equal(result(*state, PSCI_CPU_SUSPEND_32, 0x10000, ENTRY),
			 PSCI_INVALID_PARAMETERS);
}

static void system_calls_are_actions(void **state)
{
	assert_int_equal(ask(*state, PSCI_SYSTEM_OFF, 0, 0).action,
			 PSCI_ACTION_SYSTEM_OFF);
	assert_int_equal(ask(*state, PSCI_SYSTEM_RESET, 0, 0).action,
			 PSCI_ACTION_SYSTEM_RESET);
}

static void features_are_the_functions_that_answer(void **state)
{
	unsigned known = 0;

	for (uint64_t fid = PSCI_FID_FIRST; fid <= PSCI_FID_LAST; fid++) {
		known += result(*state, PSCI_FEATURES, fid, 0) == 0;
		known += result(*state, PSCI_FEATURES, fid | 0x40000000, 0) == 0;
	}
	assert_int_equal(known, 12);
	assert_int_equal(result(*state, PSCI_FEATURES, 0x80000000, 0), 0);
	assert_int_equal(result(*state, PSCI_FEATURES, 0xc4000012, 0),
			 PSCI_NOT_SUPPORTED);
	assert_int_equal(result(*state, 0xc4000012, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(result(*state, PSCI_VERSION, 0, 0), PSCI_VERSION_1_1);
	assert_int_equal(result(*state, PSCI_MIGRATE_INFO_TYPE, 0, 0),
			 PSCI_MIGRATE_NOT_NEEDED);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_cpu_is_on),
		TEST(cpu_goes_from_off_to_pending_to_on_and_off),
		TEST(cpu_that_nobody_asked_for_does_not_start),
		TEST(cpu_off_does_not_return),
		TEST(cpus_that_are_not_there_are_invalid),
		TEST(entry_must_be_one),
		TEST(calls_of_32_bits_have_arguments_of_32_bits),
		TEST(affinity_levels_above_cpus_are_invalid),
		TEST(suspend_is_standby_only),
		TEST(system_calls_are_actions),
		TEST(features_are_the_functions_that_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
