/* SPDX-License-Identifier: BSD-3-Clause */
/* Traps of an ordinary guest, one syndrome after the other. */
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
#include "lib/pstate.h"

#define PC      UINT64_C(0x40080000)
#define EC(ec)  BITS_PUT(ESR_EC, ec)
#define FAULT   0x07 /* translation, level 3 */
#define DENIED  0x0f /* permission, level 3 */
#define REG(n)  BITS_PUT(ESR_SRT, n)
#define SIZE(s) BITS_PUT(ESR_SAS, s)
#define LOAD    (EC(ESR_EC_DATA_LOWER) | ESR_IL | ESR_ISV | FAULT)
#define STORE   (LOAD | ESR_WNR)
#define DATA    (EC(ESR_EC_DATA_LOWER) | ESR_IL | FAULT)
#define FETCH   (EC(ESR_EC_INST_LOWER) | ESR_IL | FAULT)
#define SYS(op0, op1, crn, crm, op2)                                           \
	(EC(ESR_EC_SYSREG) | ESR_IL | BITS_PUT(ESR_SYS_OP0, op0) |             \
	 BITS_PUT(ESR_SYS_OP1, op1) | BITS_PUT(ESR_SYS_CRN, crn) |             \
	 BITS_PUT(ESR_SYS_CRM, crm) | BITS_PUT(ESR_SYS_OP2, op2))
#define RT(n) BITS_PUT(ESR_SYS_RT, n)

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 2, false);
	guest.vcpus[0].regs.pc = PC;
	for (unsigned i = 0; i < 31; i++)
		guest.vcpus[0].regs.gprs[i] = UINT64_C(0xa5a5a5a5a5a5a500) + i;
	*state = &guest;
	return 0;
}

static enum vcpu_next trap(struct fake_guest *guest, uint64_t esr, uint64_t ipa)
{
	struct vcpu_trap trap = {
		.esr = esr,
		.far = UINT64_C(0xffff800012345000) | (ipa & 0xfff),
		.hpfar = ipa >> 12 << 4,
	};

	return vcpu_exit_guest(&guest->vcpus[0], &trap);
}

/* Returns true if the guest's PC is one instruction further. */
static bool advanced(const struct fake_guest *guest)
{
	return guest->vcpus[0].regs.pc == PC + 4;
}

static void a_store_reaches_its_device(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(trap(guest, STORE | SIZE(0) | REG(3), GUEST_PL011_BASE),
			 VCPU_RUN);
	assert_int_equal(guest->console_size, 1);
	assert_int_equal(guest->console[0], 3);
	assert_true(advanced(guest));
	assert_int_equal(trap(guest, STORE | SIZE(2) | REG(31), GUEST_PL011_BASE),
			 VCPU_RUN);
	assert_int_equal(guest->console[1], 0);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_MMIO], 2);
}

static void a_load_fills_its_register(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t *gprs = guest->vcpus[0].regs.gprs;
	uint64_t typer = GUEST_GICV3_GICR_BASE + 0x20000 + GICR_TYPER;

	assert_int_equal(trap(guest, LOAD | SIZE(3) | ESR_SF | REG(30), typer),
			 VCPU_RUN);
	assert_int_equal(gprs[30], UINT64_C(0x100000110));
	assert_true(advanced(guest));
	assert_int_equal(trap(guest, LOAD | SIZE(2) | REG(4), typer), VCPU_RUN);
	assert_int_equal(gprs[4], 0x110);
	/* A load to XZR still reads the device. */
	assert_int_equal(trap(guest, LOAD | SIZE(2) | REG(31), typer), VCPU_RUN);
	assert_int_equal(gprs[30], UINT64_C(0x100000110));
}

static void a_load_extends_the_sign_when_told(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t *gprs = guest->vcpus[0].regs.gprs;
	uint8_t byte = 0x90;

	vuart_input(&guest->domain.vuart, &byte, 1);
	trap(guest, LOAD | SIZE(0) | ESR_SSE | ESR_SF | REG(1),
	     GUEST_PL011_BASE);
	assert_int_equal(gprs[1], UINT64_C(0xffffffffffffff90));
	vuart_input(&guest->domain.vuart, &byte, 1);
	trap(guest, LOAD | SIZE(0) | ESR_SSE | REG(2), GUEST_PL011_BASE);
	assert_int_equal(gprs[2], 0xffffff90);
	vuart_input(&guest->domain.vuart, &byte, 1);
	trap(guest, LOAD | SIZE(1) | ESR_SSE | ESR_SF | REG(3),
	     GUEST_PL011_BASE);
	assert_int_equal(gprs[3], 0x90);
}

