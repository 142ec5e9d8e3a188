/* SPDX-License-Identifier: BSD-3-Clause */
/* Granule states, locks, references, and copies from and to NS memory. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#include "rmm/core/port.h"

static jmp_buf panicked;
static const char *panic_reason;

static void on_panic(const char *why)
{
	panic_reason = why;
	longjmp(panicked, 1);
}

/* Runs the statement and fails the test unless it panics for that reason. */
#define assert_panics(f, reason, statement)                                    \
	do {                                                                   \
		inprocess_set_panic((f)->machine, on_panic);                   \
		panic_reason = NULL;                                           \
		if (setjmp(panicked) == 0)                                     \
			statement;                                             \
		assert_non_null(panic_reason);                                 \
		assert_string_equal(panic_reason, reason);                     \
	} while (0)

static struct rmm *rmm_of(struct fixture *f)
{
	return inprocess_rmm(f->machine);
}

static pa_t at(unsigned number)
{
	return pa_make(page(number));
}

static void lock_needs_the_state_asked_for(void **state)
{
	struct fixture *f = *state;
	struct granule_ref ref;

	assert_false(granule_lock(rmm_of(f), at(0), GRANULE_DELEGATED, &ref));
	assert_null(ref.granule);
	assert_true(granule_lock(rmm_of(f), at(0), GRANULE_NS, &ref));
	granule_unlock(&ref);
	assert_null(ref.granule);
	granule_unlock(&ref);
}

/* If it waited, two commands that name each other's granules could deadlock. */
static void lock_does_not_wait_for_another_state(void **state)
{
	struct fixture *f = *state;
	struct granule_ref held, ref;

	assert_true(granule_lock(rmm_of(f), at(0), GRANULE_NS, &held));
	assert_false(granule_lock(rmm_of(f), at(0), GRANULE_RD, &ref));
	assert_null(ref.granule);
	granule_unlock(&held);
}

static void lock_refuses_untracked_addresses(void **state)
{
	struct fixture *f = *state;
	const uint64_t bad[] = { 0,
				 FIXTURE_BASE - GRANULE_SIZE,
				 FIXTURE_BASE + 1,
				 page(FIXTURE_GRANULES),
				 UINT64_MAX,
				 UINT64_MAX - GRANULE_SIZE + 1 };
	struct granule_ref ref;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(granule_lock(rmm_of(f), pa_make(bad[i]),
					  GRANULE_NS, &ref));
	}
}

static bool lock_two(struct fixture *f, unsigned first, unsigned second,
		     struct granule_ref refs[2])
{
	return granule_lock_pair(
		rmm_of(f), (struct granule_want){ at(first), GRANULE_NS },
		(struct granule_want){ at(second), GRANULE_DELEGATED },
		&refs[0], &refs[1]);
}

static void a_pair_is_locked_in_either_order(void **state)
{
	struct fixture *f = *state;
	struct granule_ref refs[2];

	delegate(f, 3, 1);
	assert_true(lock_two(f, 2, 3, refs));
	assert_int_equal(refs[0].pa.value, page(2));
	assert_int_equal(refs[1].pa.value, page(3));
	granule_unlock(&refs[0]);
	granule_unlock(&refs[1]);
	assert_true(lock_two(f, 4, 3, refs));
	assert_int_equal(refs[0].pa.value, page(4));
	assert_int_equal(refs[1].pa.value, page(3));
	granule_unlock(&refs[1]);
	granule_unlock(&refs[0]);
}

static void a_pair_fails_with_nothing_held(void **state)
{
	struct fixture *f = *state;
	struct granule_ref refs[2];

	delegate(f, 3, 1);
	snapshot_take(f);
	assert_false(lock_two(f, 3, 3, refs));
	assert_false(lock_two(f, 3, 2, refs));
	assert_false(lock_two(f, 2, 4, refs));
	assert_false(lock_two(f, 2, FIXTURE_GRANULES, refs));
	assert_null(refs[0].granule);
	assert_null(refs[1].granule);
	snapshot_check(f);
}

