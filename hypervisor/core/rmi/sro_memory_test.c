/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of stateful operations, against scripted RMMs. */
#include "hypervisor/core/rmi/sro.h"

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_command.h"

#define PLEASE       (RMI_INCOMPLETE | RMI_MEM_REQ_DONATE << 8)
#define FETCH        (RMI_INCOMPLETE | RMI_MEM_REQ_RECLAIM << 8)
#define CANCELLABLE  (1 << RMI_RETURN_CAN_CANCEL_SHIFT)
#define PAGES(n)     ((uint64_t)(n) << RMI_DONATE_COUNT_SHIFT)
#define BLOCKS_2M(n) (PAGES(n) | 1)
#define CONTIGUOUS   (UINT64_C(1) << RMI_DONATE_CONTIG_SHIFT)
#define UNDELEGATED  (UINT64_C(1) << RMI_DONATE_STATE_SHIFT)

static uint64_t donated(const struct fake *fake)
{
	return fake->granules.account.held[GRANULES_DONATED];
}

/* ---- Donation ---- */

static void what_is_asked_for_is_donated(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(16) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 16 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_played(fake);
	assert_int_equal(fake->offered, fake->inside[0] | 16 << 2);
	assert_int_equal(donated(fake), 16);
	for (unsigned i = 0; i < 16; i++)
		assert_true(fake->delegated[1 + i]);
}

static void a_donation_taken_in_pieces(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(16) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 3, PAGES(13) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 1, PAGES(12) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 12 } },
		{ RMI_OP_CONTINUE, PLEASE, { 0, PAGES(1) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 1 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_played(fake);
	assert_int_equal(donated(fake), 17);
	assert_int_equal(fake->granules.account.total, 17);
}

static void a_donation_from_scattered_memory(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(16) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 4, PAGES(12) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 3, PAGES(9) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 4, PAGES(5) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 2, PAGES(3) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 3 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	fake->budget = 4;
	assert_true(run(fake, script));
	assert_played(fake);
	assert_int_equal(donated(fake), 16);
}

static void a_donation_of_large_blocks(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, BLOCKS_2M(2) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 1024 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_int_equal(BITS_GET(fake->offered, RMI_RANGE_SIZE), 1);
	assert_int_equal(BITS_GET(fake->offered, RMI_RANGE_COUNT), 2);
	assert_int_equal(fake->inside[0] % 0x200000, 0);
	assert_int_equal(donated(fake), 1024);
}

static void a_contiguous_donation_is_aligned_and_whole(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(64) | CONTIGUOUS } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 64 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_int_equal(fake->inside[0] % 0x40000, 0);
	assert_int_equal(donated(fake), 64);
}

static void a_donation_that_is_not_to_be_delegated(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(2) | UNDELEGATED } },
		{ RMI_OP_MEM_DONATE, FETCH, { 2 } },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 2 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_REALM },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(BITS_GET(fake->offered, RMI_RANGE_STATE), 1);
	assert_returned(fake);
}

/* ---- Returning ---- */

static void a_failing_operation_returns_its_memory(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(8) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 8 } },
		{ RMI_OP_CONTINUE, FETCH },
		{ RMI_OP_MEM_RECLAIM, FETCH, { 5 } },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 3 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_REC },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(rmi_status(&fake->rmi), RMI_ERROR_REC);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_NONE);
	assert_returned(fake);
}

static void nothing_to_reclaim_is_legal(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, FETCH, { HANDLE } },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 0 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_played(fake);
}

/* Answers to a reclaim that break the protocol. */
static void mad_reclaim(struct fake *fake, uint64_t x0, uint64_t count,
			uint64_t word)
{
	const struct reply script[] = {
		{ RMI_REC_CREATE, FETCH, { HANDLE } },
		{ RMI_OP_MEM_RECLAIM, x0, { count } },
		END,
	};

	fake->memory[0] = word;
	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_OP_MEM_RECLAIM,
		      RMI_REC_CREATE);
	assert_true(fake->rmi.op.open);
	assert_returned(fake);
}

static void a_reclaim_of_more_ranges_than_asked(void **state)
{
	mad_reclaim(*state, GO_ON, 513, 0);
}

static void a_reclaim_without_progress(void **state)
{
	mad_reclaim(*state, FETCH, 0, 0);
}

static void a_reclaim_of_memory_that_was_not_given(void **state)
{
	mad_reclaim(*state, GO_ON, 1, FAKE_BASE | 1 << 2);
}

static void a_refused_reclaim_can_be_resumed(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(2) } },
		{ RMI_OP_MEM_DONATE, FETCH, { 2 } },
		{ RMI_OP_MEM_RECLAIM, RMI_ERROR_INPUT },
		END,
	};
	const struct reply later[] = {
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 2 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_INPUT },
		END,
	};

	assert_false(run(fake, script));
	assert_failed(fake, RMI_FAILURE_REFUSED, RMI_OP_MEM_RECLAIM,
		      RMI_REC_CREATE);
	assert_true(fake->rmi.op.open);
	assert_int_equal(donated(fake), 2);
	assert_true(resume(fake, later));
	assert_int_equal(rmi_status(&fake->rmi), RMI_ERROR_INPUT);
	assert_returned(fake);
}

