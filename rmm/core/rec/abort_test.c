/* SPDX-License-Identifier: BSD-3-Clause */
/* Aborts of a Realm: which the Realm gets, which the host gets, what the host
 * sees of them, and the accesses that it emulates. */
#include "rmm/fixture/vcpu_fixture.h"

#include "lib/pstate.h"

/* Faults of stage 2, at level 3 unless the name says otherwise. */
#define TRANSLATION 0x07
#define PERMISSION  0x0f
#define EXTERNAL    0x10

#define DATA(iss)  ESR(ESR_EC_DATA_LOWER, iss)
#define FETCH(iss) ESR(ESR_EC_INST_LOWER, iss)
/* A data abort with a valid syndrome. */
#define ACCESS(sas, rt, more)                                                  \
	DATA(UINT64_C(0x1000000) | (uint64_t)(sas) << 22 |                     \
	     (uint64_t)(rt) << 16 | (uint64_t)(more) | TRANSLATION)
#define SSE 0x200000
#define SF  0x8000
#define WNR 0x40

#define FAR    UINT64_C(0xffff000012345678)
#define DEVICE (UNPROT + 0x9000000)

static void the_realm_gets_what_it_brought_on_itself(void **state)
{
	const struct {
		uint64_t esr, ipa, at_el1;
	} cases[] = {
		{ DATA(TRANSLATION), IPA_EMPTY, 0x96000210 },
		{ DATA(TRANSLATION | WNR), IPA_EMPTY, 0x96000250 },
		{ FETCH(TRANSLATION), IPA_EMPTY, 0x86000210 },
		/* Far away from any table. */
		{ DATA(0x05), 5 * GIB1, 0x96000210 },
		/* Beyond the IPA space, and an address size fault. */
		{ DATA(0x04), IPA_END, 0x96000210 },
		{ DATA(0x00), IPA_END, 0x96000210 },
		{ FETCH(0x00), IPA_END, 0x86000210 },
		/* Fetches in the unprotected half, mapped or not. */
		{ FETCH(PERMISSION), DEVICE, 0x86000210 },
		{ FETCH(TRANSLATION), DEVICE, 0x86000210 },
		{ FETCH(PERMISSION), IPA_DATA, 0x86000210 },
		/* Faults that the host's mappings do not cause. */
		{ DATA(0x21), IPA_DATA, 0x96000210 },
		{ DATA(0x30), IPA_RAM, 0x96000210 },
		{ DATA(0x35), DEVICE, 0x96000210 },
		{ DATA(0x28), DEVICE, 0x96000210 },
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t->rec->pc = VCPU_PC;
		t->rec->pstate = PSTATE_EL1H_MASKED;
		assert_false(vcpu_traps(t, cases[i].esr, FAR, cases[i].ipa));
		vcpu_is_at(t, 0x200, cases[i].at_el1);
		assert_int_equal(t->rec->el1.far_el1, FAR);
		assert_int_equal(t->rec->last.kind, REC_LAST_OTHER);
	}
}

/* All bits that the syndrome of a fault at level 3 can have are set. */
#define NOISE UINT64_C(0x1fff6c0)
#define SET   UINT64_C(0x1800)

static void the_host_gets_what_it_has_to_map(void **state)
{
	const struct {
		uint64_t esr, ipa, seen;
	} cases[] = {
		{ DATA(TRANSLATION), IPA_RAM, 0x90000007 },
		{ DATA(TRANSLATION | NOISE), IPA_RAM + 0xff8, 0x90001607 },
		{ DATA(TRANSLATION), IPA_DESTROYED, 0x90000007 },
		{ FETCH(TRANSLATION), IPA_RAM, 0x80000007 },
		{ FETCH(TRANSLATION | NOISE), IPA_DESTROYED, 0x80001607 },
		/* Another CPU has mapped the page meanwhile. */
		{ DATA(TRANSLATION), IPA_DATA, 0x90000007 },
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(vcpu_traps(t, cases[i].esr, FAR, cases[i].ipa));
		assert_exit(t, .exit_reason = RMI_EXIT_SYNC,
			    .esr = cases[i].seen,
			    .hpfar = cases[i].ipa / KIB4 << 4);
		assert_int_equal(t->rec->pc, VCPU_PC);
		assert_int_equal(t->rec->last.kind, REC_LAST_OTHER);
	}
}

static void the_host_sees_what_it_may_emulate(void **state)
{
	const struct {
		uint64_t esr, seen, value;
	} cases[] = {
		{ ACCESS(0, 3, 0), 0x91000007, 0 },
		{ ACCESS(2, 3, SSE | SF), 0x91808007, 0 },
		{ ACCESS(0, 3, WNR), 0x91000047, 0x88 },
		{ ACCESS(1, 3, WNR), 0x91400047, 0x8788 },
		{ ACCESS(2, 3, WNR), 0x91800047, 0x85868788 },
		{ ACCESS(3, 3, WNR | SF), 0x91c08047, 0x8182838485868788 },
		{ ACCESS(3, 31, WNR | SF), 0x91c08047, 0 },
	};
	struct vcpu_test *t = *state;

	t->rec->gprs[3] = 0x8182838485868788;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(vcpu_traps(t, cases[i].esr, FAR, DEVICE));
		assert_exit(t, .exit_reason = RMI_EXIT_SYNC,
			    .esr = cases[i].seen, .far = 0x678,
			    .hpfar = DEVICE / KIB4 << 4,
			    .gprs[0] = cases[i].value);
		assert_int_equal(t->rec->last.kind, REC_LAST_EMULATABLE);
		assert_int_equal(t->rec->pc, VCPU_PC);
	}
}

