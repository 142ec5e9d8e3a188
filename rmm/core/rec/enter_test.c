/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_REC_ENTER: the checks, the completion of the last exit, the exit
 * record. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#include "abi/rsi.h"

#define RD  page(PAGE_RD)
#define REC page(PAGE_REC)
#define RUN page(PAGE_RUN)

#define SMC (UINT64_C(0x17) << 26 | UINT64_C(1) << 25)

/* The vCPU that the tests play: what it does next, and how often it ran. */
struct vcpu {
	struct fixture *f;
	uint64_t call[5]; /* X0..X4 of an SMC, if X0 is not 0 */
	struct rec_trap trap; /* else the trap that stops it; zero: an IRQ */
	bool take_run_page; /* delegates it, as a host on another CPU */
	unsigned runs;
	uint64_t gprs[4]; /* as the vCPU saw them when it ran */
};

static struct vcpu vcpu;

static void vcpu_run(void *context, struct rec *rec, struct rec_trap *trap)
{
	struct vcpu *v = context;

	v->runs++;
	memcpy(v->gprs, rec->gprs, sizeof(v->gprs));
	if (v->take_run_page)
		inprocess_faults(v->f->machine)->ns_faults = RUN;
	if (v->trap.esr != 0)
		*trap = v->trap;
	v->trap.esr = 0;
	if (v->call[0] == 0)
		return;
	memcpy(rec->gprs, v->call, sizeof(v->call));
	*trap = (struct rec_trap){ .esr = SMC };
	v->call[0] = 0;
}

/* An ACTIVE Realm with a page at IPA 0 and a runnable vCPU. */
static int active_setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	fixture_realm(f);
	fixture_data(f);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, RD), RMI_SUCCESS);
	vcpu = (struct vcpu){ .f = f };
	return 0;
}

static int running_setup(void **state)
{
	active_setup(state);
	inprocess_set_vcpu(((struct fixture *)*state)->machine, vcpu_run, &vcpu);
	return 0;
}

static struct rmi_rec_run *run_of(struct fixture *f)
{
	return host(f, PAGE_RUN);
}

static struct rec *rec_of(struct fixture *f)
{
	return peek(f, PAGE_REC);
}

static void a_port_without_vcpus_does_not_enter(void **state)
{
	struct fixture *f = *state;

	refused(f, RMI_ERROR_NOT_SUPPORTED, RMI_REC_ENTER, REC, RUN);
}

static void enter_needs_a_run_page(void **state)
{
	struct fixture *f = *state;

	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, REC, RUN + 8);
	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, REC, 0);
	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, REC, RD);
	inprocess_faults(f->machine)->ns_faults = RUN;
	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, REC, RUN);
}

static void enter_needs_an_idle_rec(void **state)
{
	struct fixture *f = *state;
	struct rec_hold hold;

	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, RD, RUN);
	refused(f, RMI_ERROR_INPUT, RMI_REC_ENTER, RUN, RUN);
	assert_int_equal(rec_hold(inprocess_rmm(f->machine), pa_make(REC), &hold),
			 RMI_SUCCESS);
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
}

static void enter_needs_an_active_realm(void **state)
{
	struct fixture *f = *state;

	realm_life_set(peek(f, PAGE_RD), REALM_NEW);
	refused(f, RMI_ERROR_REALM, RMI_REC_ENTER, REC, RUN);
	realm_life_set(peek(f, PAGE_RD), REALM_SYSTEM_OFF);
	refused(f, RMI_ERROR_REALM, RMI_REC_ENTER, REC, RUN);
	rmi(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REC_ENTER, REC, RUN);
}

static void enter_needs_a_runnable_rec(void **state)
{
	struct fixture *f = *state;

	rec_of(f)->runnable = false;
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
	rec_of(f)->runnable = true;
	rec_of(f)->psci.pending = true;
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
}

