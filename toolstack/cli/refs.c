/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve refs: prints reference values of Realms or of a platform. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/refs.h"

/* The values come from the configurations of Realms, from tokens, or from the
 * firmware of a host. */
static bool is_of_tokens(const struct cli_call *call)
{
	return (call->options & CLI_FROM_TOKEN) != 0;
}

static bool is_of_platform(const struct cli_call *call)
{
	return (call->options & CLI_PLATFORM) != 0;
}

static bool is_of_firmware(const struct cli_call *call)
{
	return is_of_platform(call) && !is_of_tokens(call);
}

/* ---- The options ------------------------------------------------------ */

/* Options that choose the firmware, and those that shape a CoRIM. */
#define FIRMWARE_OPTIONS                                                       \
	(CLI_DEBUG_CONSOLE | CLI_MONITOR | CLI_RMM | CLI_HYPERVISOR)
#define CORIM_OPTIONS                                                          \
	(CLI_SIGN | CLI_SIGNER | CLI_TAG_ID | CLI_TAG_VERSION |                \
	 CLI_NOT_BEFORE | CLI_NOT_AFTER | CLI_DIGEST_NUMBERS)
#define REALM_OPTIONS (CLI_EVENTS | CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_SET)

static const char *operands_judge(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;

	if (is_of_firmware(call))
		return call->operand_count != 0
			       ? "--platform takes no argument, but for "
				 "--from-token"
			       : NULL;
	if (call->operand_count == 0)
		return is_of_tokens(call) ? "missing argument: TOKEN"
					  : "missing argument: CONFIG";
	if (call->operand_count > 1 && json)
		return "--json has one Realm: give one argument";
	if (call->operand_count > 1 && cli_value(call, CLI_EVENTS) != NULL)
		return "--events is about one Realm: give one CONFIG";
	return NULL;
}

static const char *options_judge(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;

	if (!json && cli_value(call, CLI_OUTPUT) == NULL && isatty(STDOUT_FILENO))
		return "will not write CBOR to a terminal: use -o FILE or "
		       "--json";
	if (is_of_tokens(call) && cli_value(call, CLI_EVENTS) != NULL)
		return "--from-token has the REMs of the token: leave "
		       "--events out";
	if (json && is_of_platform(call))
		return "--platform writes CoRIM only: leave --json out";
	if (json && (call->options & CORIM_OPTIONS) != 0)
		return "what signs, names or dates a CoRIM is not for --json";
	if (!is_of_firmware(call) && (call->options & FIRMWARE_OPTIONS) != 0)
		return "options that choose the firmware need --platform";
	if (is_of_platform(call) && (call->options & REALM_OPTIONS) != 0)
		return "--platform says nothing of a Realm: leave the options "
		       "for Realms out";
	if (!is_of_platform(call) && cli_value(call, CLI_PLATFORM_KEY) != NULL)
		return "--platform-key needs --platform";
	if (cli_value(call, CLI_SIGNER) != NULL &&
	    cli_value(call, CLI_SIGN) == NULL)
		return "--signer needs --sign";
	if (cli_value(call, CLI_NOT_BEFORE) != NULL &&
	    cli_value(call, CLI_NOT_AFTER) == NULL)
		return "--not-before needs --not-after: a validity has an end";
	return operands_judge(call);
}

static bool options_fit(const struct cli_call *call)
{
	const char *wrong = options_judge(call);

	if (wrong != NULL)
		fprintf(stderr, "reeve refs: %s\n", wrong);
	return wrong == NULL;
}

/* ---- The values ------------------------------------------------------- */

/* The values that are to be written. */
struct product {
	struct reeve_references *references;
	struct reeve_refs realm; /* the last one, and its name */
	char *name;
};

/* Appends a Realm. */
static int realm_keep(struct product *product, const char *name)
{
	free(product->name);
	product->name = strdup(name);
	if (product->name == NULL)
		return REEVE_ERR_MEMORY;
	return reeve_references_add_realm(product->references, &product->realm);
}

/* Predicts the measurement, and the REMs if an event list is given. */
static int realm_predict(const struct cli_call *call,
			 const struct cli_session *session,
			 struct product *product)
{
	const char *events = cli_value(call, CLI_EVENTS);
	struct reeve_measurement measurement;
	int result = reeve_measure(session->plan, &measurement, session->report);

	if (result != REEVE_OK)
		return result;
	reeve_refs_from(&measurement, &product->realm);
	if (events != NULL) {
		result = reeve_refs_replay(events, &product->realm,
					   session->report);
	}
	return result == REEVE_OK
		       ? realm_keep(product, reeve_guest_name(session->guest))
		       : result;
}

/* Adds the values of a token: of its Realm, or with --platform of its
 * platform. */
static int token_take(const struct cli_call *call, const char *path,
		      struct product *product, struct reeve_report *report)
{
	struct reeve_token *token = NULL;
	int result = reeve_token_load(path, &token, report);

