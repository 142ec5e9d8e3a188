/* SPDX-License-Identifier: BSD-3-Clause */
/* PSCI of a Realm: what the hypervisor tells the RMM, and which vCPUs run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/psci.h"
#include "hypervisor/core/vcpu/vcpu_internal.h"
#include "hypervisor/port/inprocess/fake_guest.h"

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, FAKE_GUEST_VCPUS, true);
	*state = &guest;
	return 0;
}

static enum vcpu_next call(struct fake_guest *guest, unsigned by, uint64_t fid,
			   uint64_t target)
{
	struct rmi_rec_exit exit = {
		.exit_reason = RMI_EXIT_PSCI,
		.gprs = { fid, target },
	};
	struct rmi_rec_enter enter;

	return vcpu_exit_realm(&guest->vcpus[by], &exit, &enter);
}

static enum vcpu_next interrupted(struct fake_guest *guest, unsigned index)
{
	struct rmi_rec_exit exit = { .exit_reason = RMI_EXIT_IRQ };
	struct rmi_rec_enter enter;

	return vcpu_exit_realm(&guest->vcpus[index], &exit, &enter);
}

static void a_start_is_completed_and_the_target_runs(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 0, PSCI_CPU_ON_64, 0x101), VCPU_RUN);
	assert_int_equal(guest->calls, 1);
	assert_int_equal(guest->call.x[0], RMI_PSCI_COMPLETE);
	assert_int_equal(guest->call.x[1], guest->vcpus[0].rec.value);
	assert_int_equal(guest->call.x[2], guest->vcpus[17].rec.value);
	assert_int_equal(guest->call.x[3], 0);
	assert_true(guest->vcpus[17].online);
	assert_int_equal(guest->kicks[17], 1);
	assert_int_equal(fake_guest_kicks(guest), 1);
	assert_int_equal(call(guest, 0, PSCI_CPU_ON_32, 1), VCPU_RUN);
	assert_true(guest->vcpus[1].online);
	assert_int_equal(guest->vcpus[0].exits[CONTROL_EXIT_PSCI], 2);
}

/* Bits between Aff2 and Aff3 are ignored; Aff3 names another vCPU. */
static void affinities_are_those_of_mpidr_el1(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 0, PSCI_AFFINITY_INFO_64, 0x42000002),
			 VCPU_RUN);
	assert_int_equal(guest->call.x[2], guest->vcpus[2].rec.value);
	assert_int_equal(call(guest, 0, PSCI_AFFINITY_INFO_64, 0x100000002),
			 VCPU_STOP);
	assert_int_equal(guest->calls, 1);
}

static void a_question_is_completed_and_changes_nothing(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 0, PSCI_AFFINITY_INFO_64, 2), VCPU_RUN);
	assert_int_equal(call(guest, 0, PSCI_AFFINITY_INFO_32, 2), VCPU_RUN);
	assert_int_equal(guest->calls, 2);
	assert_int_equal(guest->call.x[2], guest->vcpus[2].rec.value);
	assert_false(guest->vcpus[2].online);
	assert_int_equal(fake_guest_kicks(guest), 0);
}

static void the_rmm_may_refuse(void **state)
{
	struct fake_guest *guest = *state;

	guest->x0 = RMI_ERROR_INPUT;
	assert_int_equal(call(guest, 0, PSCI_CPU_ON_64, 1), VCPU_STOP);
	assert_false(guest->vcpus[1].online);
	assert_string_equal(guest->text,
			    "vCPU 0: RMI_PSCI_COMPLETE failed: RMI_ERROR_INPUT");
	fake_guest_init(guest, 2, true);
	guest->x0 = RMI_ERROR_INPUT;
	assert_int_equal(call(guest, 0, PSCI_AFFINITY_INFO_64, 1), VCPU_STOP);
}