static void flags_must_fit_the_last_exit(void **state)
{
	const struct {
		enum rec_last_kind last;
		uint64_t flags;
		uint64_t status;
	} cases[] = {
		{ REC_LAST_OTHER, 0, RMI_SUCCESS },
		{ REC_LAST_OTHER, 1, RMI_ERROR_REC },
		{ REC_LAST_OTHER, 2, RMI_ERROR_REC },
		{ REC_LAST_OTHER, 3, RMI_ERROR_REC },
		{ REC_LAST_UNPROTECTED, 1, RMI_ERROR_REC },
		{ REC_LAST_UNPROTECTED, 2, RMI_SUCCESS },
		{ REC_LAST_UNPROTECTED, 3, RMI_SUCCESS },
		{ REC_LAST_EMULATABLE, 0, RMI_SUCCESS },
		{ REC_LAST_EMULATABLE, 1, RMI_SUCCESS },
		{ REC_LAST_EMULATABLE, 3, RMI_SUCCESS },
		{ REC_LAST_SYSREG_READ, 0, RMI_SUCCESS },
		{ REC_LAST_SYSREG_READ, 1, RMI_ERROR_REC },
		{ REC_LAST_SYSREG_READ, 2, RMI_ERROR_REC },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rec_of(f)->last.kind = cases[i].last;
		run_of(f)->enter.flags = cases[i].flags;
		if (cases[i].status == RMI_SUCCESS) {
			assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN),
					 RMI_SUCCESS);
		} else {
			refused(f, cases[i].status, RMI_REC_ENTER, REC, RUN);
		}
	}
}

static void reserved_flags_mean_nothing(void **state)
{
	struct fixture *f = *state;

	run_of(f)->enter.flags = ~UINT64_C(0xff);
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.runs, 1);
	assert_false(rec_of(f)->trap_wfi || rec_of(f)->trap_wfe);
}

/* The host decides which interrupts a Realm gets, and their priority. */
static void list_registers_may_have_any_interrupt(void **state)
{
	const uint64_t pending = UINT64_C(5) << 60;
	struct fixture *f = *state;

	inprocess_set_lr(f->machine, 0, pending | 987);
	inprocess_set_lr(f->machine, 1, pending | 1023);
	inprocess_set_lr(f->machine, 2, pending | 0xffffffff);
	inprocess_set_lr(f->machine, 15, ~(UINT64_C(3) << 62));
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.runs, 1);
}

static void list_registers_must_be_the_realms_own(void **state)
{
	const uint64_t pending = UINT64_C(1) << 62, active = UINT64_C(1) << 63,
		       hw = UINT64_C(1) << 61;
	struct fixture *f = *state;

	inprocess_set_lr(f->machine, 15, pending | hw | 40);
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
	inprocess_set_lr(f->machine, 15, pending | 40);
	inprocess_set_lr(f->machine, 2, active | 40);
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
	inprocess_set_lr(f->machine, 15, 0);
	inprocess_faults(f->machine)->no_gic_registers = true;
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
	inprocess_faults(f->machine)->no_gic_registers = false;
	inprocess_set_lr(f->machine, 15, pending | 40);
	/* A list register that is not in use has no meaning. */
	inprocess_set_lr(f->machine, 2, hw | 40);
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
}

static void the_exit_record_is_written_whole(void **state)
{
	struct fixture *f = *state;
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_IRQ };

	memset(&run_of(f)->exit, 0xff, sizeof(struct rmi_rec_exit));
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_memory_equal(&run_of(f)->exit, &expected, sizeof(expected));
	assert_int_equal(refs_of(f, PAGE_REC), 0);
	assert_int_equal(rmi(f, RMI_REALM_TERMINATE, RD), RMI_SUCCESS);
}

static void a_run_page_lost_meanwhile_is_an_error(void **state)
{
	struct fixture *f = *state;

	vcpu.take_run_page = true;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_ERROR_INPUT);
	assert_int_equal(vcpu.runs, 1);
	assert_int_equal(refs_of(f, PAGE_REC), 0);
	assert_int_equal(rmi(f, RMI_REALM_TERMINATE, RD), RMI_SUCCESS);
}

/* An access in the unprotected half, by the instruction at PC. */
#define LOAD_X7  UINT64_C(0x93c78007)
#define STORE_X7 UINT64_C(0x93c78047)
#define OUTSIDE  UINT64_C(0x4000001000)

