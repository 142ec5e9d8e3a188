/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve parse: prints the settings of a file without judging them. */
#include "toolstack/cli/cli.h"

int cli_parse_verb(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_source source = cli_source(call);
	char *json = NULL;
	int result = REEVE_ERR_MEMORY;
	int code = CLI_OK;

	if (session.report != NULL)
		result = reeve_settings_json(&source, &json, session.report);
	if (result == REEVE_OK)
		code = cli_print_text(json);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
