/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver of commands, against scripted RMMs: honest, slow, and mad. */
#include "hypervisor/core/rmi/sro.h"

#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_command.h"

static void success_at_once(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { { RMI_REC_CREATE, RMI_SUCCESS }, END };

	assert_true(run(fake, script));
	assert_int_equal(fake->last[1], 0x1000);
	assert_int_equal(fake->last[3], 0x3000);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_NONE);
}

static void an_error_is_left_to_the_caller(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, RMI_ERROR_RTT | 0xff << 8 }, END
	};

	assert_false(run(fake, script));
	assert_int_equal(rmi_status(&fake->rmi), RMI_ERROR_RTT);
	assert_int_equal(rmi_index(&fake->rmi), -1);
	assert_int_equal(fake->failure.kind, RMI_FAILURE_NONE);
	assert_false(rmi_refused(&fake->rmi));
	assert_failed(fake, RMI_FAILURE_REFUSED, RMI_REC_CREATE, 0);
	assert_int_equal(fake->failure.args[1], 0x2000);
	assert_int_equal(fake->failure.index, -1);
}

static void an_unknown_command_is_no_success(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { { RMI_REC_CREATE, SMCCC_NOT_SUPPORTED },
					END };

	assert_false(run(fake, script));
	assert_int_equal(rmi_status(&fake->rmi), 0xff);
}

static void busy_and_blocked_are_asked_again(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, RMI_BUSY, .times = 1000 },
		{ RMI_REC_CREATE, RMI_BLOCKED, .times = 1000 },
		{ RMI_REC_CREATE, GO_ON, { HANDLE } },
		{ RMI_OP_CONTINUE, RMI_BUSY, .times = 1000 },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		END,
	};

	assert_true(run(fake, script));
	assert_int_equal(fake->waits, 3000);
	assert_played(fake);
}

/* On an idle core a try takes little time. */
static void a_busy_rmm_is_waited_for_by_time(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, RMI_BUSY, .times = 199999 },
		{ RMI_REC_CREATE, RMI_SUCCESS },
		END,
	};

	fake->wait_ns = RMI_BUSY_NS / 200000;
	assert_true(run(fake, script));
	assert_played(fake);
}

static void a_busy_storm_is_given_up(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, RMI_BUSY, .times = FAKE_TRIES },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_GAVE_UP, RMI_REC_CREATE, 0);
	assert_false(fake->rmi.op.open);
}

static void an_operation_blocked_for_ever_stays_open(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, GO_ON, { HANDLE } },
		{ RMI_OP_CONTINUE, RMI_BLOCKED, .times = FAKE_TRIES },
		END,
	};
	const struct reply later[] = { { RMI_OP_CONTINUE, RMI_SUCCESS }, END };

	assert_false(run(fake, script));
	assert_failed(fake, RMI_FAILURE_GAVE_UP, RMI_OP_CONTINUE,
		      RMI_REC_CREATE);
	assert_true(fake->rmi.op.open);
	assert_true(resume(fake, later));
	assert_int_equal(rmi_status(&fake->rmi), RMI_SUCCESS);
}

static void continuing_gives_the_commands_results(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, GO_ON, { HANDLE } },
		{ RMI_OP_CONTINUE, GO_ON, { 99 }, .times = 20 },
		{ RMI_OP_CONTINUE, RMI_SUCCESS, { 11, 12, 13 } },
		END,
	};

	assert_true(run(fake, script));
	assert_int_equal(fake->last[1], HANDLE);
	assert_int_equal(fake->rmi.call.fid, RMI_REC_CREATE);
	assert_int_equal(fake->rmi.call.out[0], 11);
	assert_int_equal(fake->rmi.call.out[2], 13);
}

static void an_operation_without_end_is_given_up(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, GO_ON, { HANDLE } },
		{ RMI_OP_CONTINUE, GO_ON, .times = RMI_STEPS_MAX },
		END,
	};

	assert_false(run(fake, script));
	assert_played(fake);
	assert_failed(fake, RMI_FAILURE_GAVE_UP, RMI_REC_CREATE, 0);
	assert_int_equal(fake->failure.status, RMI_INCOMPLETE);
	assert_true(fake->rmi.op.open);
}

static void an_unknown_request_leaves_the_operation_open(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_REC_CREATE, RMI_INCOMPLETE | 3 << 8, { HANDLE } }, END
	};

	assert_false(run(fake, script));
	assert_failed(fake, RMI_FAILURE_PROTOCOL, RMI_REC_CREATE, 0);
	assert_true(fake->rmi.op.open);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(success_at_once),
		TEST(an_error_is_left_to_the_caller),
		TEST(an_unknown_command_is_no_success),
		TEST(busy_and_blocked_are_asked_again),
		TEST(a_busy_rmm_is_waited_for_by_time),
		TEST(a_busy_storm_is_given_up),
		TEST(an_operation_blocked_for_ever_stays_open),
		TEST(continuing_gives_the_commands_results),
		TEST(an_operation_without_end_is_given_up),
		TEST(an_unknown_request_leaves_the_operation_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