static void an_end_without_returning_is_believed_the_second_time(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(2) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { 2 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_REALM },
		END,
	};
	const struct reply later[] = { { RMI_OP_CONTINUE, RMI_ERROR_INPUT },
				       END };

	assert_false(run(fake, script));
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_OP_CONTINUE,
		      RMI_REC_CREATE);
	assert_true(fake->rmi.op.open);
	assert_true(resume(fake, later));
	assert_int_equal(donated(fake), 0);
	assert_int_equal(fake->granules.account.held[GRANULES_ABANDONED], 2);
}

/* ---- Ways out ---- */

/* The rest of a script in which a donation is declined. */
#define DECLINED                                                               \
	{ RMI_OP_MEM_DONATE, FETCH, { 0 } },                                   \
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 0 } },                          \
		{ RMI_OP_CONTINUE, RMI_ERROR_INPUT }, END

/* A request that is refused, whatever memory there is. */
static void mad_request(struct fake *fake, uint64_t request)
{
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, request } }, DECLINED
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_REC_CREATE, 0);
	assert_false(fake->rmi.op.open);
	assert_returned(fake);
}

static void more_is_asked_for_than_is_sane(void **state)
{
	mad_request(*state, BLOCKS_2M(RMI_DONATION_MAX / 512 + 1));
}

static void more_is_asked_for_than_there_can_be(void **state)
{
	mad_request(*state, PAGES(0x3fff) | 3);
}

static void nothing_is_asked_for(void **state)
{
	mad_request(*state, PAGES(0));
}

static void an_odd_contiguous_size_is_asked_for(void **state)
{
	mad_request(*state, PAGES(3) | CONTIGUOUS);
}

static void without_memory_the_donation_is_declined(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(4) } }, DECLINED
	};

	fake->budget = 0;
	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_MEMORY);
	/* The offered memory does not exist. */
	assert_int_equal(fake->offered, UINT64_C(0xffffffffff004));
	assert_returned(fake);
}

static void more_than_was_promised_is_declined(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(3) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 3, PAGES(4) } },
		{ RMI_OP_MEM_DONATE, FETCH, { 0 } },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 3 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_INPUT },
		END,
	};

	fake->granules.donation_max = 6;
	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_MEMORY);
	assert_returned(fake);
}

static void memory_running_out_returns_what_was_given(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(1023) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 1023, PAGES(1000) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 1000, PAGES(2000) } },
		/* 24 pages are left. */
		{ RMI_OP_MEM_DONATE, PLEASE, { 15, PAGES(1985) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 7, PAGES(1978) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 1, PAGES(1977) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 1, PAGES(1976) } },
		{ RMI_OP_MEM_DONATE, FETCH, { 0 } },
		{ RMI_OP_MEM_RECLAIM, FETCH, { 16 }, .times = 127 },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 15 } },
		{ RMI_OP_CONTINUE, RMI_ERROR_INPUT },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_MEMORY);
	assert_returned(fake);
}

static void what_can_be_cancelled_is_cancelled(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE | CANCELLABLE, { HANDLE, PAGES(4) } },
		{ RMI_OP_CANCEL, RMI_SUCCESS },
		END,
	};

	fake->budget = 0;
	assert_false(run(fake, script));
	assert_played(fake);
	assert_false(fake->rmi.op.open);
	/* The end of a cancelled operation is not the command's success. */
	assert_int_equal(rmi_status(&fake->rmi), RMI_INCOMPLETE);
}

static void cancelling_returns_what_was_given(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE | CANCELLABLE, { HANDLE, PAGES(2) } },
		{ RMI_OP_MEM_DONATE, PLEASE | CANCELLABLE, { 2, PAGES(0) } },
		{ RMI_OP_CANCEL, FETCH },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 2 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_int_equal(rmi_status(&fake->rmi), RMI_INCOMPLETE);
	assert_returned(fake);
}

static void a_refused_cancel_leaves_the_operation_open(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE | CANCELLABLE, { HANDLE, PAGES(4) } },
		{ RMI_OP_CANCEL, RMI_ERROR_INPUT },
		END,
	};

	fake->budget = 0;
	assert_false(run(fake, script));
	assert_true(fake->rmi.op.open);
}

static void a_refused_donation_comes_back(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(4) } },
		{ RMI_OP_MEM_DONATE, RMI_ERROR_INPUT },
		DECLINED,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_REFUSED, RMI_OP_MEM_DONATE,
		      RMI_REC_CREATE);
	assert_returned(fake);
}

static void a_donation_that_is_not_taken(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(4) } },
		{ RMI_OP_MEM_DONATE, PLEASE, { 0, PAGES(4) } },
		DECLINED,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_OP_MEM_DONATE,
		      RMI_REC_CREATE);
	assert_returned(fake);
}

