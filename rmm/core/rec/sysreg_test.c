/* SPDX-License-Identifier: BSD-3-Clause */
/* System registers whose access traps. */
#include "rmm/fixture/vcpu_fixture.h"

#include "lib/pstate.h"

#define READ 1

/* The syndrome of S<op0>_<op1>_C<crn>_C<crm>_<op2>, with Xt. */
#define ACCESS(op0, op1, crn, crm, op2, rt)                                    \
	ESR(ESR_EC_SYSREG, (op0) << 20 | (op2) << 17 | (op1) << 14 |           \
				   (crn) << 10 | (rt) << 5 | (crm) << 1)

#define SGI1R ACCESS(3, 0, 12, 11, 5, 4)
#define IAR1  ACCESS(3, 0, 12, 12, 0, 4)
#define PMR   ACCESS(3, 0, 4, 6, 0, 4)
#define PMCR  ACCESS(3, 3, 9, 12, 0, 4)
#define MMFR1 ACCESS(3, 0, 0, 7, 1, 4)

static void goes_on(struct vcpu_test *t, uint64_t esr)
{
	t->rec->pc = VCPU_PC;
	assert_false(vcpu_traps(t, esr, 0, 0));
	assert_exit(t, .exit_reason = 0);
	assert_int_equal(t->rec->pc, VCPU_PC + 4);
}

static void others_read_as_zero_and_ignore_writes(void **state)
{
	const uint64_t others[] = {
		PMCR,
		ACCESS(2, 0, 1, 3, 4, 4), /* OSDLR_EL1 */
		ACCESS(2, 3, 0, 5, 0, 4), /* DBGDTRRX_EL0 */
		ACCESS(3, 0, 5, 3, 0, 4), /* ERRIDR_EL1 */
		ACCESS(3, 3, 13, 0, 5, 4), /* TPIDR2_EL0 */
		ACCESS(3, 0, 2, 0, 3, 4), /* TCR2_EL1 */
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		t->rec->gprs[4] = 99;
		goes_on(t, others[i]);
		assert_int_equal(t->rec->gprs[4], 99);
		goes_on(t, others[i] | READ);
		assert_int_equal(t->rec->gprs[4], 0);
	}
}

#define MDSCR  ACCESS(2, 0, 0, 2, 2, 4)
#define OSLAR  ACCESS(2, 0, 1, 0, 4, 31)
#define BVR(n) ACCESS(2, 0, 0, n, 4, 4)
#define DFR0   ACCESS(3, 0, 0, 5, 0, 4)
#define MDE    0x8000

/* The Realm writes a register, and reads it again. */
static uint64_t written(struct vcpu_test *t, uint64_t esr, uint64_t value)
{
	t->rec->gprs[4] = value;
	goes_on(t, esr);
	t->rec->gprs[4] = 0;
	goes_on(t, esr | READ);
	return t->rec->gprs[4];
}

static void debug_registers_are_the_vcpu_s_own(void **state)
{
	struct vcpu_test *t = *state;

	assert_int_equal(written(t, BVR(1), 0x12345678), 0x12345678);
	assert_int_equal(t->rec->debug.breakpoints[1].value, 0x12345678);
	assert_int_equal(written(t, MDSCR, MDE), MDE);
	/* The OS lock is locked after a reset. */
	assert_int_equal(t->rec->el1.mdscr_el1, 0);
	goes_on(t, OSLAR);
	assert_int_equal(t->rec->el1.mdscr_el1, MDE);
	assert_true(debug_is_used(&t->rec->debug));
}

static void a_realm_has_the_breakpoints_that_it_is_shown(void **state)
{
	struct vcpu_test *t = *state;

	goes_on(t, DFR0 | READ);
	assert_int_equal(t->rec->gprs[4], 0xf00f000101006);
	t->rec->pc = VCPU_PC;
	t->rec->pstate = PSTATE_EL1H_MASKED;
	assert_false(vcpu_traps(t, BVR(2) | READ, 0, 0));
	vcpu_is_at(t, 0x200, 0x2000000);
}

