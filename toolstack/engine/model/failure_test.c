/* SPDX-License-Identifier: BSD-3-Clause */
/* The sentences that a user gets for failures of the Realm builder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/rmi.h"
#include "toolstack/engine/model/failure.h"

static void assert_told(const struct rmi_failure *failure, const char *text)
{
	struct reeve_report *report = reeve_report_new();

	assert_non_null(report);
	assert_int_equal(failure_report(failure, report), REEVE_ERR_ENGINE);
	assert_int_equal(reeve_report_count(report), 1);
	assert_string_equal(reeve_report_get(report, 0)->message, text);
	reeve_report_free(report);
}

static void a_refusal_names_command_arguments_status_and_level(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_REFUSED,
			.doing = "mapping the kernel",
			.fid = RMI_RTT_CREATE,
			.args = { 0x80000000, 0x80001000, 0x40000000, 2 },
			.status = RMI_ERROR_RTT,
			.index = 1,
		},
		"mapping the kernel: RMI_RTT_CREATE(rd=0x80000000, "
		"rtt=0x80001000, ipa=0x40000000, level=2) failed: "
		"RMI_ERROR_RTT, level 1");
}

static void other_statuses_have_no_level(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_REFUSED,
			.doing = "activating the Realm",
			.fid = RMI_REALM_ACTIVATE,
			.args = { 0x80000000 },
			.status = RMI_ERROR_REALM,
		},
		"activating the Realm: RMI_REALM_ACTIVATE(rd=0x80000000) "
		"failed: RMI_ERROR_REALM");
}

static void a_later_call_names_the_command_that_it_goes_on_with(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_REFUSED,
			.doing = "creating a vCPU",
			.fid = RMI_OP_CONTINUE,
			.course = RMI_REC_CREATE,
			.args = { 3, 0 },
			.status = RMI_ERROR_INPUT,
		},
		"creating a vCPU: RMI_OP_CONTINUE(handle=3, flags=0x0), a part "
		"of RMI_REC_CREATE, failed: RMI_ERROR_INPUT");
}

static void giving_up_tells_the_last_answer(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_GAVE_UP,
			.doing = "activating the Realm",
			.fid = RMI_REALM_ACTIVATE,
			.args = { 0x80000000 },
			.status = RMI_BUSY,
		},
		"activating the Realm: RMI_REALM_ACTIVATE(rd=0x80000000) does "
		"not end: the RMM still answers RMI_BUSY");
}

static void nonsense_tells_the_broken_rule(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_PROTOCOL,
			.doing = "measuring",
			.fid = RMI_REALM_ACTIVATE,
			.args = { 0x1000 },
			.why = "it went backwards",
		},
		"measuring: RMI_REALM_ACTIVATE(rd=0x1000): the RMM broke the "
		"protocol: it went backwards");
}

static void a_plan_is_refused_in_words(void **state)
{
	(void)state;
	assert_told(
		&(struct rmi_failure){
			.kind = RMI_FAILURE_PLAN,
			.why = "there are no vCPUs",
		},
		"building the Realm: there are no vCPUs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_refusal_names_command_arguments_status_and_level),
		cmocka_unit_test(other_statuses_have_no_level),
		cmocka_unit_test(
			a_later_call_names_the_command_that_it_goes_on_with),
		cmocka_unit_test(giving_up_tells_the_last_answer),
		cmocka_unit_test(nonsense_tells_the_broken_rule),
		cmocka_unit_test(a_plan_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
