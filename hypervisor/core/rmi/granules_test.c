/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocating and freeing pages, and the account of them. */
#include "hypervisor/core/rmi/granules.h"

#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_rmm.h"

/* The fake plays delegations by itself, and no other call is expected. */
static const struct reply nothing[] = { { 0 } };

static pa_t page(unsigned number)
{
	return pa_make(FAKE_BASE + number * UINT64_C(0x1000));
}

static bool take(struct fake *fake, enum granules_kind kind, uint64_t count,
		 struct granules_range *range)
{
	struct granules_want want = {
		.kind = kind, .unit = 1, .units = count, .align = 1
	};

	return granules_alloc(&fake->granules, &want, range);
}

static uint64_t held(const struct fake *fake, enum granules_kind kind)
{
	return fake->granules.account.held[kind];
}

static int setup(void **state)
{
	fake_setup(state);
	fake_play(*state, nothing);
	return 0;
}

static void taken_pages_are_delegated_and_charged(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	assert_true(take(fake, GRANULES_DATA, 5, &range));
	assert_int_equal(range.count, 5);
	assert_int_equal(held(fake, GRANULES_DATA), 5);
	assert_int_equal(fake->granules.account.total, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_true(fake->delegated[1 + i]);

	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_returned(fake);
	assert_int_equal(fake->granules.account.peak, 5);
}

static void shared_pages_are_not_delegated(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	assert_true(take(fake, GRANULES_SHARED, 2, &range));
	assert_int_equal(held(fake, GRANULES_SHARED), 2);
	assert_false(fake->delegated[1]);
	granules_free(&fake->granules, GRANULES_SHARED, range);
	assert_returned(fake);
}

static void short_memory_gives_shorter_runs(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	fake->budget = 3;
	assert_true(take(fake, GRANULES_DATA, 8, &range));
	assert_int_equal(range.count, 2);
	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_returned(fake);
}

static void a_unit_is_not_parted(void **state)
{
	struct fake *fake = *state;
	struct granules_want want = {
		.kind = GRANULES_ROOT, .unit = 8, .units = 1, .align = 8
	};
	struct granules_range range;

	fake->budget = 7;
	assert_false(granules_alloc(&fake->granules, &want, &range));
	assert_int_equal(fake->failure.kind, RMI_FAILURE_MEMORY);
	assert_returned(fake);
}

static void a_refused_delegation_undoes_the_rest(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	fake->refused = page(4);
	assert_false(take(fake, GRANULES_DATA, 8, &range));
	assert_int_equal(fake->failure.kind, RMI_FAILURE_REFUSED);
	assert_int_equal(fake->failure.fid, RMI_GRANULE_RANGE_DELEGATE);
	assert_int_equal(fake->failure.args[0], page(4).value);
	assert_returned(fake);
}

static void a_delegation_without_progress_is_a_protocol_error(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	fake->stalls = true;
	assert_false(take(fake, GRANULES_DATA, 8, &range));
	assert_int_equal(fake->failure.kind, RMI_FAILURE_PROTOCOL);
	/* Those pages may have been delegated or not, so none is freed. */
	assert_int_equal(held(fake, GRANULES_ABANDONED), 8);
}

static void only_the_refused_page_is_abandoned(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	assert_true(take(fake, GRANULES_DATA, 8, &range));
	fake->refused = page(4);
	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_int_equal(held(fake, GRANULES_DATA), 0);
	assert_int_equal(held(fake, GRANULES_ABANDONED), 1);
	assert_int_equal(fake->granules.account.total, 1);
	assert_int_equal(fake->granules.abandoned_count, 1);
	assert_true(pa_equal(fake->granules.abandoned[0].base, page(4)));
	assert_true(fake->allocated[4]);
	assert_false(fake->allocated[3]);
	assert_false(fake->allocated[5]);
	assert_int_equal(fake->failure.fid, RMI_GRANULE_RANGE_UNDELEGATE);
}

static void abandoned_pages_are_freed_once_they_can_be(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	assert_true(take(fake, GRANULES_DATA, 8, &range));
	fake->refused = page(4);
	granules_free(&fake->granules, GRANULES_DATA, range);
	granules_retry(&fake->granules);
	assert_int_equal(held(fake, GRANULES_ABANDONED), 1);
	fake->refused = pa_make(0);
	granules_retry(&fake->granules);
	assert_returned(fake);
	assert_int_equal(fake->granules.abandoned_count, 0);
}

static void neighbours_are_abandoned_as_one_range(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	assert_true(take(fake, GRANULES_DATA, 600, &range));
	fake->stalls = true;
	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_int_equal(held(fake, GRANULES_ABANDONED), 600);
	assert_int_equal(fake->granules.abandoned_count, 1);
}

/* Every other page is undelegated behind the owner's back, so that its
 * undelegation is refused. */
static void no_abandoned_page_is_ever_forgotten(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;
	uint64_t remembered = 0;

	assert_true(take(fake, GRANULES_DATA, 200, &range));
	for (unsigned i = 0; i < 200; i += 2)
		fake->delegated[1 + i] = false;
	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_true(granules_batch(&fake->granules) > 0);
	for (unsigned i = 0; i < fake->granules.abandoned_count; i++)
		remembered += fake->granules.abandoned[i].count;
	assert_int_equal(held(fake, GRANULES_ABANDONED), remembered);
	assert_int_equal(fake->granules.account.total, remembered);
	for (unsigned i = 0; i < 200; i += 2)
		assert_true(fake->allocated[1 + i]);
}

static void nothing_is_taken_when_no_more_can_be_remembered(void **state)
{
	struct fake *fake = *state;
	struct granules_range range;

	while (granules_batch(&fake->granules) > 0) {
		fake->refused = pa_make(0);
		assert_true(take(fake, GRANULES_DATA, 3, &range));
		fake->refused = pa_add(range.base, 0x1000);
		granules_free(&fake->granules, GRANULES_DATA, range);
	}
	assert_int_equal(fake->granules.abandoned_count, GRANULES_ABANDONED_MAX);
	fake->refused = pa_make(0);
	assert_false(take(fake, GRANULES_DATA, 1, &range));
	granules_retry(&fake->granules);
	assert_returned(fake);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(taken_pages_are_delegated_and_charged),
		TEST(shared_pages_are_not_delegated),
		TEST(short_memory_gives_shorter_runs),
		TEST(a_unit_is_not_parted),
		TEST(a_refused_delegation_undoes_the_rest),
		TEST(a_delegation_without_progress_is_a_protocol_error),
		TEST(only_the_refused_page_is_abandoned),
		TEST(abandoned_pages_are_freed_once_they_can_be),
		TEST(neighbours_are_abandoned_as_one_range),
		TEST(no_abandoned_page_is_ever_forgotten),
		TEST(nothing_is_taken_when_no_more_can_be_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