/* A debugger's single step over the instruction is over, then. */
static void what_is_served_ends_a_step(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->pstate = PSTATE_EL1H | PSTATE_SS;
	goes_on(t, MDSCR | READ);
	assert_int_equal(t->rec->pstate, PSTATE_EL1H);
}

static void id_registers_come_from_the_table(void **state)
{
	struct vcpu_test *t = *state;

	inprocess_rmm(t->f->machine)->machine.id[ID_MMFR1] = 0xfffffff;
	goes_on(t, MMFR1 | READ);
	assert_int_equal(t->rec->gprs[4], 0x0302002);
	/* The ID registers of A32 read as zero. */
	goes_on(t, ACCESS(3, 0, 0, 1, 0, 4) | READ);
	assert_int_equal(t->rec->gprs[4], 0);
}

static void the_zero_register_takes_no_value(void **state)
{
	struct vcpu_test *t = *state;
	struct rec before = *t->rec;

	inprocess_rmm(t->f->machine)->machine.id[ID_MMFR1] = 0xfffffff;
	goes_on(t, MMFR1 | 31 << 5 | READ);
	before.pc += 4;
	assert_memory_equal(t->rec, &before, sizeof(before));
}

static void the_host_has_those_of_the_interrupt_controller(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->gprs[4] = 0x5a1;
	assert_true(vcpu_traps(t, SGI1R, 0, 0));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = SGI1R & ~0x3e0ULL,
		    .gprs[0] = 0x5a1);
	assert_int_equal(t->rec->pc, VCPU_PC + 4);
	assert_int_equal(t->rec->last.kind, REC_LAST_OTHER);
	assert_true(vcpu_traps(t, PMR | 31 << 5, 0, 0));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC, .esr = PMR & ~0x3e0ULL);
}

static void the_host_gives_what_is_read(void **state)
{
	struct vcpu_test *t = *state;

	t->rec->gprs[4] = 0x5a1;
	assert_true(vcpu_traps(t, IAR1 | READ, 0, 0));
	assert_exit(t, .exit_reason = RMI_EXIT_SYNC,
		    .esr = (IAR1 | READ) & ~0x3e0ULL);
	assert_int_equal(t->rec->last.kind, REC_LAST_SYSREG_READ);
	sysreg_complete(t->rec, 27);
	assert_int_equal(t->rec->gprs[4], 27);
	assert_int_equal(t->rec->pc, VCPU_PC + 4);
}

static void some_are_undefined(void **state)
{
	const uint64_t undefined[] = {
		ACCESS(3, 0, 10, 4, 4, 4), /* MPAMIDR_EL1 */
		ACCESS(3, 0, 10, 5, 0, 4), /* MPAM1_EL1 */
		ACCESS(3, 0, 10, 2, 5, 4), /* S2POR_EL1 */
		ACCESS(3, 0, 1, 0, 5, 4), /* RGSR_EL1 */
		ACCESS(3, 0, 1, 0, 6, 4), /* GCR_EL1 */
		ACCESS(3, 0, 5, 6, 0, 4), /* TFSR_EL1 */
		ACCESS(3, 0, 5, 6, 1, 4), /* TFSRE0_EL1 */
		ACCESS(2, 1, 9, 0, 0, 4), /* BRBCR_EL1 */
		ACCESS(2, 1, 9, 2, 0, 4), /* BRBIDR0_EL1 */
		ACCESS(2, 1, 8, 15, 6, 4), /* BRBTGT<n>_EL1 */
	};
	struct vcpu_test *t = *state;

	for (size_t i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++) {
		t->rec->pc = VCPU_PC;
		t->rec->pstate = PSTATE_EL1H_MASKED;
		assert_false(vcpu_traps(t, undefined[i] | READ, 0, 0));
		vcpu_is_at(t, 0x200, 0x2000000);
	}
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, vcpu_setup, vcpu_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(others_read_as_zero_and_ignore_writes),
		test(debug_registers_are_the_vcpu_s_own),
		test(a_realm_has_the_breakpoints_that_it_is_shown),
		test(what_is_served_ends_a_step),
		test(id_registers_come_from_the_table),
		test(the_zero_register_takes_no_value),
		test(the_host_has_those_of_the_interrupt_controller),
		test(the_host_gives_what_is_read),
		test(some_are_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
