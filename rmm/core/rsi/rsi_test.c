/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of a Realm, except for those about its IPA space and tokens. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/pstate.h"

#define RD     page(PAGE_RD)
#define BOOT   page(PAGE_REC)
#define SECOND page(PAGE_REC + 1)
/* The first IPA outside the protected half. */
#define PAR_END (UINT64_C(1) << 38)

/* An ACTIVE Realm with a page at IPA 0 and two vCPUs, the first runnable. */
static int active_setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	fixture_realm(f);
	memset(host(f, PAGE_SCRATCH), 0x3c, GRANULE_SIZE);
	fixture_data(f);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	fixture_rec(f, 1, 0);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, RD), RMI_SUCCESS);
	return 0;
}

static struct rec *rec_of(struct fixture *f, unsigned n)
{
	return peek(f, PAGE_REC + n);
}

/* Makes a call of the boot vCPU. Returns X0. */
#define rsi(f, fid, ...)                                                       \
	rsi_call(f, BOOT, fid, (const uint64_t[10]){ __VA_ARGS__ })

static void version_knows_1_0_and_1_1(void **state)
{
	const uint64_t unknown[] = { 0, 0x10002, 0x20000, UINT64_MAX };
	struct fixture *f = *state;

	assert_int_equal(rsi(f, RSI_VERSION, 0x10000), RSI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0x10000);
	assert_int_equal(f->regs.x[2], 0x10001);
	assert_int_equal(rsi(f, RSI_VERSION, 0x10001), RSI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0x10001);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(rsi(f, RSI_VERSION, unknown[i]),
				 RSI_ERROR_INPUT);
		assert_int_equal(f->regs.x[1], 0x10001);
		assert_int_equal(f->regs.x[2], 0x10001);
	}
	assert_int_equal(f->outcome, RSI_RETURN);
}

static void no_features_are_offered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, RSI_FEATURES, 0), RSI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0);
	assert_int_equal(rsi(f, RSI_FEATURES, 99), RSI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0);
}

static void unknown_calls_are_unknown(void **state)
{
	const uint64_t unknown[] = { 0xc400019a, 0xc40001a3, 0x84000005,
				     0x84000006, 0x80000002, 0xc4000150,
				     0x80007fff, 0 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_int_equal(rsi(f, unknown[i]), SMCCC_NOT_SUPPORTED);
		assert_int_equal(f->outcome, RSI_RETURN);
	}
}

static void the_sve_hint_is_no_part_of_the_function(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, RSI_VERSION | SMCCC_SVE_HINT, 0x10000),
			 RSI_SUCCESS);
}

static void measurement_read_gives_64_bytes(void **state)
{
	static const uint8_t zero[RSI_MEASUREMENT_SIZE];
	struct fixture *f = *state;
	const struct rd *rd = peek(f, PAGE_RD);

	assert_int_equal(rsi(f, RSI_MEASUREMENT_READ, 0), RSI_SUCCESS);
	assert_memory_equal(&f->regs.x[1], rd->measurements.slot[0],
			    RSI_MEASUREMENT_SIZE);
	assert_memory_not_equal(&f->regs.x[1], zero, 32);
	assert_memory_equal(&f->regs.x[5], zero, 32);
	assert_int_equal(rsi(f, RSI_MEASUREMENT_READ, 4), RSI_SUCCESS);
	assert_memory_equal(&f->regs.x[1], zero, sizeof(zero));
	assert_int_equal(rsi(f, RSI_MEASUREMENT_READ, 5), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_MEASUREMENT_READ, UINT64_MAX),
			 RSI_ERROR_INPUT);
}

static void measurement_extend_changes_one_slot(void **state)
{
	struct fixture *f = *state;
	const struct rd *rd = peek(f, PAGE_RD);
	struct measurements expected = rd->measurements;
	const uint64_t value[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	measurement_extend(inprocess_rmm(f->machine)->port, &expected, 2,
			   (const uint8_t *)value, 64);
	assert_int_equal(
		rsi(f, RSI_MEASUREMENT_EXTEND, 2, 64, 1, 2, 3, 4, 5, 6, 7, 8),
		RSI_SUCCESS);
	assert_memory_equal(&rd->measurements, &expected, sizeof(expected));
}

static void measurement_extend_refuses_bad_arguments(void **state)
{
	struct fixture *f = *state;
	const struct rd *rd = peek(f, PAGE_RD);
	const struct measurements before = rd->measurements;

	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 0, 32), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 5, 32), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 1, 65), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_MEASUREMENT_EXTEND, 1, UINT64_MAX),
			 RSI_ERROR_INPUT);
	assert_memory_equal(&rd->measurements, &before, sizeof(before));
}

