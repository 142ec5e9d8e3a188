/* SPDX-License-Identifier: BSD-3-Clause */
/* Exits of a Realm as the RMM writes them, and what the next entry brings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "abi/bits.h"
#include "abi/guest_call.h"
#include "abi/guest_map.h"
#include "abi/psci.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_guest.h"
#include "lib/esr.h"

#define EC(ec)  BITS_PUT(ESR_EC, ec)
#define SIZE(s) BITS_PUT(ESR_SAS, s)
#define FAULT   0x07
#define DENIED  0x0f /* a permission fault, level 3 */
#define DATA    (EC(ESR_EC_DATA_LOWER) | FAULT)
#define LOAD    (DATA | ESR_ISV)
#define STORE   (LOAD | ESR_WNR)
#define FETCH   (EC(ESR_EC_INST_LOWER) | FAULT)
#define UART    (FAKE_GUEST_SHARED | GUEST_PL011_BASE)

static struct rmi_rec_enter enter;

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 3, true);
	*state = &guest;
	return 0;
}

static enum vcpu_next take(struct fake_guest *guest,
			   const struct rmi_rec_exit *exit)
{
	memset(&enter, 0x5a, sizeof(enter));
	return vcpu_exit_realm(&guest->vcpus[0], exit, &enter);
}

/* An abort as the RMM shows it: the page in HPFAR, the rest of the address in
 * FAR. */
static enum vcpu_next fault(struct fake_guest *guest, uint64_t esr,
			    uint64_t ipa, uint64_t value)
{
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_SYNC,
		.esr = esr,
		.far = ipa & 0xfff,
		.hpfar = ipa >> 12 << 4,
		.gprs = { value },
		.cntv_cval = 1,
	};

	return take(guest, &exit);
}

static enum vcpu_next sync(struct fake_guest *guest, uint64_t esr)
{
	return fault(guest, esr, 0, 0);
}

/* Checks that the entry holds these flags and this X0, and nothing else. */
static void assert_enter(uint64_t flags, uint64_t x0)
{
	const uint64_t gprs[RMI_REC_GPRS] = { x0 };

	assert_int_equal(enter.flags, flags);
	assert_memory_equal(enter.gprs, gprs, sizeof(gprs));
}

static void a_store_reaches_its_device(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(fault(guest, STORE | SIZE(0), UART, 'A'), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_EMUL_MMIO, 0);
	assert_int_equal(guest->console[0], 'A');
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_MMIO], 1);
}

static void a_load_brings_its_value(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t gicr = FAKE_GUEST_SHARED | GUEST_GICV3_GICR_BASE;
	uint8_t byte = 0x90;

	assert_int_equal(fault(guest, LOAD | SIZE(3) | ESR_SF,
			       gicr + 0x40000 + GICR_TYPER, 0),
			 VCPU_RUN);
	assert_enter(RMI_REC_ENTER_EMUL_MMIO,
		     UINT64_C(0x200000200) | GICR_TYPER_LAST);
	/* The RMM extends the sign, not the hypervisor. */
	vuart_input(&guest->domain.vuart, &byte, 1);
	assert_int_equal(fault(guest, LOAD | SIZE(0) | ESR_SF, UART, 0),
			 VCPU_RUN);
	assert_enter(RMI_REC_ENTER_EMUL_MMIO, 0x90);
}

static void what_no_device_takes_is_an_abort(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(fault(guest, STORE | SIZE(3), UART, 0), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_INJECT_SEA, 0);
	assert_int_equal(fault(guest, DATA, UART, 0), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_INJECT_SEA, 0);
	assert_int_equal(guest->console_size, 0);
	assert_int_equal(guest->memory_calls, 0);
}

static void a_store_can_end_its_realm(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(fault(guest, STORE | SIZE(0),
			       FAKE_GUEST_SHARED | GUEST_PVPANIC_BASE, 1),
			 VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
}

/* The hypervisor does nothing for a read that finds memory the next time. */
static void registers_are_shown_to_a_load(void **state)
{
	struct fake_guest *guest = *state;

	guest->shows = true;
	assert_int_equal(fault(guest, LOAD | SIZE(2), UART + 4, 0), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->fault.value, GUEST_PL011_BASE + 4);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_FAULT], 1);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_MMIO], 0);
	/* They cannot be written. */
	assert_int_equal(fault(guest, STORE | SIZE(0), UART, 'A'), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_EMUL_MMIO, 0);
	assert_int_equal(
		fault(guest, (STORE | SIZE(0)) ^ FAULT ^ DENIED, UART, 'B'),
		VCPU_RUN);
	assert_enter(RMI_REC_ENTER_EMUL_MMIO, 0);
	assert_memory_equal(guest->console, "AB", 2);
	assert_int_equal(guest->memory_calls, 0);
}

