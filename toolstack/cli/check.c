/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve check: reports all that is wrong with a configuration. */
#include <string.h>

#include "toolstack/cli/cli.h"

/* Loads the guest and checks its files. The findings go to the report. */
static int check_source(const struct cli_call *call, struct cli_session *session)
{
	struct reeve_source source = cli_source(call);
	int result;

	result = reeve_guest_load(&source, &session->guest, session->report);
	if (result != REEVE_OK)
		return result;
	return reeve_guest_probe(session->guest, session->report);
}

static void print_verdict(const struct cli_call *call,
			  const struct reeve_guest *guest)
{
	unsigned vcpus = reeve_guest_vcpus(guest);
	bool is_stdin = strcmp(call->config, "-") == 0 &&
			(call->options & CLI_STRICT) == 0;

	cli_print_safely(is_stdin ? "<stdin>" : call->config);
	printf(": ok: %s \"",
	       reeve_guest_is_realm(guest) ? "Realm" : "ordinary guest");
	cli_print_safely(reeve_guest_name(guest));
	printf("\", %u vCPU%s, %llu MiB\n", vcpus, vcpus == 1 ? "" : "s",
	       (unsigned long long)(reeve_guest_memory(guest) >> 20));
}

int cli_check(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	int result = REEVE_ERR_MEMORY;
	int code = CLI_OK;

	if (session.report != NULL)
		result = check_source(call, &session);
	if ((call->options & CLI_JSON) != 0 && session.report != NULL) {
		code = cli_print_report_json(call->config, result == REEVE_OK,
					     session.report);
		reeve_report_free(session.report);
		session.report = NULL;
	} else if (result == REEVE_OK) {
		print_verdict(call, session.guest);
		code = cli_finish_output();
	}
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
