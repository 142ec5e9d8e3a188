/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve refs: prints a Realm's reference values, for verifiers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* Predicts the measurement, and the REMs if an event list is given. */
static int refs_make(const struct cli_call *call,
		     const struct cli_session *session, struct reeve_refs *refs)
{
	const char *events = cli_value(call, CLI_EVENTS);
	struct reeve_measurement measurement;
	int result = reeve_measure(session->plan, &measurement, session->report);

	if (result != REEVE_OK)
		return result;
	reeve_refs_from(&measurement, refs);
	if (events != NULL)
		result = reeve_refs_replay(events, refs, session->report);
	return result;
}

/* Takes the values of a token. */
static int refs_take(const struct cli_call *call,
		     const struct cli_session *session, struct reeve_refs *refs)
{
	struct reeve_token *token = NULL;
	int result = reeve_token_load(call->config, &token, session->report);

	if (result == REEVE_OK)
		result = reeve_refs_from_token(token, refs, session->report);
	reeve_token_free(token);
	return result;
}

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
static int refs_write_json(const struct cli_call *call,
			   const struct cli_session *session,
			   const struct reeve_refs *refs)
{
	const char *name = session->guest != NULL
				   ? reeve_guest_name(session->guest)
				   : call->config;
	char *text = reeve_refs_json(refs, name);
	size_t size = text != NULL ? strlen(text) : 0;
	int result;

	if (text != NULL)
		text[size] = '\n';
	result = refs_write(call, text, size + 1);
	free(text);
	return result;
}

static int refs_write_corim(const struct cli_call *call,
			    const struct reeve_refs *refs)
{
	size_t size;
	void *corim = reeve_refs_corim(refs, &size);
	int result = refs_write(call, corim, size);

	free(corim);
	return result;
}

/* Opens what the values come from: a report alone, or a guest with its files. */
static bool source_open(const struct cli_call *call,
			struct cli_session *session, int *code)
{
	if ((call->options & CLI_FROM_TOKEN) == 0)
		return cli_open_plan(session, call, code);
	*session = (struct cli_session){ .report = reeve_report_new() };
	if (session->report == NULL)
		*code = cli_close(session, REEVE_ERR_MEMORY);
	return session->report != NULL;
}

static bool output_fits(const struct cli_call *call)
{
	const char *wrong = NULL;

	if ((call->options & CLI_JSON) == 0 &&
	    cli_value(call, CLI_OUTPUT) == NULL && isatty(STDOUT_FILENO)) {
		wrong = "will not write CBOR to a terminal: use -o FILE or "
			"--json";
	} else if ((call->options & CLI_FROM_TOKEN) != 0 &&
		   cli_value(call, CLI_EVENTS) != NULL) {
		wrong = "--from-token has the REMs of the token: leave "
			"--events out";
	}
	if (wrong != NULL)
		fprintf(stderr, "reeve refs: %s\n", wrong);
	return wrong == NULL;
}

int cli_refs(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;
	struct cli_session session;
	struct reeve_refs refs;
	int code = CLI_OK;
	int result;

	if (!output_fits(call))
		return CLI_WRONG;
	if (!source_open(call, &session, &code))
		return code;
	result = session.plan != NULL ? refs_make(call, &session, &refs)
				      : refs_take(call, &session, &refs);
	if (result == REEVE_OK) {
		result = json ? refs_write_json(call, &session, &refs)
			      : refs_write_corim(call, &refs);
	}
	if (result == REEVE_OK)
		code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