static void abort_outside(struct fixture *f, uint64_t esr)
{
	vcpu.trap = (struct rec_trap){
		.esr = esr,
		.far = 0x8010,
		.hpfar = OUTSIDE >> 8,
	};
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(run_of(f)->exit.exit_reason, RMI_EXIT_SYNC);
	assert_int_equal(run_of(f)->exit.hpfar, OUTSIDE >> 8);
	assert_int_equal(run_of(f)->exit.far, 0x10);
}

static void enter_with(struct fixture *f, uint64_t flags, uint64_t value)
{
	run_of(f)->enter.flags = flags;
	run_of(f)->enter.gprs[0] = value;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	run_of(f)->enter.flags = 0;
}

static void a_load_gets_the_hosts_value(void **state)
{
	struct fixture *f = *state;
	uint64_t pc = rec_of(f)->pc;

	abort_outside(f, LOAD_X7);
	enter_with(f, RMI_REC_ENTER_EMUL_MMIO, 0x1234567890);
	assert_int_equal(rec_of(f)->gprs[7], 0x1234567890);
	assert_int_equal(rec_of(f)->pc, pc + 4);
	/* An exit can be completed only once. */
	run_of(f)->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	refused(f, RMI_ERROR_REC, RMI_REC_ENTER, REC, RUN);
}

static void an_access_is_tried_again_where_the_host_says_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t pc = rec_of(f)->pc;

	rec_of(f)->gprs[7] = 5;
	abort_outside(f, STORE_X7);
	assert_int_equal(run_of(f)->exit.gprs[0], 5);
	enter_with(f, 0, 0x1234567890);
	assert_int_equal(rec_of(f)->gprs[7], 5);
	assert_int_equal(rec_of(f)->pc, pc);
}

static void an_abort_wins_over_a_value(void **state)
{
	struct fixture *f = *state;
	uint64_t pc = rec_of(f)->pc;

	rec_of(f)->el1.vbar_el1 = 0x10000;
	rec_of(f)->gprs[7] = 5;
	abort_outside(f, LOAD_X7);
	enter_with(f, RMI_REC_ENTER_INJECT_SEA | RMI_REC_ENTER_EMUL_MMIO, 9);
	assert_int_equal(rec_of(f)->gprs[7], 5);
	assert_int_equal(rec_of(f)->pc, 0x10200);
	assert_int_equal(rec_of(f)->el1.elr_el1, pc);
	assert_int_equal(rec_of(f)->el1.far_el1, 0x8010);
	assert_int_equal(rec_of(f)->el1.esr_el1, 0x96000210);
}

static void a_register_read_gets_the_hosts_value(void **state)
{
	struct fixture *f = *state;

	/* MRS X7, ICC_IAR1_EL1 */
	vcpu.trap.esr = 0x623030f9;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	enter_with(f, 0, 27);
	assert_int_equal(rec_of(f)->gprs[7], 27);
	enter_with(f, 0, 28);
	assert_int_equal(rec_of(f)->gprs[7], 27);
}

static void waits_trap_for_one_run(void **state)
{
	struct fixture *f = *state;

	enter_with(f, RMI_REC_ENTER_TRAP_WFI, 0);
	assert_true(rec_of(f)->trap_wfi);
	assert_false(rec_of(f)->trap_wfe);
	enter_with(f, RMI_REC_ENTER_TRAP_WFE, 0);
	assert_false(rec_of(f)->trap_wfi);
	assert_true(rec_of(f)->trap_wfe);
	enter_with(f, 0, 0);
	assert_false(rec_of(f)->trap_wfe);
}

static void the_record_has_the_timers(void **state)
{
	struct fixture *f = *state;

	rec_of(f)->virt = (struct rec_timer){ 5, 100 };
	rec_of(f)->phys = (struct rec_timer){ 1, 200 };
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(run_of(f)->exit.cntv_ctl, 5);
	assert_int_equal(run_of(f)->exit.cntv_cval, 100);
	assert_int_equal(run_of(f)->exit.cntp_ctl, 1);
	assert_int_equal(run_of(f)->exit.cntp_cval, 200);
}

static void a_served_trap_does_not_end_the_run(void **state)
{
	struct fixture *f = *state;

	vcpu.call[0] = RSI_VERSION;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.runs, 2);
	assert_int_equal(run_of(f)->exit.exit_reason, RMI_EXIT_IRQ);
}

