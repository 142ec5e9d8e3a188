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
	char *text = reeve_refs_json(refs, reeve_guest_name(session->guest));
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

int cli_refs(const struct cli_call *call)
{
	bool json = (call->options & CLI_JSON) != 0;
	struct cli_session session;
	struct reeve_refs refs;
	int code = CLI_OK;
	int result;

	if (!json && cli_value(call, CLI_OUTPUT) == NULL &&
	    isatty(STDOUT_FILENO)) {
		fputs("reeve refs: will not write CBOR to a terminal: "
		      "use -o FILE or --json\n",
		      stderr);
		return CLI_WRONG;
	}
	if (!cli_open_plan(&session, call, &code))
		return code;
	result = refs_make(call, &session, &refs);
	if (result == REEVE_OK) {
		result = json ? refs_write_json(call, &session, &refs)
			      : refs_write_corim(call, &refs);
	}
	if (result == REEVE_OK)
		code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
