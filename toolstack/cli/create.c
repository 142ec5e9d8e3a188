/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve create: the dry run (-n). run.c has the rest. */
#include "toolstack/cli/cli.h"

static void print_value(void *context, const struct reeve_value *value)
{
	(void)context;
	printf("%-24s = %s", value->key, value->text);
	fputs(value->set ? "\n" : "  # default\n", stdout);
}

static int create_print(const struct cli_call *call,
			const struct cli_session *session,
			const struct reeve_measurement *measurement)
{
	if ((call->options & CLI_JSON) != 0) {
		return cli_print_text(reeve_describe_json(
			session->guest, session->plan, measurement));
	}
	puts("# Configuration");
	reeve_guest_values(session->guest, print_value, NULL);
	puts("\n# Memory plan");
	cli_print_plan(session->plan);
	if (measurement != NULL) {
		puts("\n# Measurement");
		cli_print_measurement(measurement);
	}
	return cli_finish_output();
}

int cli_create(const struct cli_call *call)
{
	struct reeve_measurement measurement;
	struct cli_session session;
	bool realm;
	int code;
	int result = REEVE_OK;

	if ((call->options & CLI_DRY_RUN) == 0 && cli_is_model(call)) {
		fputs("reeve create: the model engine builds and measures a "
		      "guest but cannot run it: add -n\n",
		      stderr);
		return CLI_WRONG;
	}
	if ((call->options & CLI_DRY_RUN) == 0)
		return cli_create_run(call);
	if (!cli_open_plan(&session, call, &code))
		return code;
	realm = reeve_guest_is_realm(session.guest);
	if (realm) {
		result = reeve_measure(session.plan, &measurement,
				       session.report);
	}
	if (result == REEVE_OK)
		code = create_print(call, &session, realm ? &measurement : NULL);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
