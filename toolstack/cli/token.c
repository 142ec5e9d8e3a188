/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve token: shows an attestation token, or verifies it. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

static void inputs_free(struct cli_inputs *inputs)
{
	reeve_token_free(inputs->token);
	reeve_token_policy_free(inputs->policy);
	free(inputs->platform_key);
	free(inputs->name);
	reeve_report_free(inputs->report);
}

int cli_inputs_finish(struct cli_inputs *inputs, int result, int code)
{
	if (inputs->report != NULL)
		cli_print_report(inputs->report);
	if (result == REEVE_ERR_MEMORY)
		fputs("reeve: error: out of memory\n", stderr);
	inputs_free(inputs);
	return result != REEVE_OK ? cli_exit_code(result) : code;
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

/* Predicts the reference values from the configuration that --config names,
 * with the settings of --set. */
static int guest_predict(const struct cli_call *call, struct cli_inputs *inputs)
{
	struct reeve_source source = cli_source(call);
	struct reeve_measurement measurement;
	struct reeve_guest *guest = NULL;
	struct reeve_plan *plan = NULL;
	int result;

	source.path = cli_value(call, CLI_GUEST);
	source.engine = REEVE_ENGINE_MODEL;
	result = reeve_guest_load(&source, &guest, inputs->report);
	if (result == REEVE_OK)
		result = reeve_plan_new(guest, &plan, inputs->report);
	if (result == REEVE_OK)
		result = reeve_measure(plan, &measurement, inputs->report);
	if (result == REEVE_OK) {
		reeve_refs_from(&measurement, &inputs->refs);
		inputs->name = strdup(reeve_guest_name(guest));
		if (inputs->name == NULL)
			result = REEVE_ERR_MEMORY;
	}
	reeve_plan_free(plan);
	reeve_guest_free(guest);
	return result;
}

/* Gets the reference values from --config or --refs, and from --events. */
static int refs_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	const char *events = cli_value(call, CLI_EVENTS);
	const char *path = cli_value(call, CLI_REFS);
	int result = REEVE_OK;

	inputs->has_refs = path != NULL || cli_value(call, CLI_GUEST) != NULL;
	if (path != NULL)
		result = reeve_refs_load(path, &inputs->refs, inputs->report);
	else if (inputs->has_refs)
		result = guest_predict(call, inputs);
	if (result == REEVE_OK && events != NULL) {
		result = reeve_refs_replay(events, &inputs->refs,
					   inputs->report);
	}
	return result;
}

int cli_inputs_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	const char *policy = cli_value(call, CLI_POLICY);
	int result;

	inputs->report = reeve_report_new();
	if (inputs->report == NULL)
		return REEVE_ERR_MEMORY;
	result = reeve_key_load(cli_value(call, CLI_PLATFORM_KEY),
				&inputs->platform_key, inputs->report);
	if (result == REEVE_OK && policy != NULL) {
		result = reeve_token_policy_load(policy, &inputs->policy,
						 inputs->report);
	}
	if (result == REEVE_OK)
		result = refs_load(call, inputs);
	return result;
}

void cli_check_print(const struct reeve_check *check, FILE *to)
{
	static const char *const verdicts[] = {
		[REEVE_PASS] = "ok",
		[REEVE_FAIL] = "FAILED",
		[REEVE_UNCHECKED] = "unchecked",
	};

	fprintf(to, "%-10s%-21s", verdicts[check->verdict], check->name);
	if (check->verdict == REEVE_FAIL)
		printf("expected %s, found %s\n", check->expected, check->found);
	else if (check->verdict == REEVE_PASS &&
		 strcmp(check->expected, check->found) != 0)
		fprintf(to, "%s (accepted: %s)\n", check->found,
			check->expected);
	else
		fprintf(to, "%s\n", check->found);
	if (check->hint != NULL)
		fprintf(to, "%31s%s\n", "", check->hint);
}

static int verification_print(const struct cli_call *call,
			      const struct reeve_verification *verification)
{
	bool passed = reeve_verification_passed(verification);
	const struct reeve_check *check;
	int code;

	if ((call->options & CLI_JSON) != 0) {
		code = cli_print_text(reeve_verification_json(verification));
		return code != CLI_OK || passed ? code : CLI_FAILED;
	}
	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++)
		cli_check_print(check, stdout);
	puts(passed ? "accepted" : "REFUSED");
	code = cli_finish_output();
	return code != CLI_OK || passed ? code : CLI_FAILED;
}

bool cli_inputs_fit(const struct cli_call *call, const char *verb)
{
	bool guest = cli_value(call, CLI_GUEST) != NULL;
	bool refs = cli_value(call, CLI_REFS) != NULL;
	const char *wrong = NULL;

	if (cli_value(call, CLI_PLATFORM_KEY) == NULL) {
		wrong = "--platform-key is missing: without a key nothing is "
			"verified";
	} else if (guest && refs) {
		wrong = "--config and --refs say the same thing: give one";
	} else if (cli_value(call, CLI_EVENTS) != NULL && !guest && !refs) {
		wrong = "--events needs --config or --refs, for the hash";
	}
	if (wrong != NULL)
		fprintf(stderr, "reeve %s: %s\n", verb, wrong);
	return wrong == NULL;
}

int cli_inputs_verify(struct cli_inputs *inputs,
		      const struct reeve_token *token, const char *challenge,
		      struct reeve_verification **verification)
{
	const struct reeve_expectation expected = {
		.platform_key = inputs->platform_key,
		.challenge = challenge,
		.refs = inputs->has_refs ? &inputs->refs : NULL,
		.policy = inputs->policy,
	};

	return reeve_token_verify(token, &expected, verification,
				  inputs->report);
}

int cli_token_verify(const struct cli_call *call)
{
	struct cli_inputs inputs = { 0 };
	struct reeve_verification *verification = NULL;
	int code = CLI_OK;
	int result;

	if (!cli_inputs_fit(call, "token verify"))
		return CLI_WRONG;
	result = cli_inputs_load(call, &inputs);
	if (result == REEVE_OK) {
		result = reeve_token_load(call->config, &inputs.token,
					  inputs.report);
	}
	if (result == REEVE_OK) {
		result = cli_inputs_verify(&inputs, inputs.token,
					   cli_value(call, CLI_CHALLENGE),
					   &verification);
	}
	if (result == REEVE_OK)
		code = verification_print(call, verification);
	reeve_verification_free(verification);
	return cli_inputs_finish(&inputs, result, code);
}