static void what_is_denied_and_no_device_is_no_progress(void **state)
{
	const uint64_t wrong[] = { FAKE_GUEST_SHARED | GUEST_RAM0_BASE,
				   GUEST_RAM0_BASE, GUEST_PL011_BASE };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
			fault(guest, STORE ^ FAULT ^ DENIED, wrong[i], 0),
			VCPU_RUN);
		assert_enter(0, 0);
		assert_int_equal(guest->vcpus[0].stuck, i + 1);
	}
	assert_int_equal(guest->memory_calls, 0);
}

static void a_device_in_the_protected_half_is_none(void **state)
{
	struct fake_guest *guest = *state;

	guest->memory = MEMORY_NONE;
	assert_int_equal(fault(guest, STORE | SIZE(0), GUEST_PL011_BASE, 'A'),
			 VCPU_STOP);
	assert_int_equal(guest->console_size, 0);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_string_equal(
		guest->text,
		"vCPU 0: no memory at the protected address 0x22000000");
}

static void shared_memory_is_mapped_and_tried_again(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t ipa = FAKE_GUEST_SHARED | 0x40123456;

	guest->memory = MEMORY_READY;
	assert_int_equal(fault(guest, STORE | SIZE(2), ipa, 9), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->fault.value, ipa);
	guest->memory = MEMORY_NONE;
	assert_int_equal(fault(guest, LOAD | SIZE(2), ipa, 0), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_INJECT_SEA, 0);
	guest->memory = MEMORY_BROKEN;
	assert_int_equal(fault(guest, DATA, ipa, 0), VCPU_STOP);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_FAULT], 3);
}

static void protected_memory_is_populated(void **state)
{
	struct fake_guest *guest = *state;

	guest->memory = MEMORY_READY;
	assert_int_equal(fault(guest, DATA, 0x40123000, 0), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->fault.value, 0x40123000);
	assert_int_equal(fault(guest, FETCH, 0x40200000, 0), VCPU_RUN);
	assert_int_equal(guest->fault.value, 0x40200000);
	guest->memory = MEMORY_BROKEN;
	assert_int_equal(fault(guest, DATA, 0x40123000, 0), VCPU_STOP);
	assert_string_equal(guest->text, "broken");
}

static void a_fetch_where_nothing_is_stops_it(void **state)
{
	struct fake_guest *guest = *state;

	guest->memory = MEMORY_NONE;
	assert_int_equal(fault(guest, FETCH, 0x1000, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
}

static void waiting_instructions_wait(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(sync(guest, EC(ESR_EC_WFX)), VCPU_WAIT);
	assert_enter(0, 0);
	assert_int_equal(sync(guest, EC(ESR_EC_WFX) | 1), VCPU_YIELD);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_WFX], 2);
}

static void an_sgi_is_sent_and_reads_give_zero(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t sgi1r = EC(ESR_EC_SYSREG) | BITS_PUT(ESR_SYS_OP0, 3) |
			 BITS_PUT(ESR_SYS_CRN, 12) | BITS_PUT(ESR_SYS_CRM, 11) |
			 BITS_PUT(ESR_SYS_OP2, 5);

	guest->vcpus[2].gic.irqs[3].group1 = true;
	assert_int_equal(fault(guest, sgi1r, 0, 3 << 24 | 4), VCPU_RUN);
	assert_enter(0, 0);
	assert_true(guest->vcpus[2].gic.irqs[3].pending);
	assert_int_equal(sync(guest, sgi1r | ESR_SYS_READ), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_SYSREG], 2);
}

static void interrupts_are_the_ports(void **state)
{
	struct fake_guest *guest = *state;
	struct rmi_rec_exit exit = { .exit_reason = RMI_EXIT_IRQ };

	assert_int_equal(take(guest, &exit), VCPU_RUN);
	exit.exit_reason = RMI_EXIT_FIQ;
	assert_int_equal(take(guest, &exit), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_IRQ], 2);
}

