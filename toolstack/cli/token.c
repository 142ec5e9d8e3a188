/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve token: shows an attestation token, or verifies it. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

/* The inputs of a verification. inputs_free() frees them. */
struct inputs {
	struct reeve_report *report;
	struct reeve_token *token;
	struct reeve_token_policy *policy;
	char *platform_key;
	struct reeve_refs refs;
	bool has_refs;
};

static void inputs_free(struct inputs *inputs)
{
	reeve_token_free(inputs->token);
	reeve_token_policy_free(inputs->policy);
	free(inputs->platform_key);
	reeve_report_free(inputs->report);
}

/* Prints the report and frees the inputs. Returns the exit code. */
static int inputs_finish(struct inputs *inputs, int result, int code)
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
	struct inputs inputs = { .report = reeve_report_new() };
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
	return inputs_finish(&inputs, result, code);
}

/* Predicts the reference values from the configuration that --config names,
 * with the settings of --set. */
static int guest_predict(const struct cli_call *call, struct inputs *inputs)
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
	if (result == REEVE_OK)
		reeve_refs_from(&measurement, &inputs->refs);
	reeve_plan_free(plan);
	reeve_guest_free(guest);
	return result;
}

/* Gets the reference values from --config or --refs, and from --events. */
static int refs_load(const struct cli_call *call, struct inputs *inputs)
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

static int inputs_load(const struct cli_call *call, struct inputs *inputs)
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
	if (result == REEVE_OK) {
		result = reeve_token_load(call->config, &inputs->token,
					  inputs->report);
	}
	return result;
}

static void check_print(const struct reeve_check *check)
{
	static const char *const verdicts[] = {
		[REEVE_PASS] = "ok",
		[REEVE_FAIL] = "FAILED",
		[REEVE_UNCHECKED] = "unchecked",
	};

	printf("%-10s%-21s", verdicts[check->verdict], check->name);
	if (check->verdict == REEVE_FAIL)
		printf("expected %s, found %s\n", check->expected, check->found);
	else if (check->verdict == REEVE_PASS &&
		 strcmp(check->expected, check->found) != 0)
		printf("%s (accepted: %s)\n", check->found, check->expected);
	else
		printf("%s\n", check->found);
	if (check->hint != NULL)
		printf("%31s%s\n", "", check->hint);
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
		check_print(check);
	puts(passed ? "accepted" : "REFUSED");
	code = cli_finish_output();
	return code != CLI_OK || passed ? code : CLI_FAILED;
}

static bool options_fit(const struct cli_call *call)
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
		fprintf(stderr, "reeve token verify: %s\n", wrong);
	return wrong == NULL;
}

int cli_token_verify(const struct cli_call *call)
{
	struct inputs inputs = { 0 };
	struct reeve_verification *verification = NULL;
	int code = CLI_OK;
	int result;

	if (!options_fit(call))
		return CLI_WRONG;
	result = inputs_load(call, &inputs);
	if (result == REEVE_OK) {
		const struct reeve_expectation expected = {
			.platform_key = inputs.platform_key,
			.challenge = cli_value(call, CLI_CHALLENGE),
			.refs = inputs.has_refs ? &inputs.refs : NULL,
			.policy = inputs.policy,
		};

		result = reeve_token_verify(inputs.token, &expected,
					    &verification, inputs.report);
	}
	if (result == REEVE_OK)
		code = verification_print(call, verification);
	reeve_verification_free(verification);
	return inputs_finish(&inputs, result, code);
}
