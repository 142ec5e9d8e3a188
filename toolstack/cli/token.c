/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve token: shows an attestation token, or verifies it. */
#include <string.h>

#include "toolstack/cli/cli.h"

int cli_token_profiles(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;
	char *text = json ? reeve_token_profiles_json()
			  : reeve_token_profiles_text();

	if (text != NULL && !json)
		text[strlen(text) - 1] = '\0';
	return cli_print_text(text);
}

int cli_token_show(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;
	struct cli_inputs inputs = { .report = reeve_report_new() };
	int result = REEVE_ERR_MEMORY;
	int code = CLI_OK;
	char *text;

	if (inputs.report != NULL) {
		result = reeve_token_load(call->config, &inputs.token,
					  inputs.report);
	}
	if (result == REEVE_OK) {
		text = json ? reeve_token_json(inputs.token)
			    : reeve_token_text(inputs.token);
		if (text != NULL && !json) {
			/* cli_print_text() adds the line feed. */
			text[strlen(text) - 1] = '\0';
		}
		code = cli_print_text(text);
	}
	return cli_inputs_finish(&inputs, result, code);
}

static int verification_print(const struct cli_call *call,
			      const struct reeve_verification *verification)
{
	bool passed = reeve_verification_passed(verification);
	int code;

	if ((call->options & CLI_JSON) != 0) {
		code = cli_print_text(reeve_verification_json(verification));
		return code != CLI_OK || passed ? code : CLI_FAILED;
	}
	cli_checks_print(verification, stdout);
	puts(cli_verdict_text(verification));
	code = cli_finish_output();
	return code != CLI_OK || passed ? code : CLI_FAILED;
}

/* Uses up the challenge of a file before its token is accepted. */
static bool challenge_is_used(const struct cli_call *call)
{
	const char *path = cli_value(call, CLI_CHALLENGE_FILE);

	return path == NULL || cli_challenge_use(path);
}

int cli_token_verify(const struct cli_call *call)
{
	struct cli_inputs inputs = { 0 };
	struct reeve_verification *verification = NULL;
	int code = CLI_OK;
	int result;

	if (!cli_inputs_fit(call, "token verify", false))
		return CLI_WRONG;
	result = cli_inputs_load(call, &inputs);
	if (result == REEVE_OK) {
		result = reeve_token_load(call->config, &inputs.token,
					  inputs.report);
	}
	if (result == REEVE_OK) {
		result = cli_inputs_verify(call, &inputs, inputs.token,
					   inputs.challenge, &verification);
	}
	if (result == REEVE_OK && reeve_verification_passed(verification) &&
	    !challenge_is_used(call))
		code = CLI_FAILED;
	else if (result == REEVE_OK)
		code = verification_print(call, verification);
	reeve_verification_free(verification);
	return cli_inputs_finish(&inputs, result, code);
}