static void the_timers_are_those_of_the_record(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_IRQ,
		.cntv_ctl = 5,
		.cntv_cval = 77,
		.cntp_ctl = 1,
		.cntp_cval = 99,
	};

	take(guest, &exit);
	assert_int_equal(vcpu->virt.ctl, 5);
	assert_int_equal(vcpu->virt.cval, 77);
	assert_int_equal(vcpu->phys.ctl, 1);
	assert_int_equal(vcpu->phys.cval, 99);
	/* An exit before the vCPU ran has no timers: the old ones stay. */
	exit = (struct rmi_rec_exit){ .exit_reason = RMI_EXIT_SYNC,
				      .esr = DATA,
				      .hpfar = 0x40000000 >> 8 };
	take(guest, &exit);
	assert_int_equal(vcpu->virt.ctl, 5);
	exit = (struct rmi_rec_exit){ .exit_reason = RMI_EXIT_IRQ };
	take(guest, &exit);
	assert_int_equal(vcpu->virt.ctl, 0);
}

static void exits_without_a_cause_are_borne_for_a_while(void **state)
{
	struct fake_guest *guest = *state;
	struct rmi_rec_exit irq = { .exit_reason = RMI_EXIT_IRQ };

	for (unsigned i = 0; i < 15; i++) {
		assert_int_equal(sync(guest, 0), VCPU_RUN);
		/* An interrupt in between is no progress; a WFE is progress. */
		assert_int_equal(take(guest, &irq), VCPU_RUN);
	}
	assert_int_equal(sync(guest, EC(ESR_EC_WFX) | 1), VCPU_YIELD);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(sync(guest, 0), VCPU_RUN);
	assert_int_equal(sync(guest, 0), VCPU_STOP);
	assert_string_equal(guest->text,
			    "vCPU 0 is stuck: exits with syndrome 0x0");
}

static void aborts_that_cannot_be_are_no_progress(void **state)
{
	static const uint64_t odd[] = { EC(ESR_EC_DATA_LOWER) | 0x10,
					EC(ESR_EC_INST_LOWER) | 0x0f, EC(0x3f) };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 3; i++) {
		fake_guest_init(guest, 1, true);
		for (unsigned j = 0; j < 15; j++)
			assert_int_equal(sync(guest, odd[i]), VCPU_RUN);
		assert_int_equal(sync(guest, odd[i]), VCPU_STOP);
		assert_int_equal(guest->memory_calls, 0);
	}
}

static void ripas_changes_are_accepted_or_not(void **state)
{
	struct fake_guest *guest = *state;
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_RIPAS_CHANGE,
		.ripas_base = 0x40000000,
		.ripas_top = 0x40200000,
		.ripas_value = RMI_RIPAS_RAM,
	};

	guest->ripas_change = MEMORY_CHANGED;
	assert_int_equal(take(guest, &exit), VCPU_RUN);
	assert_enter(0, 0);
	assert_int_equal(guest->ripas_base.value, 0x40000000);
	assert_int_equal(guest->ripas_top.value, 0x40200000);
	assert_int_equal(guest->ripas, RMI_RIPAS_RAM);
	guest->ripas_change = MEMORY_KEPT;
	assert_int_equal(take(guest, &exit), VCPU_RUN);
	assert_enter(RMI_REC_ENTER_RIPAS_REJECT, 0);
	/* Not rejected, and nothing done: the Realm asks again. */
	guest->ripas_change = MEMORY_LATER;
	assert_int_equal(take(guest, &exit), VCPU_YIELD);
	assert_enter(0, 0);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_RIPAS], 3);
}

static void host_calls_are_not_supported(void **state)
{
	struct fake_guest *guest = *state;
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_HOST_CALL,
		.imm = 7,
	};

	for (unsigned i = 0; i < RMI_REC_GPRS; i++)
		exit.gprs[i] = UINT64_C(0x1111) * (i + 1);
	assert_int_equal(take(guest, &exit), VCPU_RUN);
	assert_enter(0, UINT64_MAX);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_HOST_CALL], 1);
}

static void a_guest_may_say_that_it_cannot_go_on(void **state)
{
	struct fake_guest *guest = *state;
	/* Only 16 bits of the immediate count. */
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_HOST_CALL,
		.imm = 0x70000 | GUEST_CALL_CRASH,
	};

	assert_int_equal(take(guest, &exit), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_string_equal(guest->text,
			    "vCPU 0: the guest says that it cannot go on");
}

static void what_the_rmm_cannot_mean_stops_it(void **state)
{
	struct fake_guest *guest = *state;
	struct rmi_rec_exit exit = { .exit_reason = RMI_EXIT_SERROR,
				     .esr = EC(ESR_EC_SERROR) };

	assert_int_equal(take(guest, &exit), VCPU_STOP);
	assert_non_null(strstr(guest->text, "SError with syndrome 0xbc000000"));
	fake_guest_init(guest, 1, true);
	exit.exit_reason = 7;
	assert_int_equal(take(guest, &exit), VCPU_STOP);
	assert_string_equal(guest->text, "vCPU 0: unknown exit reason 7");
	fake_guest_init(guest, 1, true);
	exit.exit_reason = UINT64_MAX;
	assert_int_equal(take(guest, &exit), VCPU_STOP);
}