static void references_count_up_to_the_limit(void **state)
{
	struct fixture *f = *state;
	struct granule_ref ref;

	granule_lock_owned(rmm_of(f), at(0), GRANULE_NS, &ref);
	granule_refs_add(&ref, GRANULE_REFS_MAX);
	assert_int_equal(granule_refs(&ref), GRANULE_REFS_MAX);
	assert_int_equal(granule_state(&ref), GRANULE_NS);
	assert_panics(f, "too many references of a granule",
		      granule_refs_add(&ref, 1));
	granule_refs_drop(&ref, GRANULE_REFS_MAX);
	assert_panics(f, "too few references of a granule",
		      granule_refs_drop(&ref, 1));
	granule_unlock(&ref);
}

static void a_granule_in_use_keeps_its_state(void **state)
{
	struct fixture *f = *state;
	struct granule_ref ref;

	granule_lock_owned(rmm_of(f), at(0), GRANULE_NS, &ref);
	granule_refs_add(&ref, 1);
	assert_panics(f, "a granule in use changes state",
		      granule_set_state(&ref, GRANULE_DELEGATED));
	granule_refs_drop(&ref, 1);
	granule_unlock(&ref);
}

static void a_wrong_owned_granule_is_our_corruption(void **state)
{
	struct fixture *f = *state;
	struct granule_ref ref;

	assert_panics(f, "an owned granule changed its state",
		      granule_lock_owned(rmm_of(f), at(0), GRANULE_RD, &ref));
}

static void locks_out_of_order_are_caught(void **state)
{
	struct fixture *f = *state;
	struct granule_ref low, high, again;

	assert_true(granule_lock(rmm_of(f), at(5), GRANULE_NS, &high));
	assert_panics(f, "named granules locked out of order",
		      granule_lock(rmm_of(f), at(4), GRANULE_NS, &low));
	assert_panics(f, "a granule locked twice",
		      granule_lock(rmm_of(f), at(5), GRANULE_NS, &again));
}

static void a_mapping_needs_realm_pas(void **state)
{
	struct fixture *f = *state;
	struct granule_ref ref;

	assert_true(granule_lock(rmm_of(f), at(5), GRANULE_NS, &ref));
	assert_panics(f, "a granule outside Realm PAS is mapped",
		      granule_map(&ref));
	granule_unlock(&ref);
}

static void ns_copies_stay_in_one_ns_granule(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[16];

	memset(host(f, 1), 0x5a, GRANULE_SIZE);
	assert_true(granule_ns_read(rmm_of(f), pa_make(page(2) - 16), bytes, 16));
	assert_int_equal(bytes[15], 0x5a);
	assert_false(
		granule_ns_read(rmm_of(f), pa_make(page(2) - 15), bytes, 16));
	assert_false(
		granule_ns_read(rmm_of(f), pa_make(page(0) - 16), bytes, 16));
	delegate(f, 1, 1);
	assert_false(granule_ns_read(rmm_of(f), at(1), bytes, 16));
	assert_false(granule_ns_write(rmm_of(f), at(1), bytes, 16));
}

static void ns_copies_survive_a_fault(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[16] = { 0 };

	inprocess_faults(f->machine)->ns_faults = page(1);
	assert_false(granule_ns_read(rmm_of(f), at(1), bytes, 16));
	assert_false(granule_ns_write(rmm_of(f), at(1), bytes, 16));
	assert_true(granule_ns_write(rmm_of(f), at(2), bytes, 16));
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(lock_needs_the_state_asked_for),
		test(lock_does_not_wait_for_another_state),
		test(lock_refuses_untracked_addresses),
		test(a_pair_is_locked_in_either_order),
		test(a_pair_fails_with_nothing_held),
		test(references_count_up_to_the_limit),
		test(a_granule_in_use_keeps_its_state),
		test(a_wrong_owned_granule_is_our_corruption),
		test(locks_out_of_order_are_caught),
		test(a_mapping_needs_realm_pas),
		test(ns_copies_stay_in_one_ns_granule),
		test(ns_copies_survive_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
