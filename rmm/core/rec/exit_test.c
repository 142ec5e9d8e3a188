/* SPDX-License-Identifier: BSD-3-Clause */
/* Exits of a Realm, by the class of their exception. */
#include "rmm/fixture/vcpu_fixture.h"

#include <string.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "abi/smccc.h"
#include "lib/pstate.h"

#define SMC ESR(ESR_EC_SMC64, 0)

static bool stops(struct vcpu_test *t, enum rec_trap_kind kind, uint64_t esr)
{
	const struct rec_trap trap = { .kind = kind, .esr = esr };

	memset(&t->exit, 0, sizeof(t->exit));
	return exit_handle(&t->hold, &trap, &t->exit);
}

static void interrupts_come_to_the_host(void **state)
{
	struct vcpu_test *t = *state;
	struct rec before = *t->rec;

	/* The syndrome is that of an earlier exception. */
	assert_true(stops(t, REC_TRAP_IRQ, SMC));
	assert_exit(t, .exit_reason = RMI_EXIT_IRQ);
	assert_true(stops(t, REC_TRAP_FIQ, SMC));
	assert_exit(t, .exit_reason = RMI_EXIT_FIQ);
	assert_memory_equal(t->rec, &before, sizeof(before));
}

static void a_call_that_is_served_goes_on_behind_it(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->gprs[0] = RSI_VERSION;
	t->rec->gprs[1] = RSI_ABI_VERSION_1_0;
	t->rec->gprs[18] = 18;
	t->rec->pstate |= 3 << 10;
	assert_false(vcpu_traps(t, SMC, 0, 0));
	assert_exit(t, .exit_reason = 0);
	assert_int_equal(t->rec->gprs[0], RSI_SUCCESS);
	assert_int_equal(t->rec->gprs[2], RSI_ABI_VERSION_1_1);
	assert_int_equal(t->rec->gprs[18], 18);
	assert_int_equal(t->rec->pc, VCPU_PC + 4);
	/* BTYPE is that of the instruction before. */
	assert_int_equal(t->rec->pstate, PSTATE_EL1H_MASKED);
}

static void a_call_that_exits_is_over_too(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->gprs[0] = PSCI_CPU_SUSPEND_64;
	assert_true(vcpu_traps(t, SMC, 0, 0));
	assert_exit(t, .exit_reason = RMI_EXIT_PSCI,
		    .gprs[0] = PSCI_CPU_SUSPEND_64);
	assert_int_equal(t->rec->gprs[0], PSCI_SUCCESS);
	assert_int_equal(t->rec->pc, VCPU_PC + 4);
}

static void a_call_that_needs_a_page_is_made_again(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->gprs[0] = RSI_REALM_CONFIG;
	t->rec->gprs[1] = IPA_RAM;
	assert_true(vcpu_traps(t, SMC, 0, 0));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = 0x90000007,
		    .hpfar = IPA_RAM >> 8);
	assert_int_equal(t->rec->gprs[0], RSI_REALM_CONFIG);
	assert_int_equal(t->rec->pc, VCPU_PC);
}

static void waits_show_which_they_are(void **state)
{
	struct vcpu_test *t = *state;

	for (unsigned ti = 0; ti < 4; ti++) {
		t->rec->pc = VCPU_PC;
		assert_true(vcpu_traps(t, ESR(ESR_EC_WFX, 0x1e00000 | ti), 0, 0));
		assert_exit(t, .exit_reason = RMI_EXIT_SYNC,
			    .esr = 0x4000000 | (ti & 1));
		assert_int_equal(t->rec->pc, VCPU_PC + 4);
	}
}

static void an_instruction_of_two_bytes_is_skipped_as_such(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->pstate = 0x30;
	assert_true(vcpu_traps(t, (uint64_t)ESR_EC_WFX << 26, 0, 0));
	assert_int_equal(t->rec->pc, VCPU_PC + 2);
	assert_int_equal(t->rec->pstate, 0x30);
}

static void what_a_realm_does_not_have_is_undefined(void **state)
{
	/* 0x03 to 0x0c: coprocessors of A32. */
	static const uint8_t classes[] = { ESR_EC_UNKNOWN, 0x03,
					   0x04,           0x05,
					   0x06,           0x08,
					   0x0c,           ESR_EC_FP,
					   ESR_EC_LS64,    ESR_EC_SYSREG128,
					   ESR_EC_SVE,     ESR_EC_ERET,
					   ESR_EC_SME,     ESR_EC_GCS };
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(classes); i++) {
		t->rec->pc = VCPU_PC;
		t->rec->pstate = PSTATE_EL1H_MASKED;
		assert_false(vcpu_traps(t, ESR(classes[i], 0), 0, 0));
		vcpu_is_at(t, 0x200, 0x2000000);
	}
}

static void a_hypercall_is_undefined_where_it_is(void **state)
{
	static const uint8_t classes[] = { ESR_EC_HVC64, ESR_EC_HVC32 };
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(classes); i++) {
		t->rec->pc = VCPU_PC + 4;
		t->rec->pstate = PSTATE_EL1H_MASKED;
		assert_false(vcpu_traps(t, ESR(classes[i], 7), 0, 0));
		vcpu_is_at(t, 0x200, 0x2000000);
	}
}