static void after_the_end_nothing_runs(void **state)
{
	struct fake_guest *guest = *state;

	guest->domain.state = CONTROL_SHUTDOWN;
	assert_int_equal(sync(guest, EC(ESR_EC_WFX)), VCPU_STOP);
	assert_int_equal(vcpu_enter_refused(&guest->vcpus[0], RMI_ERROR_REALM),
			 VCPU_STOP);
	assert_int_equal(guest->stops, 0);
}

#define SECOND UINT64_C(1000000000)

static void a_busy_rmm_is_waited_for(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	/* As many tries as there are in 9.9 seconds on an idle core. */
	for (unsigned i = 0; i < 99 * 1000; i++) {
		guest->now_ns = i * (SECOND / 10000);
		assert_int_equal(vcpu_enter_refused(vcpu, RMI_BUSY), VCPU_YIELD);
	}
}

static void a_realm_that_is_off_is_waited_for(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	struct rmi_rec_exit irq = { .exit_reason = RMI_EXIT_IRQ };

	for (unsigned i = 0; i < 10; i++) {
		guest->now_ns = i * SECOND;
		assert_int_equal(vcpu_enter_refused(vcpu, RMI_ERROR_REALM),
				 VCPU_YIELD);
	}
	/* A successful entry starts the time anew. */
	take(guest, &irq);
	for (unsigned i = 10; i < 20; i++) {
		guest->now_ns = i * SECOND;
		assert_int_equal(vcpu_enter_refused(vcpu, RMI_BLOCKED),
				 VCPU_YIELD);
	}
	guest->now_ns = 20 * SECOND;
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_ERROR_REALM), VCPU_STOP);
	assert_string_equal(guest->text,
			    "vCPU 0: RMI_REC_ENTER was refused: RMI_ERROR_REALM");
}

static void a_pause_between_two_refusals_does_not_count(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	assert_int_equal(vcpu_enter_refused(vcpu, RMI_BUSY), VCPU_YIELD);
	guest->now_ns = 3600 * SECOND;
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_BUSY), VCPU_YIELD);
	guest->now_ns += 9 * SECOND;
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_BUSY), VCPU_YIELD);
	guest->now_ns += 1 * SECOND;
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_BUSY), VCPU_STOP);
}

static void any_other_refusal_stops_it(void **state)
{
	static const struct {
		uint64_t x0;
		const char *name;
	} refusals[] = {
		{ RMI_ERROR_REC, "RMI_ERROR_REC" },
		{ RMI_ERROR_INPUT, "RMI_ERROR_INPUT" },
		{ RMI_ERROR_GLOBAL, "RMI_ERROR_GLOBAL" },
		{ UINT64_MAX, "SMCCC_NOT_SUPPORTED" },
	};
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fake_guest_init(guest, 1, true);
		assert_int_equal(
			vcpu_enter_refused(&guest->vcpus[0], refusals[i].x0),
			VCPU_STOP);
		assert_int_equal(guest->reason, CONTROL_CRASH);
		assert_non_null(strstr(guest->text, refusals[i].name));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_store_reaches_its_device),
		TEST(a_load_brings_its_value),
		TEST(what_no_device_takes_is_an_abort),
		TEST(a_store_can_end_its_realm),
		TEST(registers_are_shown_to_a_load),
		TEST(what_is_denied_and_no_device_is_no_progress),
		TEST(a_device_in_the_protected_half_is_none),
		TEST(shared_memory_is_mapped_and_tried_again),
		TEST(protected_memory_is_populated),
		TEST(a_fetch_where_nothing_is_stops_it),
		TEST(waiting_instructions_wait),
		TEST(an_sgi_is_sent_and_reads_give_zero),
		TEST(interrupts_are_the_ports),
		TEST(the_timers_are_those_of_the_record),
		TEST(exits_without_a_cause_are_borne_for_a_while),
		TEST(aborts_that_cannot_be_are_no_progress),
		TEST(ripas_changes_are_accepted_or_not),
		TEST(host_calls_are_not_supported),
		TEST(a_guest_may_say_that_it_cannot_go_on),
		TEST(what_the_rmm_cannot_mean_stops_it),
		TEST(after_the_end_nothing_runs),
		TEST(a_busy_rmm_is_waited_for),
		TEST(a_realm_that_is_off_is_waited_for),
		TEST(a_pause_between_two_refusals_does_not_count),
		TEST(any_other_refusal_stops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
