/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns a struct rmi_failure into a sentence. */
#include "toolstack/engine/model/failure.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/rmi.h"
#include "hypervisor/core/rmi/rmi_names.h"

/* Writes a command as "RMI_RTT_CREATE(rd=0x80000000, ..., level=2)". If it
 * continues a stateful command, that command's name follows. */
static void command_text(const struct rmi_failure *failure, char *text,
			 size_t size)
{
	const struct rmi_command *command = rmi_command(failure->fid);
	size_t used = (size_t)snprintf(text, size, "%s(",
				       rmi_command_name(failure->fid));

	for (unsigned i = 0; command != NULL && i < RMI_ARGS &&
			     command->args[i] != NULL && used < size;
	     i++) {
		bool decimal = (command->decimal >> i & 1) != 0;

		used += (size_t)snprintf(
			text + used, size - used,
			decimal ? "%s%s=%" PRIu64 : "%s%s=0x%" PRIx64,
			i != 0 ? ", " : "", command->args[i], failure->args[i]);
	}
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, ")");
	if (used < size && failure->course != 0) {
		snprintf(text + used, size - used, ", a part of %s,",
			 rmi_command_name(failure->course));
	}
}

/* Writes a status as "RMI_ERROR_RTT, level 2". */
static void status_text(const struct rmi_failure *failure, char *text,
			size_t size)
{
	if (failure->status == RMI_ERROR_RTT) {
		snprintf(text, size, "%s, level %d",
			 rmi_status_name(failure->status), failure->index);
	} else {
		snprintf(text, size, "%s", rmi_status_name(failure->status));
	}
}

int failure_report(const struct rmi_failure *failure,
		   struct reeve_report *report)
{
	const char *doing =
		failure->doing != NULL ? failure->doing : "building the Realm";
	char command[256];
	char status[64];

	command_text(failure, command, sizeof(command));
	status_text(failure, status, sizeof(status));
	switch (failure->kind) {
	case RMI_FAILURE_REFUSED:
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "%s: %s failed: %s", doing, command, status);
	case RMI_FAILURE_GAVE_UP:
		return report_error(
			report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
			"%s: %s does not end: the RMM still answers %s", doing,
			command, status);
	case RMI_FAILURE_PROTOCOL:
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "%s: %s: the RMM broke the protocol: %s",
				    doing, command, failure->why);
	default:
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "%s: %s", doing,
				    failure->why != NULL ? failure->why
							 : "unknown cause");
	}
}