static void an_unknown_class_is_the_hosts_to_give_up(void **state)
{
	struct vcpu_test *t = *state;

	assert_true(vcpu_traps(t, ESR(0x3f, 0x123), 1, 2));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC);
	assert_int_equal(t->rec->pc, VCPU_PC);
}

/* An SError with this severity, in which all hidden bits are set. */
#define SERROR(aet) ESR(ESR_EC_SERROR, 0xffe1c0 | (aet) << 10 | 0x11)

static void an_serror_is_pending_where_the_realm_cannot_go_on(void **state)
{
	const struct {
		unsigned aet;
		bool pending;
	} cases[] = { { 1, true }, { 2, false }, { 3, true }, { 6, false } };
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t->rec->serror = false;
		t->rec->vsesr = 0;
		assert_true(stops(t, REC_TRAP_SERROR, SERROR(cases[i].aet)));
		assert_exit(t, .exit_reason = RMI_EXIT_SERROR,
			    .esr = 0xbc000011 | cases[i].aet << 10);
		assert_int_equal(t->rec->serror, cases[i].pending);
		assert_int_equal(
			t->rec->vsesr,
			cases[i].pending ? SERROR(cases[i].aet) & 0x1ffffff : 0);
	}
}

static void an_serror_of_another_kind_stops_the_rmm(void **state)
{
	const uint64_t unknown[] = {
		SERROR(0),
		SERROR(4),
		SERROR(7),
		SERROR(2) | 0x1000000, /* as the implementation defines it */
		ESR(ESR_EC_SERROR, 2 << 10), /* not categorized */
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		vcpu_panics(t, &(struct rec_trap){ .kind = REC_TRAP_SERROR,
						   .esr = unknown[i] });
	}
}

static bool stops_deferred(struct vcpu_test *t, struct rec_trap trap,
			   uint64_t serror)
{
	trap.disr = 0x80000000 | (serror & 0x1ffffff);
	memset(&t->exit, 0, sizeof(t->exit));
	return exit_handle(&t->hold, &trap, &t->exit);
}

/* The Realm caused it before whatever made the Realm stop. */
static void a_deferred_serror_comes_before_any_trap(void **state)
{
	const struct rec_trap traps[] = {
		{ .kind = REC_TRAP_IRQ },
		{ .kind = REC_TRAP_FIQ },
		{ .kind = REC_TRAP_SYNC, .esr = SMC },
		{ .kind = REC_TRAP_SYNC, .esr = ESR(ESR_EC_WFX, 0) },
		{ .kind = REC_TRAP_SYNC, .esr = ESR(ESR_EC_DATA_LOWER, 4) },
		{ .kind = REC_TRAP_SERROR, .esr = SERROR(2) },
	};
	struct vcpu_test *t = *state;
	uint64_t pc = t->rec->pc;

	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		t->rec->serror = false;
		assert_true(stops_deferred(t, traps[i], SERROR(3)));
		assert_exit(t, .exit_reason = RMI_EXIT_SERROR,
			    .esr = 0xbc000011 | 3 << 10);
		assert_true(t->rec->serror);
		assert_int_equal(t->rec->vsesr, SERROR(3) & 0x1ffffff);
		/* The instruction that trapped is executed again. */
		assert_int_equal(t->rec->pc, pc);
	}
}

/* ELR_EL2 is behind an HVC already. */
static void a_deferred_serror_repeats_a_hypercall(void **state)
{
	struct vcpu_test *t = *state;
	uint64_t pc = t->rec->pc;

	assert_true(
		stops_deferred(t,
			       (struct rec_trap){ .kind = REC_TRAP_SYNC,
						  .esr = ESR(ESR_EC_HVC64, 0) },
			       SERROR(6)));
	assert_exit(t, .exit_reason = RMI_EXIT_SERROR,
		    .esr = 0xbc000011 | 6 << 10);
	assert_int_equal(t->rec->pc, pc - 4);
	assert_false(t->rec->serror);
}

static void an_uncontained_error_stops_the_rmm_deferred_or_not(void **state)
{
	struct vcpu_test *t = *state;

	vcpu_panics(t, &(struct rec_trap){ .kind = REC_TRAP_IRQ,
					   .disr = 0x80000011 });
	vcpu_panics(t, &(struct rec_trap){ .kind = REC_TRAP_SERROR,
					   .esr = SERROR(2),
					   .disr = 0x80000011 });
	vcpu_panics(t, &(struct rec_trap){ .kind = REC_TRAP_SERROR,
					   .esr = SERROR(0),
					   .disr = 0x80000011 | 2 << 10 });
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, vcpu_setup, vcpu_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(interrupts_come_to_the_host),
		test(a_call_that_is_served_goes_on_behind_it),
		test(a_call_that_exits_is_over_too),
		test(a_call_that_needs_a_page_is_made_again),
		test(waits_show_which_they_are),
		test(an_instruction_of_two_bytes_is_skipped_as_such),
		test(what_a_realm_does_not_have_is_undefined),
		test(a_hypercall_is_undefined_where_it_is),
		test(an_unknown_class_is_the_hosts_to_give_up),
		test(an_serror_is_pending_where_the_realm_cannot_go_on),
		test(an_serror_of_another_kind_stops_the_rmm),
		test(a_deferred_serror_comes_before_any_trap),
		test(a_deferred_serror_repeats_a_hypercall),
		test(an_uncontained_error_stops_the_rmm_deferred_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
