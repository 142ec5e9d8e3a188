/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve dtb: writes the device tree that a guest would get. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

static int dtb_write(const struct cli_call *call, const void *data, size_t size)
{
	if (cli_value(call, CLI_OUTPUT) != NULL)
		return cli_write_file(cli_value(call, CLI_OUTPUT), data, size);
	fwrite(data, 1, size, stdout);
	return REEVE_OK;
}

static int dtb_write_source(const struct cli_call *call,
			    const struct cli_session *session)
{
	char *text = reeve_plan_dtb_source(session->plan);
	int result;

	if (text == NULL)
		return REEVE_ERR_MEMORY;
	result = dtb_write(call, text, strlen(text));
	free(text);
	return result;
}

int cli_dtb(const struct cli_call *call)
{
	struct cli_session session;
	bool source = (call->options & CLI_SOURCE) != 0;
	const void *blob;
	size_t size;
	int code;
	int result;

	if (!source && cli_value(call, CLI_OUTPUT) == NULL &&
	    isatty(STDOUT_FILENO)) {
		fputs("reeve dtb: will not write a blob to a terminal: "
		      "use -o FILE or --source\n",
		      stderr);
		return CLI_WRONG;
	}
	if (!cli_open_plan(&session, call, &code))
		return code;
	blob = reeve_plan_dtb(session.plan, &size);
	result = source ? dtb_write_source(call, &session)
			: dtb_write(call, blob, size);
	result = cli_close(&session, result);
	code = cli_finish_output();
	return result != CLI_OK ? result : code;
}