static void what_no_device_takes_is_an_abort(void **state)
{
	struct fake_guest *guest = *state;

	/* Eight bytes at the UART; then an instruction that has no syndrome. */
	assert_int_equal(trap(guest, STORE | SIZE(3), GUEST_PL011_BASE),
			 VCPU_ABORT);
	assert_int_equal(trap(guest, DATA, GUEST_PL011_BASE), VCPU_ABORT);
	assert_int_equal(guest->vcpus[0].regs.pc, PC);
	assert_int_equal(guest->memory_calls, 0);
	assert_int_equal(guest->console_size, 0);
}

/* The hypervisor does nothing for a read that finds memory the next time. */
static void registers_are_shown_to_a_load(void **state)
{
	struct fake_guest *guest = *state;

	guest->shows = true;
	assert_int_equal(
		trap(guest, LOAD | SIZE(2) | REG(3), GUEST_PL011_BASE + 4),
		VCPU_RUN);
	assert_false(advanced(guest));
	assert_int_equal(guest->vcpus[0].regs.gprs[3],
			 UINT64_C(0xa5a5a5a5a5a5a503));
	assert_int_equal(guest->fault.value, GUEST_PL011_BASE + 4);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_FAULT], 1);
	/* They cannot be written or executed. */
	assert_int_equal(trap(guest, (STORE | SIZE(0) | REG(3)) ^ FAULT ^ DENIED,
			      GUEST_PL011_BASE),
			 VCPU_RUN);
	assert_true(advanced(guest));
	assert_int_equal(guest->console[0], 3);
	assert_int_equal(trap(guest, FETCH ^ FAULT ^ DENIED, GUEST_PL011_BASE),
			 VCPU_ABORT);
	assert_int_equal(guest->memory_calls, 0);
}

static void a_store_can_end_its_guest(void **state)
{
	struct fake_guest *guest = *state;

	guest->vcpus[0].regs.gprs[3] = 1;
	assert_int_equal(
		trap(guest, STORE | SIZE(0) | REG(3), GUEST_PVPANIC_BASE),
		VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
}

static void memory_is_populated_where_there_is_any(void **state)
{
	struct fake_guest *guest = *state;

	guest->memory = MEMORY_READY;
	assert_int_equal(trap(guest, DATA | ESR_WNR, 0x41234567), VCPU_RUN);
	assert_int_equal(guest->fault.value, 0x41234567);
	assert_int_equal(trap(guest, FETCH, 0x42000000), VCPU_RUN);
	assert_int_equal(guest->fault.value, 0x42000000);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_FAULT], 2);
	guest->memory = MEMORY_NONE;
	assert_int_equal(trap(guest, DATA, 0x1000), VCPU_ABORT);
	assert_int_equal(trap(guest, FETCH, GUEST_PL011_BASE), VCPU_ABORT);
	assert_int_equal(guest->vcpus[0].regs.pc, PC);
	guest->memory = MEMORY_BROKEN;
	assert_int_equal(trap(guest, DATA, 0x41234567), VCPU_STOP);
}

static void external_aborts_go_back_to_the_guest(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(trap(guest, EC(ESR_EC_DATA_LOWER) | 0x10, 0x40000000),
			 VCPU_ABORT);
	assert_int_equal(trap(guest, EC(ESR_EC_INST_LOWER) | 0x10, 0x40000000),
			 VCPU_ABORT);
	assert_int_equal(guest->memory_calls, 0);
}

static void aborts_that_cannot_be_stop_it(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(trap(guest, EC(ESR_EC_DATA_LOWER) | 0x0f, 0x40000000),
			 VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_non_null(strstr(guest->text, "vCPU 0: abort"));
}

static void hvc_and_smc_are_calls(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu_regs *regs = &guest->vcpus[0].regs;

	regs->gprs[0] = PSCI_VERSION;
	assert_int_equal(trap(guest, EC(ESR_EC_HVC64) | ESR_IL, 0), VCPU_RUN);
	assert_int_equal(regs->gprs[0], 0x10001);
	assert_int_equal(regs->pc, PC);
	regs->gprs[0] = PSCI_VERSION;
	assert_int_equal(trap(guest, EC(ESR_EC_SMC64) | ESR_IL, 0), VCPU_RUN);
	assert_int_equal(regs->gprs[0], 0x10001);
	assert_true(advanced(guest));
	regs->gprs[0] = PSCI_SYSTEM_OFF;
	assert_int_equal(trap(guest, EC(ESR_EC_HVC64) | 0xea1, 0), VCPU_RUN);
	assert_int_equal(regs->gprs[0], UINT64_MAX);
	assert_int_equal(guest->stops, 0);
	regs->gprs[0] = PSCI_SYSTEM_OFF;
	assert_int_equal(trap(guest, EC(ESR_EC_HVC64), 0), VCPU_STOP);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_PSCI], 4);
}