static void realm_config_fills_the_page(void **state)
{
	struct fixture *f = *state;
	const struct rsi_realm_config *config = peek(f, PAGE_DATA);
	struct rsi_realm_config expected = {
		.ipa_width = 39,
		.hash_algo = RMI_HASH_SHA_256,
		.gicv3_vtr = port_gic_vtr(inprocess_rmm(f->machine)->port)
	};

	((struct rd *)peek(f, PAGE_RD))->rpv[5] = 9;
	expected.rpv[5] = 9;
	assert_int_equal(rsi(f, RSI_REALM_CONFIG, 0), RSI_SUCCESS);
	assert_memory_equal(config, &expected, sizeof(expected));
}

static void realm_config_names_every_algorithm_rightly(void **state)
{
	struct fixture *f = *state;
	const struct rsi_realm_config *config = peek(f, PAGE_DATA);
	struct rd *rd = peek(f, PAGE_RD);

	for (uint32_t algorithm = 0; algorithm < 3; algorithm++) {
		rd->measurements.algorithm = algorithm;
		rsi(f, RSI_REALM_CONFIG, 0);
		assert_int_equal(config->hash_algo, algorithm);
	}
}

static void page_calls_refuse_bad_addresses(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, RSI_REALM_CONFIG, 8), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_REALM_CONFIG, PAR_END), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_HOST_CALL, 128), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_HOST_CALL, PAR_END), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_HOST_CALL, UINT64_MAX - 0xff),
			 RSI_ERROR_INPUT);
	/* RIPAS EMPTY */
	assert_int_equal(rsi(f, RSI_REALM_CONFIG, 0x1000), RSI_ERROR_INPUT);
	assert_int_equal(rsi(f, RSI_HOST_CALL, 0x1000), RSI_ERROR_INPUT);
	assert_int_equal(f->outcome, RSI_RETURN);
}

/* Unmaps the page at IPA 0, so that it is DESTROYED. */
static void page_take_away(struct fixture *f)
{
	assert_int_equal(rmi(f, RMI_RTT_DATA_UNMAP, RD, 0, 0x1000), RMI_SUCCESS);
}

static void a_missing_page_is_asked_of_the_host(void **state)
{
	struct fixture *f = *state;

	page_take_away(f);
	rsi(f, RSI_HOST_CALL, 0x300);
	assert_int_equal(f->outcome, RSI_RETRY);
	assert_int_equal(f->exit.exit_reason, RMI_EXIT_SYNC);
	assert_int_equal(f->exit.esr, UINT64_C(0x24) << 26 | 7);
	assert_int_equal(f->exit.hpfar, 0);
	assert_int_equal(f->exit.far, 0);
	assert_int_equal(f->regs.x[0], RSI_HOST_CALL);
	rsi(f, RSI_REALM_CONFIG, 0);
	assert_int_equal(f->outcome, RSI_RETRY);
}

static void a_page_never_supplied_is_asked_of_the_host(void **state)
{
	struct fixture *f = *state;

	rsi(f, RSI_IPA_STATE_SET, 0x1000, 0x2000, RMI_RIPAS_RAM);
	assert_int_equal(rmi(f, RMI_RTT_SET_RIPAS, RD, BOOT, 0x1000, 0x2000),
			 RMI_SUCCESS);
	rsi(f, RSI_HOST_CALL, 0x1300);
	assert_int_equal(f->outcome, RSI_RETRY);
	assert_int_equal(f->exit.hpfar, 0x1000 >> 8);
}

static void host_call_shows_the_structure(void **state)
{
	struct fixture *f = *state;
	struct rsi_host_call *host_call =
		(void *)((uint8_t *)peek(f, PAGE_DATA) + 0x100);

	host_call->imm = 0xabcd1234;
	for (unsigned i = 0; i < 31; i++)
		host_call->gprs[i] = 1000 + i;
	rsi(f, RSI_HOST_CALL, 0x100);
	assert_int_equal(f->outcome, RSI_EXIT);
	assert_int_equal(f->exit.exit_reason, RMI_EXIT_HOST_CALL);
	assert_int_equal(f->exit.imm, 0x1234);
	assert_int_equal(f->exit.gprs[0], 1000);
	assert_int_equal(f->exit.gprs[30], 1030);
	assert_true(rec_of(f, 0)->host_call.pending);
}