/* The vCPU makes a host call with the structure at IPA 0. */
static void host_call(struct fixture *f)
{
	vcpu.call[0] = RSI_HOST_CALL;
	vcpu.call[1] = 0;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(run_of(f)->exit.exit_reason, RMI_EXIT_HOST_CALL);
}

static void a_host_call_takes_the_hosts_registers(void **state)
{
	struct fixture *f = *state;
	const struct rsi_host_call *structure = peek(f, PAGE_DATA);

	host_call(f);
	for (unsigned i = 0; i < 31; i++)
		run_of(f)->enter.gprs[i] = 500 + i;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.gprs[0], RSI_SUCCESS);
	assert_int_equal(structure->gprs[0], 500);
	assert_int_equal(structure->gprs[30], 530);
	assert_false(rec_of(f)->host_call.pending);
}

static void a_host_call_waits_for_its_page(void **state)
{
	struct fixture *f = *state;

	host_call(f);
	rmi(f, RMI_RTT_DATA_UNMAP, RD, 0, 0x1000);
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.runs, 1);
	assert_int_equal(run_of(f)->exit.exit_reason, RMI_EXIT_SYNC);
	assert_int_equal(run_of(f)->exit.esr, UINT64_C(0x24) << 26 | 7);
	assert_true(rec_of(f)->host_call.pending);
}

static void a_host_call_in_empty_memory_fails(void **state)
{
	struct fixture *f = *state;

	host_call(f);
	rec_of(f)->host_call.ipa = ipa_make(0x1000);
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.runs, 2);
	assert_int_equal(vcpu.gprs[0], RSI_ERROR_INPUT);
	assert_false(rec_of(f)->host_call.pending);
}

static void a_change_of_ripas_is_answered(void **state)
{
	struct fixture *f = *state;

	vcpu.call[0] = RSI_IPA_STATE_SET;
	vcpu.call[1] = 0x1000;
	vcpu.call[2] = 0x3000;
	vcpu.call[3] = RMI_RIPAS_RAM;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(run_of(f)->exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	assert_int_equal(run_of(f)->exit.ripas_base, 0x1000);
	assert_int_equal(run_of(f)->exit.ripas_top, 0x3000);
	assert_int_equal(run_of(f)->exit.ripas_value, RMI_RIPAS_RAM);
	assert_int_equal(rmi(f, RMI_RTT_SET_RIPAS, RD, REC, 0x1000, 0x2000),
			 RMI_SUCCESS);
	run_of(f)->enter.flags = RMI_REC_ENTER_RIPAS_REJECT;
	assert_int_equal(rmi(f, RMI_REC_ENTER, REC, RUN), RMI_SUCCESS);
	assert_int_equal(vcpu.gprs[0], RSI_SUCCESS);
	assert_int_equal(vcpu.gprs[1], 0x2000);
	assert_int_equal(vcpu.gprs[2], RSI_RESPONSE_REJECT);
}

#define test(setup, name)                                                      \
	cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(active_setup, a_port_without_vcpus_does_not_enter),
		test(running_setup, enter_needs_a_run_page),
		test(running_setup, enter_needs_an_idle_rec),
		test(active_setup, enter_needs_an_active_realm),
		test(running_setup, enter_needs_a_runnable_rec),
		test(running_setup, flags_must_fit_the_last_exit),
		test(running_setup, reserved_flags_mean_nothing),
		test(running_setup, list_registers_may_have_any_interrupt),
		test(running_setup, list_registers_must_be_the_realms_own),
		test(running_setup, the_exit_record_is_written_whole),
		test(running_setup, a_load_gets_the_hosts_value),
		test(running_setup,
		     an_access_is_tried_again_where_the_host_says_nothing),
		test(running_setup, an_abort_wins_over_a_value),
		test(running_setup, a_register_read_gets_the_hosts_value),
		test(running_setup, waits_trap_for_one_run),
		test(running_setup, the_record_has_the_timers),
		test(running_setup, a_served_trap_does_not_end_the_run),
		test(running_setup, a_host_call_takes_the_hosts_registers),
		test(running_setup, a_host_call_waits_for_its_page),
		test(running_setup, a_host_call_in_empty_memory_fails),
		test(running_setup, a_run_page_lost_meanwhile_is_an_error),
		test(running_setup, a_change_of_ripas_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
