/* SPDX-License-Identifier: BSD-3-Clause */
/* PSCI and SMCCC calls of an ordinary guest: each function, each refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "abi/psci.h"
#include "abi/smccc.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "hypervisor/port/inprocess/fake_guest.h"
#include "lib/pstate.h"

#define ENTRY (GUEST_RAM0_BASE + UINT64_C(0x80000))

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, FAKE_GUEST_VCPUS, false);
	*state = &guest;
	return 0;
}

static enum vcpu_next call(struct fake_guest *guest, uint64_t fid, uint64_t x1,
			   uint64_t x2)
{
	uint64_t *gprs = guest->vcpus[0].regs.gprs;

	gprs[0] = fid;
	gprs[1] = x1;
	gprs[2] = x2;
	gprs[3] = UINT64_C(0x123456789a);
	return vpsci_call(&guest->vcpus[0]);
}

/* Makes a call after which the guest runs on, and returns its X0. */
static int64_t ask(struct fake_guest *guest, uint64_t fid, uint64_t x1,
		   uint64_t x2)
{
	assert_int_equal(call(guest, fid, x1, x2), VCPU_RUN);
	return (int64_t)guest->vcpus[0].regs.gprs[0];
}

static void versions_are_told(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(ask(guest, PSCI_VERSION, 0, 0), 0x10001);
	assert_int_equal(ask(guest, SMCCC_VERSION_FID, 0, 0), 0x10002);
	assert_int_equal(ask(guest, PSCI_MIGRATE_INFO_TYPE, 0, 0), 2);
	/*
	 * The hint that there is no live SVE state is not part of the function.
	 */
	assert_int_equal(ask(guest, PSCI_VERSION | SMCCC_SVE_HINT, 0, 0),
			 0x10001);
	/* Nor are the bits above 32. */
	assert_int_equal(
		ask(guest, UINT64_C(0xffff00000000) | PSCI_VERSION, 0, 0),
		0x10001);
}

static void features_are_what_is_there(void **state)
{
	static const uint32_t there[] = {
		PSCI_VERSION,           PSCI_CPU_SUSPEND_32,
		PSCI_CPU_SUSPEND_64,    PSCI_CPU_OFF,
		PSCI_CPU_ON_32,         PSCI_CPU_ON_64,
		PSCI_AFFINITY_INFO_32,  PSCI_AFFINITY_INFO_64,
		PSCI_MIGRATE_INFO_TYPE, PSCI_SYSTEM_OFF,
		PSCI_SYSTEM_RESET,      PSCI_FEATURES,
		SMCCC_VERSION_FID
	};
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		assert_int_equal(ask(guest, PSCI_FEATURES, there[i], 0), 0);
	assert_int_equal(ask(guest, PSCI_FEATURES, 0x84000012, 0), -1);
	assert_int_equal(
		ask(guest, SMCCC_ARCH_FEATURES_FID, SMCCC_VERSION_FID, 0), 0);
	assert_int_equal(
		ask(guest, SMCCC_ARCH_FEATURES_FID, SMCCC_ARCH_FEATURES_FID, 0),
		0);
}

/* CSV2 of the CPU's ID register says if the workarounds of CVE-2017-5715 and
 * CVE-2022-23960 are needed. Nobody has a workaround. */
static void workarounds_are_required_as_the_cpu_says(void **state)
{
	static const int64_t first[] = { -1, 1, 1, 1 };
	static const int64_t third[] = { -1, -1, -1, 1 };
	const uint64_t features = SMCCC_ARCH_FEATURES_FID;
	struct fake_guest *guest = *state;

	assert_int_equal(ask(guest, features, 0x80007fff, 0), -1);
	for (uint64_t csv2 = 0; csv2 < 4; csv2++) {
		guest->pfr0 = csv2 << 56;
		assert_int_equal(ask(guest, features, SMCCC_WORKAROUND_1_FID, 0),
				 first[csv2]);
		assert_int_equal(ask(guest, features, SMCCC_WORKAROUND_3_FID, 0),
				 third[csv2]);
		assert_int_equal(ask(guest, SMCCC_WORKAROUND_3_FID, 0, 0),
				 csv2 == 3 ? 0 : -1);
	}
}

