/* SPDX-License-Identifier: BSD-3-Clause */
/* The real-time clock as a driver of PL031 uses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hypervisor/core/io/vrtc.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define DR   0x00
#define MR   0x04
#define LR   0x08
#define CR   0x0c
#define IMSC 0x10
#define RIS  0x14
#define MIS  0x18
#define ICR  0x1c

#define NOW 1800000000U

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 2, false);
	guest.utc = NOW;
	vrtc_init(&guest.domain.vrtc, 0);
	*state = &guest;
	return 0;
}

static uint32_t get(struct fake_guest *guest, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	assert_true(vrtc_access(&guest->vcpus[0], offset, 4, false, &value));
	return (uint32_t)value;
}

static void put(struct fake_guest *guest, uint64_t offset, uint64_t value)
{
	assert_true(vrtc_access(&guest->vcpus[0], offset, 4, true, &value));
}

static void it_counts_as_the_machine_does(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(get(guest, DR), NOW);
	guest->utc += 5;
	assert_int_equal(get(guest, DR), NOW + 5);
	/* The machine's clock may be set back. */
	guest->utc -= 100;
	assert_int_equal(get(guest, DR), NOW - 95);
	put(guest, DR, 1);
	assert_int_equal(get(guest, DR), NOW - 95);
}

static void an_offset_is_added_from_the_start(void **state)
{
	struct fake_guest *guest = *state;

	vrtc_init(&guest->domain.vrtc, 3600);
	assert_int_equal(get(guest, DR), NOW + 3600);
	vrtc_init(&guest->domain.vrtc, (uint32_t)-7200);
	assert_int_equal(get(guest, DR), NOW - 7200);
}

static void a_guest_sets_its_own_clock_only(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(get(guest, LR), 0);
	put(guest, LR, 12);
	assert_int_equal(get(guest, LR), 12);
	assert_int_equal(get(guest, DR), 12);
	assert_int_equal(guest->utc, NOW);
	guest->utc += 30;
	assert_int_equal(get(guest, DR), 42);
	assert_int_equal(get(guest, LR), 12);
	put(guest, LR, 0xffffffff);
	guest->utc += 2;
	assert_int_equal(get(guest, DR), 1);
}

static void it_runs_and_cannot_be_stopped(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(get(guest, CR), 1);
	put(guest, CR, 0);
	assert_int_equal(get(guest, CR), 1);
	guest->utc++;
	assert_int_equal(get(guest, DR), NOW + 1);
}

static void the_alarm_waits_for_its_second(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, MR, NOW + 10);
	assert_int_equal(get(guest, MR), NOW + 10);
	guest->utc += 9;
	assert_int_equal(get(guest, RIS), 0);
	guest->utc += 1;
	assert_int_equal(get(guest, RIS), 1);
	assert_int_equal(get(guest, MIS), 0);
	put(guest, IMSC, 0xffffffff);
	assert_int_equal(get(guest, IMSC), 1);
	assert_int_equal(get(guest, MIS), 1);
	put(guest, IMSC, 0);
	assert_int_equal(get(guest, MIS), 0);
	put(guest, ICR, 0);
	assert_int_equal(get(guest, RIS), 1);
	/* It is raised once in a match, also when nobody looked then. */
	put(guest, ICR, 1);
	assert_int_equal(get(guest, RIS), 0);
	guest->utc += 1000;
	assert_int_equal(get(guest, RIS), 0);
	put(guest, MR, NOW + 2000);
	guest->utc += 5000;
	assert_int_equal(get(guest, RIS), 1);
}

static void an_alarm_for_now_is_raised_at_once(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, MR, NOW);
	assert_int_equal(get(guest, RIS), 1);
	put(guest, ICR, 1);
	put(guest, MR, 77);
	assert_int_equal(get(guest, RIS), 0);
	put(guest, LR, 77);
	assert_int_equal(get(guest, RIS), 1);
}

/* Setting the clock is no passing of time. */
static void a_clock_that_is_set_does_not_pass_the_alarm(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, MR, NOW + 10);
	put(guest, LR, NOW + 20);
	guest->utc += 5;
	assert_int_equal(get(guest, RIS), 0);
	put(guest, LR, NOW);
	guest->utc -= 1000000;
	assert_int_equal(get(guest, RIS), 0);
	put(guest, LR, 0xfffffffe);
	put(guest, MR, 1);
	guest->utc += 3;
	assert_int_equal(get(guest, RIS), 1);
}

static void the_ids_are_those_of_pl031(void **state)
{
	static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00,
					0x0d, 0xf0, 0x05, 0xb1 };
	struct fake_guest *guest = *state;

	for (unsigned i = 0; i < 8; i++) {
		put(guest, 0xfe0 + 4 * i, 0);
		assert_int_equal(get(guest, 0xfe0 + 4 * i), ids[i]);
	}
	for (uint64_t offset = 0x20; offset < 0xfe0; offset += 4) {
		put(guest, offset, 0xffffffff);
		assert_int_equal(get(guest, offset), 0);
	}
	assert_int_equal(get(guest, ICR), 0);
	assert_int_equal(get(guest, DR), NOW);
}

static void odd_accesses_are_refused(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	uint64_t value = 0;

	assert_false(vrtc_access(vcpu, DR, 8, false, &value));
	assert_false(vrtc_access(vcpu, DR + 2, 4, false, &value));
	assert_false(vrtc_access(vcpu, 0x1000, 4, false, &value));
	assert_true(vrtc_access(vcpu, DR, 2, false, &value));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(it_counts_as_the_machine_does),
		TEST(an_offset_is_added_from_the_start),
		TEST(a_guest_sets_its_own_clock_only),
		TEST(it_runs_and_cannot_be_stopped),
		TEST(the_alarm_waits_for_its_second),
		TEST(an_alarm_for_now_is_raised_at_once),
		TEST(a_clock_that_is_set_does_not_pass_the_alarm),
		TEST(the_ids_are_those_of_pl031),
		TEST(odd_accesses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