/* ---- PSCI ---- */

static void psci_tells_its_version(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, PSCI_VERSION), 0x10001);
	assert_int_equal(rsi(f, SMCCC_VERSION_FID), 0x10002);
	assert_int_equal(f->outcome, RSI_RETURN);
}

static void psci_features_are_those_served(void **state)
{
	const uint64_t served[] = {
		PSCI_VERSION,          PSCI_CPU_SUSPEND_32,
		PSCI_CPU_SUSPEND_64,   PSCI_CPU_OFF,
		PSCI_CPU_ON_32,        PSCI_CPU_ON_64,
		PSCI_AFFINITY_INFO_32, PSCI_AFFINITY_INFO_64,
		PSCI_SYSTEM_OFF,       PSCI_SYSTEM_RESET,
		PSCI_FEATURES,         SMCCC_VERSION_FID
	};
	const uint64_t others[] = { 0x84000005, 0x84000006,  0x8400000e,
				    0xc400000e, RSI_VERSION, 0 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++) {
		assert_int_equal(rsi(f, PSCI_FEATURES, served[i]), 0);
		/* A 32-bit call has 32-bit arguments. */
		assert_int_equal(rsi(f, PSCI_FEATURES, served[i] | 5ULL << 32),
				 0);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(rsi(f, PSCI_FEATURES, others[i]), (uint64_t)-1);
}

/* CSV2 of the CPU's ID register says if the workarounds of CVE-2017-5715 and
 * CVE-2022-23960 are needed. Nobody has a workaround. */
static void workarounds_are_required_as_the_cpu_says(void **state)
{
	const struct {
		uint64_t csv2, first, third;
	} cases[] = {
		{ 0, SMCCC_NOT_SUPPORTED, SMCCC_NOT_SUPPORTED },
		{ 1, SMCCC_NOT_REQUIRED, SMCCC_NOT_SUPPORTED },
		{ 2, SMCCC_NOT_REQUIRED, SMCCC_NOT_SUPPORTED },
		{ 3, SMCCC_NOT_REQUIRED, SMCCC_NOT_REQUIRED },
	};
	const uint64_t features = SMCCC_ARCH_FEATURES_FID;
	struct fixture *f = *state;

	assert_int_equal(rsi(f, features, SMCCC_VERSION_FID), 0);
	assert_int_equal(rsi(f, features, features), 0);
	assert_int_equal(rsi(f, features, 0x80007fff), SMCCC_NOT_SUPPORTED);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		inprocess_rmm(f->machine)->machine.id[ID_PFR0] = cases[i].csv2
								 << 56;
		assert_int_equal(rsi(f, features, SMCCC_WORKAROUND_1_FID),
				 cases[i].first);
		assert_int_equal(rsi(f, features, SMCCC_WORKAROUND_3_FID),
				 cases[i].third);
		assert_int_equal(rsi(f, SMCCC_WORKAROUND_3_FID),
				 cases[i].csv2 == 3 ? SMCCC_SUCCESS
						    : SMCCC_NOT_SUPPORTED);
	}
}

static void suspend_and_off_exit_to_the_host(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, PSCI_CPU_SUSPEND_64, 1, 2, 3), PSCI_SUCCESS);
	assert_int_equal(f->outcome, RSI_EXIT);
	assert_int_equal(f->exit.exit_reason, RMI_EXIT_PSCI);
	assert_int_equal(f->exit.gprs[0], PSCI_CPU_SUSPEND_64);
	assert_int_equal(f->exit.gprs[1], 0);
	assert_true(rec_of(f, 0)->runnable);
	assert_int_equal(rsi(f, PSCI_CPU_OFF), PSCI_SUCCESS);
	assert_int_equal(f->exit.gprs[0], PSCI_CPU_OFF);
	assert_false(rec_of(f, 0)->runnable);
	assert_int_equal(inprocess_rsi(f->machine, BOOT, &f->regs, &f->outcome,
				       &f->exit),
			 RMI_ERROR_REC);
}

static void a_stopped_system_runs_no_more(void **state)
{
	const uint64_t fids[] = { PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		realm_life_set(peek(f, PAGE_RD), REALM_ACTIVE);
		rsi(f, fids[i]);
		assert_int_equal(f->outcome, RSI_EXIT);
		assert_int_equal(f->exit.exit_reason, RMI_EXIT_PSCI);
		assert_int_equal(f->exit.gprs[0], fids[i]);
		assert_int_equal(realm_life_state(peek(f, PAGE_RD)),
				 REALM_SYSTEM_OFF);
		assert_int_equal(inprocess_rsi(f->machine, BOOT, &f->regs,
					       &f->outcome, &f->exit),
				 RMI_ERROR_REALM);
	}
}