static void unknown_functions_are_not_supported(void **state)
{
	static const uint32_t fids[] = { 0,          0x84000005, 0x84000012,
					 0xc4000000, 0xc4000190, 0xc4000150,
					 0x80000002, 0xffffffff };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < sizeof(fids) / sizeof(fids[0]); i++)
		assert_int_equal(ask(guest, fids[i], 0, 0), -1);
	assert_int_equal(guest->stops, 0);
}

static void a_vcpu_is_started_where_it_is_told(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *target = &guest->vcpus[17];

	target->regs.gprs[5] = 0xdead;
	target->virt.ctl = TIMER_ENABLE;
	target->debug.mdscr = 0x8000;
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 0x101, ENTRY), 0);
	assert_true(target->online);
	assert_true(target->reset);
	assert_int_equal(target->regs.pc, ENTRY);
	assert_int_equal(target->regs.pstate, PSTATE_EL1H_MASKED);
	assert_int_equal(target->regs.gprs[0], UINT64_C(0x123456789a));
	assert_int_equal(target->regs.gprs[5], 0);
	assert_int_equal(target->virt.ctl, 0);
	assert_true(target->debug.os_locked);
	assert_int_equal(target->debug.mdscr, 0x1000);
	assert_int_equal(guest->kicks[17], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
}

static void arguments_of_32_bit_calls_have_32_bits(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t high = UINT64_C(0xff) << 32;

	assert_int_equal(ask(guest, PSCI_CPU_ON_32, high | 1, high | ENTRY), 0);
	assert_int_equal(guest->vcpus[1].regs.pc, ENTRY);
	assert_int_equal(guest->vcpus[1].regs.gprs[0], 0x3456789a);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, high | 2, ENTRY), -2);
}

static void a_start_that_cannot_be_is_refused(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t end = GUEST_RAM0_BASE + guest->domain.ram_size;

	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 0x104, ENTRY), -2);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 0x10, ENTRY), -2);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 1, 0), -9);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 1, end), -9);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 1, ENTRY + 2), -9);
	assert_false(guest->vcpus[1].online);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 0, ENTRY), -4);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 1, end - 4), 0);
	assert_int_equal(ask(guest, PSCI_CPU_ON_64, 1, ENTRY), -4);
	assert_int_equal(guest->vcpus[1].regs.pc, end - 4);
}

static void a_vcpu_goes_off_and_is_known_to_be(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(ask(guest, PSCI_AFFINITY_INFO_64, 0, 0), 0);
	assert_int_equal(ask(guest, PSCI_AFFINITY_INFO_64, 1, 0), 1);
	assert_int_equal(ask(guest, PSCI_AFFINITY_INFO_64, 1, 1), -2);
	assert_int_equal(ask(guest, PSCI_AFFINITY_INFO_64, 0x200, 0), -2);
	guest->vcpus[0].gic.state.vmcr = 2;
	assert_int_equal(call(guest, PSCI_CPU_OFF, 0, 0), VCPU_OFF);
	assert_false(guest->vcpus[0].online);
	assert_int_equal(guest->vcpus[0].gic.state.vmcr, 0);
}

static void suspending_is_waiting(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, PSCI_CPU_SUSPEND_64, 0x10000, ENTRY),
			 VCPU_WAIT);
	assert_int_equal(guest->vcpus[0].regs.gprs[0], 0);
	assert_int_equal(call(guest, PSCI_CPU_SUSPEND_32, 0, 0), VCPU_WAIT);
}

static void the_end_has_its_reason(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, PSCI_SYSTEM_OFF, 0, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_POWEROFF);
	fake_guest_init(guest, 1, false);
	assert_int_equal(call(guest, PSCI_SYSTEM_RESET, 0, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_REBOOT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(versions_are_told),
		TEST(features_are_what_is_there),
		TEST(workarounds_are_required_as_the_cpu_says),
		TEST(unknown_functions_are_not_supported),
		TEST(a_vcpu_is_started_where_it_is_told),
		TEST(arguments_of_32_bit_calls_have_32_bits),
		TEST(a_start_that_cannot_be_is_refused),
		TEST(a_vcpu_goes_off_and_is_known_to_be),
		TEST(suspending_is_waiting),
		TEST(the_end_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
