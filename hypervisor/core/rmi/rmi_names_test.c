/* SPDX-License-Identifier: BSD-3-Clause */
/* The words for commands, arguments and statuses. */
#include "hypervisor/core/rmi/rmi_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/rmi.h"

static void commands_have_names_and_arguments(void **state)
{
	const struct rmi_command *command = rmi_command(RMI_RTT_CREATE);

	(void)state;
	assert_non_null(command);
	assert_string_equal(command->name, "RMI_RTT_CREATE");
	assert_string_equal(command->args[0], "rd");
	assert_string_equal(command->args[3], "level");
	assert_null(command->args[4]);
	assert_int_equal(command->decimal, 1 << 3);
	assert_null(rmi_command(RMI_RMM_ACTIVATE)->args[0]);
}

static void each_command_is_known_by_its_fid(void **state)
{
	(void)state;
	assert_string_equal(rmi_command_name(RMI_VERSION), "RMI_VERSION");
	assert_string_equal(rmi_command_name(RMI_OP_CANCEL), "RMI_OP_CANCEL");
	assert_string_equal(rmi_command_name(0xc4000151), "unknown RMI command");
	assert_string_equal(rmi_command_name(0), "unknown RMI command");
}

static void statuses_have_names(void **state)
{
	(void)state;
	assert_string_equal(rmi_status_name(RMI_SUCCESS), "RMI_SUCCESS");
	assert_string_equal(rmi_status_name(RMI_ERROR_RTT), "RMI_ERROR_RTT");
	assert_string_equal(rmi_status_name(RMI_ERROR_GRANULE),
			    "RMI_ERROR_GRANULE");
	assert_string_equal(rmi_status_name(0xff), "SMCCC_NOT_SUPPORTED");
	assert_string_equal(rmi_status_name(17), "unknown RMI status");
	assert_string_equal(rmi_status_name(1000), "unknown RMI status");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_have_names_and_arguments),
		cmocka_unit_test(each_command_is_known_by_its_fid),
		cmocka_unit_test(statuses_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