/* Only an HVC says it: an SMC with that immediate is a call like others. */
static void a_guest_may_say_that_it_cannot_go_on(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(trap(guest, EC(ESR_EC_SMC64) | GUEST_CALL_CRASH, 0),
			 VCPU_RUN);
	assert_int_equal(guest->stops, 0);
	assert_int_equal(trap(guest, EC(ESR_EC_HVC64) | GUEST_CALL_CRASH, 0),
			 VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_string_equal(guest->text,
			    "vCPU 0: the guest says that it cannot go on");
}

static void waiting_instructions_wait(void **state)
{
	static const enum vcpu_next next[] = { VCPU_WAIT, VCPU_YIELD,
					       VCPU_YIELD, VCPU_YIELD };
	struct fake_guest *guest = *state;

	for (unsigned ti = 0; ti < 4; ti++) {
		guest->vcpus[0].regs.pc = PC;
		assert_int_equal(trap(guest, EC(ESR_EC_WFX) | ESR_IL | ti, 0),
				 next[ti]);
		assert_true(advanced(guest));
	}
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_WFX], 4);
}

static void a_write_of_sgi1r_sends(void **state)
{
	struct fake_guest *guest = *state;

	guest->vcpus[0].regs.gprs[7] = 5 << 24 | 2;
	guest->vcpus[1].gic.irqs[5].group1 = true;
	assert_int_equal(trap(guest, SYS(3, 0, 12, 11, 5) | RT(7), 0), VCPU_RUN);
	assert_true(guest->vcpus[1].gic.irqs[5].pending);
	assert_true(advanced(guest));
	/* From XZR: SGI 0 to no vCPU. */
	assert_int_equal(trap(guest, SYS(3, 0, 12, 11, 5) | RT(31), 0),
			 VCPU_RUN);
	assert_false(guest->vcpus[1].gic.irqs[0].pending);
}

static void some_registers_are_nothing(void **state)
{
	struct fake_guest *guest = *state;
	/* OSDLR_EL1, BRBIDR0_EL1, PMCR_EL0, PMINTENSET_EL1, PMEVCNTR0_EL0,
	 * AMCR_EL0. */
	static const uint64_t nothing[] = {
		SYS(2, 0, 1, 3, 4),  SYS(2, 1, 9, 2, 0),  SYS(3, 3, 9, 12, 0),
		SYS(3, 0, 9, 14, 1), SYS(3, 3, 14, 8, 0), SYS(3, 3, 13, 2, 0)
	};

	for (unsigned i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		guest->vcpus[0].regs.pc = PC;
		guest->vcpus[0].regs.gprs[9] = 77;
		assert_int_equal(trap(guest, nothing[i] | RT(9), 0), VCPU_RUN);
		assert_int_equal(guest->vcpus[0].regs.gprs[9], 77);
		assert_true(advanced(guest));
		assert_int_equal(
			trap(guest, nothing[i] | RT(9) | ESR_SYS_READ, 0),
			VCPU_RUN);
		assert_int_equal(guest->vcpus[0].regs.gprs[9], 0);
	}
	/* Writes of the group 0 SGI registers. */
	assert_int_equal(trap(guest, SYS(3, 0, 12, 11, 6), 0), VCPU_RUN);
	assert_int_equal(trap(guest, SYS(3, 0, 12, 11, 7), 0), VCPU_RUN);
}

#define MDSCR  (SYS(2, 0, 0, 2, 2) | RT(9))
#define OSLAR  (SYS(2, 0, 1, 0, 4) | RT(31))
#define WVR(n) (SYS(2, 0, 0, n, 6) | RT(9))

