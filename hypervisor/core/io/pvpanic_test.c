/* SPDX-License-Identifier: BSD-3-Clause */
/* The panic device: what each of its events does to a domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hypervisor/core/io/pvpanic.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define PANICKED     1
#define CRASH_LOADED 2
#define SHUTDOWN     4

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 2, false);
	*state = &guest;
	return 0;
}

static void tell(struct fake_guest *guest, uint64_t events)
{
	assert_true(pvpanic_access(&guest->vcpus[1], 0, 1, true, &events));
}

static void it_says_which_events_it_knows(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t value = UINT64_MAX;

	assert_true(pvpanic_access(&guest->vcpus[0], 0, 1, false, &value));
	assert_int_equal(value, PANICKED | CRASH_LOADED | SHUTDOWN);
	assert_true(pvpanic_access(&guest->vcpus[0], 1, 1, false, &value));
	assert_int_equal(value, 0);
	assert_int_equal(guest->stops, 0);
}

static void a_panic_is_a_crash(void **state)
{
	struct fake_guest *guest = *state;

	tell(guest, PANICKED);
	assert_int_equal(guest->stops, 1);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_string_equal(guest->text,
			    "vCPU 1: the guest's kernel has panicked");
	/* The vCPUs that still run may tell more. */
	tell(guest, PANICKED | CRASH_LOADED | SHUTDOWN | 0xf8);
	assert_int_equal(guest->reason, CONTROL_CRASH);
}

static void a_panic_with_a_crash_kernel_is_logged_once(void **state)
{
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 3; i++)
		tell(guest, CRASH_LOADED);
	assert_int_equal(guest->stops, 0);
	assert_int_equal(guest->notes, 1);
	assert_string_equal(guest->text,
			    "its kernel has panicked and starts another one");
	/* The crash kernel can panic, too. */
	tell(guest, PANICKED);
	assert_int_equal(guest->reason, CONTROL_CRASH);
	assert_int_equal(guest->stops, 1);
}

static void a_shutdown_is_a_power_off(void **state)
{
	struct fake_guest *guest = *state;

	tell(guest, SHUTDOWN);
	assert_int_equal(guest->stops, 1);
	assert_int_equal(guest->reason, CONTROL_POWEROFF);
	assert_string_equal(guest->text, "the guest powered off");
}

static void unknown_events_and_other_places_do_nothing(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	uint64_t value = 0xf8;

	tell(guest, 0);
	tell(guest, 0xf8);
	value = PANICKED;
	assert_true(pvpanic_access(vcpu, 1, 1, true, &value));
	assert_true(pvpanic_access(vcpu, 0xffc, 4, true, &value));
	assert_false(pvpanic_access(vcpu, 0x1000, 1, true, &value));
	assert_false(pvpanic_access(vcpu, 1, 2, true, &value));
	assert_false(pvpanic_access(vcpu, 0, 8, true, &value));
	assert_int_equal(guest->stops, 0);
	assert_int_equal(guest->notes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(it_says_which_events_it_knows),
		TEST(a_panic_is_a_crash),
		TEST(a_panic_with_a_crash_kernel_is_logged_once),
		TEST(a_shutdown_is_a_power_off),
		TEST(unknown_events_and_other_places_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
