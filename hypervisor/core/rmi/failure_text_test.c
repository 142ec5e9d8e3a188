/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures in words. */
#include "hypervisor/core/rmi/failure_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "abi/rmi.h"

static void says(const struct rmi_failure *failure, const char *expected)
{
	char text[192];

	failure_text(failure, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void a_command_that_was_refused(void **state)
{
	(void)state;
	says(&(struct rmi_failure){ .kind = RMI_FAILURE_REFUSED,
				    .doing = "creating the Realm",
				    .fid = RMI_REALM_CREATE,
				    .args = { 0x1000, 0x2000 },
				    .status = RMI_ERROR_GLOBAL },
	     "creating the Realm: RMI_REALM_CREATE(rd=0x1000, "
	     "params=0x2000): RMI_ERROR_GLOBAL");
}

static void the_level_of_a_table(void **state)
{
	(void)state;
	says(&(struct rmi_failure){ .kind = RMI_FAILURE_REFUSED,
				    .fid = RMI_RTT_CREATE,
				    .args = { 0x1000, 0x2000, 0x40000000, 2 },
				    .status = RMI_ERROR_RTT,
				    .index = -1 },
	     "a command: RMI_RTT_CREATE(rd=0x1000, rtt=0x2000, "
	     "ipa=0x40000000, level=2): RMI_ERROR_RTT, level -1");
}

static void a_reason_without_a_command(void **state)
{
	(void)state;
	says(&(struct rmi_failure){ .kind = RMI_FAILURE_MEMORY,
				    .doing = "making room",
				    .why = "there is none" },
	     "making room: there is none");
}

static void a_command_that_was_given_up(void **state)
{
	(void)state;
	says(&(struct rmi_failure){ .kind = RMI_FAILURE_GAVE_UP,
				    .doing = "activating",
				    .fid = RMI_REALM_ACTIVATE,
				    .args = { 0x1000 },
				    .status = RMI_BUSY },
	     "activating: gave up: RMI_REALM_ACTIVATE(rd=0x1000): RMI_BUSY");
}

static void a_command_that_nobody_knows(void **state)
{
	(void)state;
	says(&(struct rmi_failure){ .kind = RMI_FAILURE_REFUSED,
				    .fid = 1,
				    .status = 0xff },
	     "a command: unknown RMI command: SMCCC_NOT_SUPPORTED");
}

static void a_text_that_does_not_fit_is_cut(void **state)
{
	const struct rmi_failure failure = { .kind = RMI_FAILURE_REFUSED,
					     .doing = "creating the Realm",
					     .fid = RMI_REALM_CREATE };
	char text[192];

	(void)state;
	for (int size = 1; size < 90; size++) {
		memset(text, 'x', sizeof(text));
		failure_text(&failure, text, size);
		assert_true(strlen(text) < (size_t)size);
		assert_int_equal(text[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_that_was_refused),
		cmocka_unit_test(the_level_of_a_table),
		cmocka_unit_test(a_reason_without_a_command),
		cmocka_unit_test(a_command_that_was_given_up),
		cmocka_unit_test(a_command_that_nobody_knows),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