static void a_target_that_cannot_be_stops_it(void **state)
{
	static const uint64_t targets[] = { 0x104, 0x10000, 0x01000000, 0 };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 4; i++) {
		fake_guest_init(guest, FAKE_GUEST_VCPUS, true);
		assert_int_equal(call(guest, 0, PSCI_CPU_ON_64, targets[i]),
				 VCPU_STOP);
		assert_int_equal(guest->calls, 0);
		assert_int_equal(guest->reason, CONTROL_CRASH);
	}
}

static void a_vcpu_goes_off(void **state)
{
	struct fake_guest *guest = *state;

	guest->vcpus[0].gic.state.vmcr = 2;
	assert_int_equal(call(guest, 0, PSCI_CPU_OFF, 0), VCPU_OFF);
	assert_false(guest->vcpus[0].online);
	assert_int_equal(guest->vcpus[0].gic.state.vmcr, 0);
	assert_int_equal(call(guest, 1, PSCI_CPU_ON_64, 0), VCPU_RUN);
	assert_true(guest->vcpus[0].online);
	assert_int_equal(interrupted(guest, 0), VCPU_RUN);
	assert_true(guest->vcpus[0].online);
}

/* Another vCPU starts it before the hypervisor sees that it is off. */
static void a_start_overtakes_going_off(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 1, PSCI_CPU_ON_64, 0), VCPU_RUN);
	assert_int_equal(call(guest, 0, PSCI_CPU_OFF, 0), VCPU_RUN);
	assert_true(guest->vcpus[0].online);
	/* That was a single start: the next time the vCPU is off. */
	assert_int_equal(interrupted(guest, 0), VCPU_RUN);
	assert_int_equal(call(guest, 0, PSCI_CPU_OFF, 0), VCPU_OFF);
}

/* The vCPU was on when it was started: the RMM refuses its entry once it is
 * off. */
static void a_start_of_one_that_is_on_is_forgotten(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];

	assert_int_equal(call(guest, 1, PSCI_CPU_ON_64, 0), VCPU_RUN);
	assert_int_equal(interrupted(guest, 0), VCPU_RUN);
	assert_int_equal(call(guest, 0, PSCI_CPU_OFF, 0), VCPU_OFF);

	vcpu->online = true;
	assert_int_equal(call(guest, 1, PSCI_CPU_ON_64, 0), VCPU_RUN);
	assert_int_equal(call(guest, 0, PSCI_CPU_OFF, 0), VCPU_RUN);
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_ERROR_REC), VCPU_OFF);
	assert_false(vcpu->online);
	assert_int_equal(guest->stops, 0);
	/* That explains one refusal only: the next is an error. */
	vcpu->online = true;
	assert_int_equal(vcpu_enter_refused(vcpu, RMI_ERROR_REC), VCPU_STOP);
}

static void suspending_is_waiting(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 0, PSCI_CPU_SUSPEND_64, 0), VCPU_WAIT);
	assert_int_equal(call(guest, 0, PSCI_CPU_SUSPEND_32, 0), VCPU_WAIT);
	assert_true(guest->vcpus[0].online);
}

static void the_end_has_its_reason(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(call(guest, 0, PSCI_SYSTEM_OFF, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_POWEROFF);
	fake_guest_init(guest, 1, true);
	assert_int_equal(call(guest, 0, PSCI_SYSTEM_RESET, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_REBOOT);
	fake_guest_init(guest, 1, true);
	assert_int_equal(call(guest, 0, PSCI_FEATURES, 0), VCPU_STOP);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_string_equal(guest->text, "vCPU 0: unknown PSCI exit 0x8400000a");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_start_is_completed_and_the_target_runs),
		TEST(affinities_are_those_of_mpidr_el1),
		TEST(a_question_is_completed_and_changes_nothing),
		TEST(the_rmm_may_refuse),
		TEST(a_target_that_cannot_be_stops_it),
		TEST(a_vcpu_goes_off),
		TEST(a_start_overtakes_going_off),
		TEST(a_start_of_one_that_is_on_is_forgotten),
		TEST(suspending_is_waiting),
		TEST(the_end_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