	if (result == REEVE_OK && is_of_platform(call)) {
		result = reeve_references_add_token(product->references, token,
						    report);
	} else if (result == REEVE_OK) {
		result = reeve_refs_from_token(token, &product->realm, report);
		if (result == REEVE_OK)
			result = realm_keep(product, path);
	}
	reeve_token_free(token);
	return result;
}

/* Adds the values of the firmware that host start would load. */
static int firmware_take(const struct cli_call *call, struct product *product,
			 struct reeve_report *report)
{
	const struct reeve_host_options options = {
		.debug_console = (call->options & CLI_DEBUG_CONSOLE) != 0,
		.monitor = cli_value(call, CLI_MONITOR),
		.rmm = cli_value(call, CLI_RMM),
		.hypervisor = cli_value(call, CLI_HYPERVISOR),
	};

	return reeve_references_add_firmware(product->references, &options,
					     report);
}

static int key_take(const struct cli_call *call, struct product *product,
		    struct reeve_report *report)
{
	struct reeve_keys *keys = NULL;
	int result = reeve_keys_load(cli_value(call, CLI_PLATFORM_KEY), &keys,
				     report);

	if (result == REEVE_OK) {
		result = reeve_references_add_key(product->references, keys,
						  report);
	}
	reeve_keys_free(keys);
	return result;
}

/* Adds the values of one operand. Returns the exit code. */
static int operand_take(const struct cli_call *call, const char *operand,
			struct product *product)
{
	struct cli_call one = *call;
	struct cli_session session;
	int code;
	int result;

	one.config = operand;
	if (is_of_tokens(call)) {
		session = (struct cli_session){ .report = reeve_report_new() };
		result = session.report != NULL
				 ? token_take(call, operand, product,
					      session.report)
				 : REEVE_ERR_MEMORY;
		return cli_close(&session, result);
	}
	if (!cli_open_plan(&session, &one, &code))
		return code;
	return cli_close(&session, realm_predict(call, &session, product));
}

static int values_take(const struct cli_call *call, struct product *product)
{
	int code = CLI_OK;

	for (size_t i = 0; i < call->operand_count && code == CLI_OK; i++)
		code = operand_take(call, call->operands[i], product);
	return code;
}

/* ---- The document ----------------------------------------------------- */

static int refs_write(const struct cli_call *call, const void *data, size_t size)
{
	const char *path = cli_value(call, CLI_OUTPUT);

	if (data == NULL)
		return REEVE_ERR_MEMORY;
	if (path != NULL)
		return cli_write_file(path, data, size);
	fwrite(data, 1, size, stdout);
	return REEVE_OK;
}

/* Writes the document. A line feed replaces its NUL. */
static int json_write(const struct cli_call *call, const struct product *product)
{
	char *text = reeve_refs_json(&product->realm, product->name);
	size_t size = text != NULL ? strlen(text) : 0;
	int result;

	if (text != NULL)
		text[size] = '\n';
	result = refs_write(call, text, size + 1);
	free(text);
	return result;
}

static int corim_write(const struct cli_call *call,
		       const struct product *product,
		       const struct reeve_corim_options *options,
		       struct reeve_report *report)
{
	void *corim = NULL;
	size_t size = 0;
	int result = reeve_references_corim(product->references, options,
					    &corim, &size, report);

	if (result == REEVE_OK)
		result = refs_write(call, corim, size);
	free(corim);
	return result;
}

/* Adds what no operand names, and writes all. */
static int product_finish(const struct cli_call *call, struct product *product,
			  const struct reeve_corim_options *options)
{
	struct cli_session session = { .report = reeve_report_new() };
	int result = session.report != NULL ? REEVE_OK : REEVE_ERR_MEMORY;
	int code = CLI_OK;

	if (result == REEVE_OK && is_of_firmware(call))
		result = firmware_take(call, product, session.report);
	if (result == REEVE_OK && cli_value(call, CLI_PLATFORM_KEY) != NULL)
		result = key_take(call, product, session.report);
	if (result == REEVE_OK) {
		result = (call->options & CLI_JSON) != 0
				 ? json_write(call, product)
				 : corim_write(call, product, options,
					       session.report);
	}
	if (result == REEVE_OK)
		code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

int cli_refs(const struct cli_call *call)
{
	struct product product = { 0 };
	struct reeve_corim_options options;
	int code = CLI_FAILED;

	if (!options_fit(call) || !cli_refs_corim_options(call, &options))
		return CLI_WRONG;
	product.references = reeve_references_new();
	if (product.references == NULL)
		fputs("reeve: error: out of memory\n", stderr);
	else
		code = values_take(call, &product);
	if (code == CLI_OK)
		code = product_finish(call, &product, &options);
	reeve_references_free(product.references);
	free(product.name);
	return code;
}
