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
	struct reeve_keys *keys;
	struct reeve_keys *signers; /* of the reference values */
	char *challenge;
	struct reeve_refs refs;
	bool has_refs;
};

static void inputs_free(struct inputs *inputs)
{
	reeve_token_free(inputs->token);
	reeve_token_policy_free(inputs->policy);
	reeve_keys_free(inputs->keys);
	reeve_keys_free(inputs->signers);
	free(inputs->challenge);
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

/* Reads the file of --refs. */
static int refs_read(const struct cli_call *call, struct inputs *inputs)
{
	const char *signers = cli_value(call, CLI_REFS_KEY);
	struct reeve_refs_source source = {
		.path = cli_value(call, CLI_REFS),
		.token = inputs->token,
	};
	int result = REEVE_OK;

	if (signers != NULL) {
		result = reeve_keys_load(signers, &inputs->signers,
					 inputs->report);
	}
	source.signers = inputs->signers;
	if (result == REEVE_OK) {
		result = reeve_refs_load(&source, &inputs->refs, inputs->report);
	}
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
		result = refs_read(call, inputs);
	else if (inputs->has_refs)
		result = guest_predict(call, inputs);
	if (result == REEVE_OK && events != NULL) {
		result = reeve_refs_replay(events, &inputs->refs,
					   inputs->report);
	}
	return result;
}

static int keys_load(const struct cli_call *call, struct inputs *inputs)
{
	const char *roots = cli_value(call, CLI_PLATFORM_ROOT);

	if (roots != NULL)
		return reeve_keys_load_roots(roots, &inputs->keys,
					     inputs->report);
	return reeve_keys_load(cli_value(call, CLI_PLATFORM_KEY), &inputs->keys,
			       inputs->report);
}

/* Gets the challenge from the command line or from a file. */
static int challenge_load(const struct cli_call *call, struct inputs *inputs)
{
	const char *path = cli_value(call, CLI_CHALLENGE_FILE);
	const char *text = cli_value(call, CLI_CHALLENGE);

	if (path != NULL) {
		inputs->challenge = cli_challenge_read(path);
		return inputs->challenge != NULL ? REEVE_OK : REEVE_ERR_IO;
	}
	if (text == NULL)
		return REEVE_OK;
	inputs->challenge = strdup(text);
	return inputs->challenge != NULL ? REEVE_OK : REEVE_ERR_MEMORY;
}

static int inputs_load(const struct cli_call *call, struct inputs *inputs)
{
	const char *policy = cli_value(call, CLI_POLICY);
	int result;

	inputs->report = reeve_report_new();
	if (inputs->report == NULL)
		return REEVE_ERR_MEMORY;
	result = keys_load(call, inputs);
	if (result == REEVE_OK)
		result = challenge_load(call, inputs);
	if (result == REEVE_OK && policy != NULL) {
		result = reeve_token_policy_load(policy, &inputs->policy,
						 inputs->report);
	}
	if (result == REEVE_OK) {
		result = reeve_token_load(call->config, &inputs->token,
					  inputs->report);
	}
	if (result == REEVE_OK)
		result = refs_load(call, inputs);
	return result;
}

static void check_print(const struct reeve_check *check)
{
	static const char *const verdicts[] = {
		[REEVE_PASS] = "ok",
		[REEVE_FAIL] = "FAILED",
		[REEVE_UNCHECKED] = "unchecked",
		[REEVE_MISSING] = "MISSING",
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

/* Returns whether there is a check with that verdict. */
static bool has_verdict(const struct reeve_verification *verification,
			enum reeve_verdict verdict)
{
	const struct reeve_check *check;

	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++) {
		if (check->verdict == verdict)
			return true;
	}
	return false;
}

static const char *verdict_text(const struct reeve_verification *verification)
{
	return has_verdict(verification, REEVE_FAIL)
		       ? "REFUSED"
		       : "NOT ACCEPTED: give what is missing, or waive it";
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
	puts(passed ? "accepted" : verdict_text(verification));
	code = cli_finish_output();
	return code != CLI_OK || passed ? code : CLI_FAILED;
}

static bool options_fit(const struct cli_call *call)
{
	bool guest = cli_value(call, CLI_GUEST) != NULL;
	bool refs = cli_value(call, CLI_REFS) != NULL;
	int challenges = (cli_value(call, CLI_CHALLENGE) != NULL) +
			 (cli_value(call, CLI_CHALLENGE_FILE) != NULL) +
			 ((call->options & CLI_NO_CHALLENGE) != 0);
	const char *wrong = NULL;

	if (cli_value(call, CLI_PLATFORM_KEY) == NULL &&
	    cli_value(call, CLI_PLATFORM_ROOT) == NULL) {
		wrong = "--platform-key is missing: without a key nothing is "
			"verified";
	} else if (cli_value(call, CLI_PLATFORM_KEY) != NULL &&
		   cli_value(call, CLI_PLATFORM_ROOT) != NULL) {
		wrong = "give --platform-key or --platform-root, not both";
	} else if (challenges > 1) {
		wrong = "give one of --challenge, --challenge-file and "
			"--no-challenge";
	} else if ((guest || refs) && (call->options & CLI_NO_REFERENCES) != 0) {
		wrong = "--no-references, and reference values with it: give "
			"one";
	} else if (guest && refs) {
		wrong = "--config and --refs say the same thing: give one";
	} else if (cli_value(call, CLI_REFS_KEY) != NULL && !refs) {
		wrong = "--refs-key needs --refs, a signed CoRIM";
	} else if (cli_value(call, CLI_EVENTS) != NULL && !guest && !refs) {
		wrong = "--events needs --config or --refs, for the hash";
	}
	if (wrong != NULL)
		fprintf(stderr, "reeve token verify: %s\n", wrong);
	return wrong == NULL;
}

/* Uses up the challenge of a file before its token is accepted. */
static bool challenge_is_used(const struct cli_call *call)
{
	const char *path = cli_value(call, CLI_CHALLENGE_FILE);

	return path == NULL || cli_challenge_use(path);
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
			.keys = inputs.keys,
			.challenge = inputs.challenge,
			.refs = inputs.has_refs ? &inputs.refs : NULL,
			.policy = inputs.policy,
			.no_challenge = (call->options & CLI_NO_CHALLENGE) != 0,
			.no_references =
				(call->options & CLI_NO_REFERENCES) != 0,
		};

		result = reeve_token_verify(inputs.token, &expected,
					    &verification, inputs.report);
	}
	if (result == REEVE_OK && reeve_verification_passed(verification) &&
	    !challenge_is_used(call))
		code = CLI_FAILED;
	else if (result == REEVE_OK)
		code = verification_print(call, verification);
	reeve_verification_free(verification);
	return inputs_finish(&inputs, result, code);
}