static void cpu_on_checks_its_arguments_in_order(void **state)
{
	struct fixture *f = *state;
	const uint64_t fid = PSCI_CPU_ON_64;

	assert_int_equal(rsi(f, fid, 99, PAR_END), (uint64_t)-9);
	assert_int_equal(rsi(f, fid, 2, 0), (uint64_t)-2);
	assert_int_equal(rsi(f, fid, UINT64_C(1) << 32, 0), (uint64_t)-2);
	assert_int_equal(rsi(f, fid, 0, 0), (uint64_t)-4);
	assert_int_equal(f->outcome, RSI_RETURN);
	assert_false(rec_of(f, 0)->psci.pending);
}

static void affinity_info_checks_its_arguments_in_order(void **state)
{
	struct fixture *f = *state;
	const uint64_t fid = PSCI_AFFINITY_INFO_64;

	assert_int_equal(rsi(f, fid, 0, 1), (uint64_t)-2);
	assert_int_equal(rsi(f, fid, 2, 0), (uint64_t)-2);
	assert_int_equal(rsi(f, fid, 0, 0), PSCI_AFFINITY_ON);
	assert_int_equal(f->outcome, RSI_RETURN);
}

static void cpu_on_waits_for_the_host(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rsi(f, PSCI_CPU_ON_64, 1, 0x2000, 42), PSCI_CPU_ON_64);
	assert_int_equal(f->outcome, RSI_EXIT);
	assert_int_equal(f->exit.exit_reason, RMI_EXIT_PSCI);
	assert_int_equal(f->exit.gprs[0], PSCI_CPU_ON_64);
	assert_int_equal(f->exit.gprs[1], 1);
	/* The host sees neither entry point nor context. */
	assert_int_equal(f->exit.gprs[2], 0);
	assert_int_equal(f->exit.gprs[3], 0);
	assert_int_equal(inprocess_rsi(f->machine, BOOT, &f->regs, &f->outcome,
				       &f->exit),
			 RMI_ERROR_REC);
}

static void arguments_of_32_bit_calls_are_cut(void **state)
{
	const uint64_t high = UINT64_C(0xffffffff) << 32;
	struct fixture *f = *state;

	rsi(f, PSCI_CPU_ON_32, high | 1, high | 0x2000, high | 42);
	assert_int_equal(f->outcome, RSI_EXIT);
	assert_int_equal(f->exit.gprs[1], 1);
	assert_int_equal(rmi(f, RMI_PSCI_COMPLETE, BOOT, SECOND, 0),
			 RMI_SUCCESS);
	assert_int_equal(rec_of(f, 1)->pc, 0x2000);
	assert_int_equal(rec_of(f, 1)->gprs[0], 42);
}

/* ---- RMI_PSCI_COMPLETE ---- */

#define COMPLETE RMI_PSCI_COMPLETE
#define DENIED   ((uint64_t)PSCI_DENIED)

static void assert_answered(struct fixture *f, int64_t result)
{
	const struct rec *caller = rec_of(f, 0);

	assert_int_equal(f->regs.x[0], RMI_SUCCESS);
	assert_int_equal(caller->gprs[0], (uint64_t)result);
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(caller->gprs[i], 0);
	assert_false(caller->psci.pending);
}

static void complete_starts_the_target(void **state)
{
	struct fixture *f = *state;
	struct rec *target = rec_of(f, 1);

	target->pstate = 0;
	target->el1.sctlr_el1 = 1;
	target->debug.mdscr = 0x8000;
	target->debug.os_locked = false;
	target->gprs[5] = 55;
	rec_of(f, 0)->el1.sctlr_el1 |= 1 << 25;
	rsi(f, PSCI_CPU_ON_64, 1, 0x2000, 42);
	rmi(f, COMPLETE, BOOT, SECOND, PSCI_SUCCESS);
	assert_answered(f, PSCI_SUCCESS);
	assert_true(target->runnable);
	assert_int_equal(target->pc, 0x2000);
	assert_int_equal(target->gprs[0], 42);
	assert_int_equal(target->gprs[5], 55);
	assert_int_equal(target->pstate, PSTATE_EL1H_MASKED);
	assert_int_equal(target->el1.sctlr_el1, 0xc50878 | 1 << 25);
	assert_false(debug_is_used(&target->debug));
	assert_int_equal(target->el1.mdscr_el1, 0x1000);
}

