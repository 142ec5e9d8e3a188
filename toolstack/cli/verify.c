/* SPDX-License-Identifier: BSD-3-Clause */
/* The common part of token verify, attest, and the verbs that attest first:
 * reads what a token is verified with, and prints the verdict. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

static void inputs_free(struct cli_inputs *inputs)
{
	reeve_token_free(inputs->token);
	reeve_token_policy_free(inputs->policy);
	reeve_keys_free(inputs->keys);
	reeve_keys_free(inputs->signers);
	reeve_references_free(inputs->references);
	free(inputs->challenge);
	free(inputs->name);
	free(inputs->firmware);
	reeve_report_free(inputs->report);
}

int cli_inputs_forget(struct cli_inputs *inputs)
{
	struct reeve_report *next = reeve_report_new();

	if (next == NULL)
		return REEVE_ERR_MEMORY;
	reeve_report_free(inputs->report);
	inputs->report = next;
	return REEVE_OK;
}

void cli_inputs_tell(struct cli_inputs *inputs)
{
	cli_print_report(inputs->report);
	/* If memory runs out, cli_inputs_finish() prints this report once
	 * more. */
	(void)cli_inputs_forget(inputs);
}

int cli_inputs_finish(struct cli_inputs *inputs, int result, int code)
{
	if (inputs->report != NULL)
		cli_print_report(inputs->report);
	if (result == REEVE_ERR_MEMORY)
		fputs("reeve: error: out of memory\n", stderr);
	if (result == REEVE_ERR_STOPPED)
		fputs("reeve: stopped by a signal\n", stderr);
	inputs_free(inputs);
	return result != REEVE_OK ? cli_exit_code(result) : code;
}

/* ---- Inputs ---------------------------------------------------------- */

static const char both_references[] =
	"--no-references, and reference values of a Realm with it: give one";

bool cli_inputs_fit(const struct cli_call *call, const char *verb, bool host_key)
{
	bool guest = cli_value(call, CLI_GUEST) != NULL;
	bool refs = cli_value(call, CLI_REFS) != NULL;
	int challenges = (cli_value(call, CLI_CHALLENGE) != NULL) +
			 (cli_value(call, CLI_CHALLENGE_FILE) != NULL) +
			 ((call->options & CLI_NO_CHALLENGE) != 0);
	const char *wrong = NULL;

	if (cli_value(call, CLI_PLATFORM_KEY) == NULL &&
	    cli_value(call, CLI_PLATFORM_ROOT) == NULL && !host_key) {
		wrong = "--platform-key is missing: without a key nothing is "
			"verified";
	} else if (cli_value(call, CLI_PLATFORM_KEY) != NULL &&
		   cli_value(call, CLI_PLATFORM_ROOT) != NULL) {
		wrong = "give --platform-key or --platform-root, not both";
	} else if (challenges > 1) {
		wrong = "give one of --challenge, --challenge-file and "
			"--no-challenge";
	} else if (guest && (call->options & CLI_NO_REFERENCES) != 0) {
		wrong = both_references;
	} else if (cli_value(call, CLI_REFS_KEY) != NULL && !refs) {
		wrong = "--refs-key needs --refs, a signed CoRIM";
	} else if (cli_value(call, CLI_EVENTS) != NULL && !guest && !refs) {
		wrong = "--events needs --config or --refs, for the hash";
	}
	if (wrong != NULL)
		fprintf(stderr, "reeve %s: %s\n", verb, wrong);
	return wrong == NULL;
}

/* Loads the key from the folder of a host of this computer. It can be trusted:
 * somebody who could replace it could also replace this program. */
static int host_key_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	char *pem = NULL;
	int result = reeve_host_key(cli_host_name(call), &pem, inputs->report);

	if (result == REEVE_OK) {
		result = reeve_keys_read(pem, strlen(pem), NULL, &inputs->keys,
					 inputs->report);
	}
	free(pem);
	return result;
}

static int keys_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	const char *roots = cli_value(call, CLI_PLATFORM_ROOT);
	const char *keys = cli_value(call, CLI_PLATFORM_KEY);

	if (roots != NULL)
		return reeve_keys_load_roots(roots, &inputs->keys,
					     inputs->report);
	if (keys == NULL)
		return host_key_load(call, inputs);
	return reeve_keys_load(keys, &inputs->keys, inputs->report);
}

/* Gets the challenge from the command line or from a file. */
static int challenge_load(const struct cli_call *call, struct cli_inputs *inputs)
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
		inputs->has_refs = true;
		inputs->name = strdup(reeve_guest_name(guest));
		if (inputs->name == NULL)
			result = REEVE_ERR_MEMORY;
	}
	reeve_plan_free(plan);
	reeve_guest_free(guest);
	return result;
}

int cli_inputs_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	const char *policy = cli_value(call, CLI_POLICY);
	const char *signers = cli_value(call, CLI_REFS_KEY);
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
	if (result == REEVE_OK && signers != NULL) {
		result = reeve_keys_load(signers, &inputs->signers,
					 inputs->report);
	}
	if (result == REEVE_OK && cli_value(call, CLI_GUEST) != NULL)
		result = guest_predict(call, inputs);
	return result;
}