static void some_accesses_are_not_emulatable(void **state)
{
	struct vcpu_test *t = *state;

	/* The syndrome is not valid, but its bits are set. */
	assert_true(vcpu_traps(t, DATA(0xff80c7), FAR, DEVICE));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = 0x92000007,
		    .hpfar = DEVICE / KIB4 << 4);
	assert_int_equal(t->rec->last.kind, REC_LAST_UNPROTECTED);
	t->rec->pstate = 0x10;
	assert_true(vcpu_traps(t, ACCESS(2, 3, WNR), FAR, DEVICE));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = 0x92000007,
		    .hpfar = DEVICE / KIB4 << 4);
	assert_int_equal(t->rec->last.kind, REC_LAST_UNPROTECTED);
}

static void a_load_is_completed(void **state)
{
	const struct {
		unsigned sas;
		uint64_t more, loaded;
	} cases[] = {
		{ 0, 0, 0x88 },
		{ 0, SF, 0x88 },
		{ 0, SSE, 0xffffff88 },
		{ 0, SSE | SF, 0xffffffffffffff88 },
		{ 1, 0, 0x8788 },
		{ 1, SSE, 0xffff8788 },
		{ 1, SSE | SF, 0xffffffffffff8788 },
		{ 2, 0, 0x85868788 },
		{ 2, SSE | SF, 0xffffffff85868788 },
		{ 3, SF, 0x8182838485868788 },
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t->rec->pc = VCPU_PC;
		t->rec->gprs[7] = UINT64_MAX;
		assert_true(vcpu_traps(t, ACCESS(cases[i].sas, 7, cases[i].more),
				       FAR, DEVICE));
		abort_complete(t->rec, 0x8182838485868788);
		assert_int_equal(t->rec->gprs[7], cases[i].loaded);
		assert_int_equal(t->rec->pc, VCPU_PC + 4);
	}
}

static void a_positive_value_is_not_extended(void **state)
{
	struct vcpu_test *t = *state;

	assert_true(vcpu_traps(t, ACCESS(0, 7, SSE | SF), FAR, DEVICE));
	abort_complete(t->rec, 0x77f);
	assert_int_equal(t->rec->gprs[7], 0x7f);
}

static void a_store_is_completed(void **state)
{
	struct rec before;
	struct vcpu_test *t = *state;

	assert_true(vcpu_traps(t, ACCESS(3, 7, WNR | SF), FAR, DEVICE));
	before = *t->rec;
	abort_complete(t->rec, 0x8182838485868788);
	before.pc += 4;
	assert_memory_equal(t->rec, &before, sizeof(before));
}

static void the_zero_register_stays_zero(void **state)
{
	struct rec before;
	struct vcpu_test *t = *state;

	assert_true(vcpu_traps(t, ACCESS(3, 31, SF), FAR, DEVICE));
	before = *t->rec;
	abort_complete(t->rec, 0x8182838485868788);
	before.pc += 4;
	assert_memory_equal(t->rec, &before, sizeof(before));
}

static void an_external_abort_is_for_both(void **state)
{
	struct vcpu_test *t = *state;

	assert_true(vcpu_traps(t, DATA(EXTERNAL | (NOISE & ~SET)), FAR, DEVICE));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = 0x90000610);
	assert_int_equal(t->rec->pc, VCPU_VBAR + 0x200);
	assert_int_equal(t->rec->el1.far_el1, FAR);
	t->rec->pc = VCPU_PC;
	assert_true(vcpu_traps(t, FETCH(0x17 | SET), FAR, IPA_DATA));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = 0x80001817);
	assert_int_equal(t->rec->pc, VCPU_PC);
	assert_int_equal(t->rec->last.kind, REC_LAST_OTHER);
}

static void an_uncontained_error_stops_the_rmm(void **state)
{
	struct vcpu_test *t = *state;

	for (unsigned set = 1; set < 3; set++) {
		vcpu_panics(t, &(struct rec_trap){
				       .esr = DATA(EXTERNAL | set << 11) });
	}
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, vcpu_setup, vcpu_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_realm_gets_what_it_brought_on_itself),
		test(the_host_gets_what_it_has_to_map),
		test(the_host_sees_what_it_may_emulate),
		test(some_accesses_are_not_emulatable),
		test(a_load_is_completed),
		test(a_positive_value_is_not_extended),
		test(a_store_is_completed),
		test(the_zero_register_stays_zero),
		test(an_external_abort_is_for_both),
		test(an_uncontained_error_stops_the_rmm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
