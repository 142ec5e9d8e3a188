/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures of the core in words. */
#include "hypervisor/port/a64/failure_log.h"

#include <stddef.h>

#include "abi/rmi.h"
#include "hypervisor/core/rmi_names.h"
#include "lib/log.h"

static void command_log(const struct rmi_failure *failure)
{
	const struct rmi_command *command = rmi_command(failure->fid);

	log_line("  %s: %s", rmi_command_name(failure->fid),
		rmi_status_name(failure->status));
	if (failure->status == RMI_ERROR_RTT)
		log_line("    level %d", failure->index);
	for (unsigned i = 0; command != NULL && i < RMI_ARGS; i++)
		if (command->args[i] != NULL)
			log_line("    %s %llx", command->args[i],
				(unsigned long long)failure->args[i]);
}

void failure_log(const struct rmi_failure *failure)
{
	log_line("%s failed%s%s",
		failure->doing == NULL ? "a command" : failure->doing,
		failure->why == NULL ? "" : ": ",
		failure->why == NULL ? "" : failure->why);
	if (failure->fid != 0)
		command_log(failure);
}