/* Reads the files of --refs, of Realms and of platforms. */
static int refs_load(const struct cli_call *call,
		     const struct reeve_token *token, struct cli_inputs *inputs)
{
	struct reeve_refs_source source = {
		.token = token,
		.signers = inputs->signers,
	};
	int result = REEVE_OK;

	inputs->references = reeve_references_new();
	if (inputs->references == NULL)
		return REEVE_ERR_MEMORY;
	for (size_t i = 0; i < call->ref_count && result == REEVE_OK; i++) {
		source.path = call->refs[i];
		result = reeve_references_load(inputs->references, &source,
					       inputs->report);
	}
	return result;
}

/* Returns whether a platform is compared with the firmware of this computer:
 * that of a domain of this computer, unless the user says what it is. */
static bool takes_firmware(const struct cli_call *call,
			   const struct cli_inputs *inputs)
{
	return inputs->is_local && (call->options & CLI_ANY_PLATFORM) == 0 &&
	       reeve_references_platforms(inputs->references) == 0 &&
	       (inputs->policy == NULL ||
		!reeve_token_policy_names_platform(inputs->policy));
}

/* Adds the firmware that `host start` would load for the host of the call. It
 * can be trusted as this program can. */
static int firmware_load(const struct cli_call *call, struct cli_inputs *inputs)
{
	struct reeve_host_options options = { 0 };
	struct reeve_host_entry host;
	int result = reeve_host_find(cli_host_name(call), &host, inputs->report);

	if (result != REEVE_OK)
		return result;
	options.debug_console = host.debug_console;
	result = reeve_firmware_path(&options, &inputs->firmware,
				     inputs->report);
	if (result == REEVE_OK) {
		result = reeve_references_add_firmware(
			inputs->references, &options, inputs->report);
	}
	return result;
}

/* Checks the options against the files that were read, and reports what is
 * wrong. */
static int references_fit(const struct cli_call *call,
			  const struct cli_inputs *inputs)
{
	bool realms = reeve_references_realms(inputs->references) != 0;
	const char *wrong = NULL;

	if (realms && (call->options & CLI_NO_REFERENCES) != 0)
		wrong = both_references;
	else if (realms && inputs->has_refs)
		wrong = "--config and --refs both say what the Realm is: give "
			"one";
	else if (!realms && !inputs->has_refs &&
		 cli_value(call, CLI_EVENTS) != NULL)
		wrong = "--events needs reference values of a Realm, for the "
			"hash";
	if (wrong == NULL)
		return REEVE_OK;
	fprintf(stderr, "reeve: %s\n", wrong);
	return REEVE_ERR_ARGUMENT;
}

/* Gets the reference values from --refs, if they are not of --config, and the
 * REMs from --events. */
static int refs_complete(const struct cli_call *call,
			 const struct reeve_token *token,
			 struct cli_inputs *inputs)
{
	const char *events = cli_value(call, CLI_EVENTS);
	int result = refs_load(call, token, inputs);

	if (result == REEVE_OK && takes_firmware(call, inputs))
		result = firmware_load(call, inputs);
	if (result == REEVE_OK)
		result = references_fit(call, inputs);
	if (result == REEVE_OK &&
	    reeve_references_realms(inputs->references) != 0) {
		result = reeve_references_realm(inputs->references, token,
						&inputs->refs, inputs->report);
		inputs->has_refs = result == REEVE_OK;
	}
	if (result == REEVE_OK && events != NULL) {
		result = reeve_refs_replay(events, &inputs->refs,
					   inputs->report);
	}
	return result;
}

int cli_inputs_verify(const struct cli_call *call, struct cli_inputs *inputs,
		      const struct reeve_token *token, const char *challenge,
		      struct reeve_verification **verification)
{
	struct reeve_expectation expected = {
		.keys = inputs->keys,
		.challenge = challenge,
		.policy = inputs->policy,
		.no_challenge = (call->options & CLI_NO_CHALLENGE) != 0,
		.no_references = (call->options & CLI_NO_REFERENCES) != 0,
	};
	int result = refs_complete(call, token, inputs);

	if (result != REEVE_OK)
		return result;
	expected.refs = inputs->has_refs ? &inputs->refs : NULL;
	expected.references = inputs->references;
	return reeve_token_verify(token, &expected, verification,
				  inputs->report);
}

/* ---- Verdicts -------------------------------------------------------- */

static void check_print(const struct reeve_check *check, FILE *to)
{
	static const char *const verdicts[] = {
		[REEVE_PASS] = "ok",
		[REEVE_FAIL] = "FAILED",
		[REEVE_UNCHECKED] = "unchecked",
		[REEVE_MISSING] = "MISSING",
	};

	fprintf(to, "%-10s%-21s", verdicts[check->verdict], check->name);
	if (check->verdict == REEVE_FAIL)
		fprintf(to, "expected %s, found %s\n", check->expected,
			check->found);
	else if (check->verdict == REEVE_PASS &&
		 strcmp(check->expected, check->found) != 0)
		fprintf(to, "%s (accepted: %s)\n", check->found,
			check->expected);
	else
		fprintf(to, "%s\n", check->found);
	if (check->hint != NULL)
		fprintf(to, "%31s%s\n", "", check->hint);
}

void cli_checks_print(const struct reeve_verification *verification, FILE *to)
{
	const struct reeve_check *check;

	for (size_t i = 0;
	     (check = reeve_verification_check(verification, i)) != NULL; i++)
		check_print(check, to);
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

const char *cli_verdict_text(const struct reeve_verification *verification)
{
	if (reeve_verification_passed(verification))
		return "accepted";
	return has_verdict(verification, REEVE_FAIL)
		       ? "REFUSED"
		       : "NOT ACCEPTED: give what is missing, or waive it";
}