static void debug_registers_are_the_vcpu_s_own(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	guest->dfr0 = 0x100000001030560a; /* four watchpoints */
	vcpu->debug.os_locked = true;
	vcpu->regs.gprs[9] = 0x1234;
	assert_int_equal(trap(guest, WVR(3), 0), VCPU_RUN);
	assert_int_equal(vcpu->debug.watchpoints[3].value, 0x1234);
	assert_true(vcpu->debug_changed && !debug_is_used(&vcpu->debug));
	vcpu->regs.gprs[9] = 0x8000;
	assert_int_equal(trap(guest, MDSCR, 0), VCPU_RUN);
	assert_int_equal(trap(guest, OSLAR, 0), VCPU_RUN);
	assert_true(debug_is_used(&vcpu->debug));
	vcpu->debug_changed = false;
	assert_int_equal(trap(guest, WVR(3) | ESR_SYS_READ, 0), VCPU_RUN);
	assert_int_equal(vcpu->regs.gprs[9], 0x1234);
	assert_false(vcpu->debug_changed);
	assert_int_equal(vcpu->exits[CONTROL_EXIT_SYSREG], 4);
	assert_int_equal(trap(guest, WVR(4) | ESR_SYS_READ, 0), VCPU_UNDEF);
	assert_int_equal(guest->vcpus[1].debug.watchpoints[3].value, 0);
}

/* A debugger's single step over the instruction is over, then. */
static void what_is_emulated_ends_a_step(void **state)
{
	static const uint64_t emulated[] = { MDSCR, SYS(3, 3, 9, 12, 0),
					     EC(ESR_EC_WFX), EC(ESR_EC_SMC64) };
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	for (unsigned i = 0; i < sizeof(emulated) / sizeof(emulated[0]); i++) {
		vcpu->regs.pc = PC;
		vcpu->regs.pstate = PSTATE_EL1H | PSTATE_SS;
		(void)trap(guest, emulated[i], 0);
		assert_true(advanced(guest));
		assert_int_equal(vcpu->regs.pstate, PSTATE_EL1H);
	}
}

static void what_it_has_no_right_to_is_undefined(void **state)
{
	static const uint64_t undefined[] = { SYS(3, 4, 12, 9, 5),
					      SYS(3, 0, 1, 0, 0),
					      SYS(3, 3, 14, 0, 0),
					      SYS(3, 0, 12, 11, 5) | ESR_SYS_READ,
					      EC(ESR_EC_UNKNOWN),
					      EC(ESR_EC_FP),
					      EC(0x09),
					      EC(ESR_EC_LS64),
					      EC(ESR_EC_SYSREG128),
					      EC(ESR_EC_SVE),
					      EC(ESR_EC_ERET),
					      EC(0x1c),
					      EC(ESR_EC_SME),
					      EC(ESR_EC_GCS) };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++)
		assert_int_equal(trap(guest, undefined[i], 0), VCPU_UNDEF);
	assert_int_equal(guest->vcpus[0].regs.pc, PC);
	assert_int_equal(guest->stops, 0);
}

static void an_exception_of_no_known_class_stops_it(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(trap(guest, EC(0x3f), 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_non_null(strstr(guest->text, "syndrome 0xfc000000"));
}

static void after_the_end_nothing_runs(void **state)
{
	struct fake_guest *guest = *state;

	guest->domain.state = CONTROL_DYING;
	assert_int_equal(trap(guest, EC(ESR_EC_WFX), 0), VCPU_STOP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_store_reaches_its_device),
		TEST(a_load_fills_its_register),
		TEST(a_load_extends_the_sign_when_told),
		TEST(what_no_device_takes_is_an_abort),
		TEST(registers_are_shown_to_a_load),
		TEST(a_store_can_end_its_guest),
		TEST(memory_is_populated_where_there_is_any),
		TEST(external_aborts_go_back_to_the_guest),
		TEST(aborts_that_cannot_be_stop_it),
		TEST(hvc_and_smc_are_calls),
		TEST(a_guest_may_say_that_it_cannot_go_on),
		TEST(waiting_instructions_wait),
		TEST(a_write_of_sgi1r_sends),
		TEST(some_registers_are_nothing),
		TEST(debug_registers_are_the_vcpu_s_own),
		TEST(what_is_emulated_ends_a_step),
		TEST(what_it_has_no_right_to_is_undefined),
		TEST(an_exception_of_no_known_class_stops_it),
		TEST(after_the_end_nothing_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