static void a_donation_taken_more_than_once(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(4) } },
		{ RMI_OP_MEM_DONATE, GO_ON, { UINT64_MAX } },
		{ RMI_OP_CONTINUE, RMI_ERROR_REC },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_OP_MEM_DONATE,
		      RMI_REC_CREATE);
	assert_int_equal(fake->granules.account.held[GRANULES_ABANDONED], 4);
}

static void a_granule_for_a_donation_that_cannot_be_delegated(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(4) } }, DECLINED
	};

	fake->refused = pa_make(FAKE_BASE + 3 * UINT64_C(0x1000));
	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_REFUSED, RMI_GRANULE_RANGE_DELEGATE, 0);
	assert_returned(fake);
}

static void delegation_itself_is_given_no_memory(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, PLEASE, { HANDLE, PAGES(1) } },
		{ RMI_GRANULE_RANGE_DELEGATE,
		  PLEASE | CANCELLABLE,
		  { HANDLE + 1, PAGES(1) } },
		{ RMI_OP_CANCEL, RMI_SUCCESS },
		{ RMI_GRANULE_RANGE_UNDELEGATE, RMI_ERROR_INPUT, { FAKE_BASE } },
		DECLINED,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_GRANULE_RANGE_DELEGATE, 0);
	/* The page may have been delegated or not, so it is not freed. */
	assert_int_equal(fake->granules.account.held[GRANULES_ABANDONED], 1);
}

/* Delegation that asks for memory and cannot be cancelled is left as well. */
static void delegation_that_wants_memory_is_declined(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_GRANULE_RANGE_DELEGATE, PLEASE, { HANDLE, PAGES(1) } },
		DECLINED,
	};
	struct granules_want want = { GRANULES_DATA, 4, 1, 1 };
	struct granules_range range;

	fake->granules.list = fake->rmi.list;
	fake_play(fake, script);
	assert_false(granules_alloc(&fake->granules, &want, &range));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_GRANULE_RANGE_DELEGATE, 0);
	assert_returned(fake);
}

static void undelegation_that_wants_memory_is_declined(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_GRANULE_RANGE_UNDELEGATE, PLEASE, { HANDLE, PAGES(1) } },
		DECLINED,
	};
	const struct reply later[] = { END };
	struct granules_want want = { GRANULES_DATA, 4, 1, 1 };
	struct granules_range range;

	fake->granules.list = fake->rmi.list;
	fake_play(fake, later);
	assert_true(granules_alloc(&fake->granules, &want, &range));
	fake_play(fake, script);
	granules_free(&fake->granules, GRANULES_DATA, range);
	assert_played(fake);
	assert_int_equal(fake->granules.account.held[GRANULES_ABANDONED], 4);
	fake_play(fake, later);
	granules_retry(&fake->granules);
	assert_returned(fake);
}

/* A range command was given nothing, so it has nothing to return. */
static void memory_returned_by_delegation_is_not_believed(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_GRANULE_RANGE_DELEGATE, FETCH, { HANDLE } },
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 1 } },
		END,
	};
	struct granules_want want = { GRANULES_DATA, 4, 1, 1 };
	struct granules_range range;

	fake->granules.list = fake->rmi.list;
	fake_play(fake, script);
	assert_false(granules_alloc(&fake->granules, &want, &range));
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_OP_MEM_RECLAIM,
		      RMI_GRANULE_RANGE_DELEGATE);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_asked_for_is_donated),
		TEST(a_donation_taken_in_pieces),
		TEST(a_donation_from_scattered_memory),
		TEST(a_donation_of_large_blocks),
		TEST(a_contiguous_donation_is_aligned_and_whole),
		TEST(a_donation_that_is_not_to_be_delegated),
		TEST(a_failing_operation_returns_its_memory),
		TEST(nothing_to_reclaim_is_legal),
		TEST(a_reclaim_of_more_ranges_than_asked),
		TEST(a_reclaim_without_progress),
		TEST(a_reclaim_of_memory_that_was_not_given),
		TEST(a_refused_reclaim_can_be_resumed),
		TEST(an_end_without_returning_is_believed_the_second_time),
		TEST(more_is_asked_for_than_is_sane),
		TEST(more_is_asked_for_than_there_can_be),
		TEST(nothing_is_asked_for),
		TEST(an_odd_contiguous_size_is_asked_for),
		TEST(without_memory_the_donation_is_declined),
		TEST(more_than_was_promised_is_declined),
		TEST(memory_running_out_returns_what_was_given),
		TEST(what_can_be_cancelled_is_cancelled),
		TEST(cancelling_returns_what_was_given),
		TEST(a_refused_cancel_leaves_the_operation_open),
		TEST(a_refused_donation_comes_back),
		TEST(a_donation_that_is_not_taken),
		TEST(a_donation_taken_more_than_once),
		TEST(a_granule_for_a_donation_that_cannot_be_delegated),
		TEST(delegation_itself_is_given_no_memory),
		TEST(delegation_that_wants_memory_is_declined),
		TEST(undelegation_that_wants_memory_is_declined),
		TEST(memory_returned_by_delegation_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
