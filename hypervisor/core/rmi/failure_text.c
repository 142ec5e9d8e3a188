/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of a failure: the step, the reason, the command and its answer. */
#include "hypervisor/core/rmi/failure_text.h"

#include <stddef.h>

#include "abi/rmi.h"
#include "hypervisor/core/rmi/rmi_names.h"
#include "lib/log.h"

/* The unused rest of a buffer for text. */
struct rest {
	char *text;
	int size;
};

static void text_append(struct rest *rest, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void text_append(struct rest *rest, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = log_format(rest->text, rest->size, format, arguments);
	va_end(arguments);
	rest->text += length;
	rest->size -= length;
}

static void arguments_add(struct rest *rest, const struct rmi_failure *failure)
{
	const struct rmi_command *command = rmi_command(failure->fid);
	const char *gap = "";

	if (command == NULL)
		return;
	text_append(rest, "(");
	for (unsigned i = 0; i < RMI_ARGS && command->args[i] != NULL; i++) {
		text_append(rest,
			    command->decimal >> i & 1 ? "%s%s=%llu"
						      : "%s%s=0x%llx",
			    gap, command->args[i],
			    (unsigned long long)failure->args[i]);
		gap = ", ";
	}
	text_append(rest, ")");
}

static void command_add(struct rest *rest, const struct rmi_failure *failure)
{
	text_append(rest, ": %s", rmi_command_name(failure->fid));
	arguments_add(rest, failure);
	text_append(rest, ": %s", rmi_status_name(failure->status));
	if (failure->status == RMI_ERROR_RTT)
		text_append(rest, ", level %d", failure->index);
}

void failure_text(const struct rmi_failure *failure, char *text, int size)
{
	struct rest rest = { text, size };

	text_append(&rest, "%s",
		    failure->doing != NULL ? failure->doing : "a command");
	if (failure->why != NULL)
		text_append(&rest, ": %s", failure->why);
	if (failure->kind == RMI_FAILURE_GAVE_UP)
		text_append(&rest, ": gave up");
	if (failure->fid != 0)
		command_add(&rest, failure);
}
