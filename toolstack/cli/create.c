/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve create: the dry run (-n), and --expect-rim. run.c has the rest. */
#include <string.h>
#include <strings.h>

#include "toolstack/cli/cli.h"

int cli_rim_compare(const struct cli_call *call,
		    const struct reeve_measurement *measurement)
{
	const char *expected = cli_value(call, CLI_EXPECT_RIM);
	char text[2 * sizeof(measurement->rim) + 1];

	if (expected == NULL)
		return REEVE_OK;
	if (measurement == NULL) {
		fputs("reeve: error: --expect-rim: it is no Realm, so nothing "
		      "measures it\n",
		      stderr);
		return REEVE_ERR_CONFIG;
	}
	cli_hex_text(text, measurement->rim, measurement->size);
	if (strcasecmp(expected, text) == 0)
		return REEVE_OK;
	if (strlen(expected) != strlen(text)) {
		(void)cli_value_refuse("create", "--expect-rim", expected,
				       "all digits of it, as reeve measure "
				       "prints them");
		return REEVE_ERR_CONFIG;
	}
	fprintf(stderr,
		"reeve: error: --expect-rim: this Realm has another "
		"measurement\n"
		"reeve: note: it is %s; reeve measure shows what goes in\n",
		text);
	return REEVE_ERR_CONFIG;
}

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
	const struct reeve_measurement *measured = NULL;
	struct reeve_measurement measurement;
	struct cli_session session;
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
	if (reeve_guest_is_realm(session.guest)) {
		measured = &measurement;
		result = reeve_measure(session.plan, &measurement,
				       session.report);
	}
	if (result == REEVE_OK)
		result = cli_rim_compare(call, measured);
	if (result == REEVE_OK)
		code = create_print(call, &session, measured);
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