static void complete_denied_leaves_the_target(void **state)
{
	struct fixture *f = *state;
	struct rec before;

	rsi(f, PSCI_CPU_ON_64, 1, 0x2000, 42);
	before = *rec_of(f, 1);
	rmi(f, COMPLETE, BOOT, SECOND, DENIED);
	assert_answered(f, PSCI_DENIED);
	assert_memory_equal(rec_of(f, 1), &before, sizeof(before));
}

static void complete_of_a_running_target_is_already_on(void **state)
{
	struct fixture *f = *state;

	rec_of(f, 1)->runnable = true;
	rsi(f, PSCI_CPU_ON_64, 1, 0x2000, 42);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, DENIED);
	rmi(f, COMPLETE, BOOT, SECOND, PSCI_SUCCESS);
	assert_answered(f, PSCI_ALREADY_ON);
	assert_int_equal(rec_of(f, 1)->pc, 0x80000);
}

static void complete_tells_the_affinity(void **state)
{
	struct fixture *f = *state;

	rsi(f, PSCI_AFFINITY_INFO_64, 1, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, DENIED);
	rmi(f, COMPLETE, BOOT, SECOND, 0);
	assert_answered(f, PSCI_AFFINITY_OFF);
	rec_of(f, 1)->runnable = true;
	rsi(f, PSCI_AFFINITY_INFO_32, 1, 0);
	rmi(f, COMPLETE, BOOT, SECOND, 0);
	assert_answered(f, PSCI_AFFINITY_ON);
}

static void complete_sees_an_executing_target_as_on(void **state)
{
	struct fixture *f = *state;
	struct rec_hold hold;

	rsi(f, PSCI_AFFINITY_INFO_64, 1, 0);
	assert_int_equal(
		rec_hold(inprocess_rmm(f->machine), pa_make(SECOND), &hold),
		RMI_SUCCESS);
	rmi(f, COMPLETE, BOOT, SECOND, 0);
	assert_answered(f, PSCI_AFFINITY_ON);
}

static void complete_refuses_what_does_not_match(void **state)
{
	struct fixture *f = *state;
	struct rec_hold hold;

	/* Nothing is pending yet. */
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, 0);
	rsi(f, PSCI_CPU_ON_64, 1, 0x2000, 42);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT + 8, SECOND, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND + 8, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, BOOT, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, RD, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, RD, SECOND, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, SECOND, BOOT, 0);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, 1);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, (uint64_t)-2);
	/* The request of another vCPU, or of another Realm. */
	rec_of(f, 1)->index = 2;
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, 0);
	rec_of(f, 1)->index = 1;
	rec_of(f, 1)->rd = pa_make(page(PAGE_FREE));
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, 0);
	rec_of(f, 1)->rd = pa_make(RD);
	assert_int_equal(
		rec_hold(inprocess_rmm(f->machine), pa_make(BOOT), &hold),
		RMI_SUCCESS);
	refused(f, RMI_ERROR_INPUT, COMPLETE, BOOT, SECOND, 0);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, active_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(version_knows_1_0_and_1_1),
		test(no_features_are_offered),
		test(unknown_calls_are_unknown),
		test(the_sve_hint_is_no_part_of_the_function),
		test(measurement_read_gives_64_bytes),
		test(measurement_extend_changes_one_slot),
		test(measurement_extend_refuses_bad_arguments),
		test(realm_config_fills_the_page),
		test(realm_config_names_every_algorithm_rightly),
		test(page_calls_refuse_bad_addresses),
		test(a_missing_page_is_asked_of_the_host),
		test(a_page_never_supplied_is_asked_of_the_host),
		test(host_call_shows_the_structure),
		test(psci_tells_its_version),
		test(psci_features_are_those_served),
		test(workarounds_are_required_as_the_cpu_says),
		test(suspend_and_off_exit_to_the_host),
		test(a_stopped_system_runs_no_more),
		test(cpu_on_checks_its_arguments_in_order),
		test(affinity_info_checks_its_arguments_in_order),
		test(cpu_on_waits_for_the_host),
		test(arguments_of_32_bit_calls_are_cut),
		test(complete_starts_the_target),
		test(complete_denied_leaves_the_target),
		test(complete_of_a_running_target_is_already_on),
		test(complete_tells_the_affinity),
		test(complete_sees_an_executing_target_as_on),
		test(complete_refuses_what_does_not_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
