/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve map: shows a guest's address space, as planned or of a domain. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* Prints the map in the form that the call asks for, or writes it to a file. */
static int map_show(const struct cli_call *call, const struct reeve_map *map)
{
	const char *path = cli_value(call, CLI_OUTPUT);
	int result = REEVE_ERR_MEMORY;
	char *text;

	if ((call->options & CLI_JSON) != 0)
		text = reeve_map_json(map);
	else if (path != NULL)
		text = reeve_map_svg(map);
	else
		text = reeve_map_text(map);
	if (text != NULL && path != NULL)
		result = cli_write_file(path, text, strlen(text));
	if (text != NULL && path == NULL) {
		fputs(text, stdout);
		if ((call->options & CLI_JSON) != 0)
			putchar('\n');
		result = REEVE_OK;
	}
	free(text);
	return result;
}

/* Shows the map, frees everything, and returns the exit code. */
static int map_finish(const struct cli_call *call, struct cli_session *session,
		      struct reeve_map *map, int result)
{
	int code;

	cli_leave_host(session);
	if (result == REEVE_OK)
		result = map_show(call, map);
	reeve_map_free(map);
	code = cli_finish_output();
	result = cli_close(session, result);
	return result != CLI_OK ? result : code;
}

static int domain_map(const struct cli_call *call)
{
	struct reeve_domain domain;
	struct cli_session session;
	struct reeve_map *map = NULL;
	int code;
	int result;

	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	result = reeve_map_domain(session.host, &domain, &map, session.report);
	return map_finish(call, &session, map, result);
}

/* If there is no such file, the user may have meant a domain: hint at -d. */
static void hint_domain(const struct cli_call *call)
{
	char *name;

	if (strcmp(call->config, "-") == 0 || access(call->config, F_OK) == 0)
		return;
	name = reeve_printable(call->config);
	if (name != NULL) {
		fprintf(stderr,
			"reeve: note: for a domain's map: reeve map -d %s\n",
			name);
	}
	free(name);
}

static int plan_map(const struct cli_call *call)
{
	struct reeve_measurement measured;
	struct cli_session session;
	struct reeve_map *map = NULL;
	bool realm;
	int code;
	int result = REEVE_OK;

	if (!cli_open_plan(&session, call, &code)) {
		hint_domain(call);
		return code;
	}
	realm = reeve_guest_is_realm(session.guest);
	if (realm)
		result = reeve_measure(session.plan, &measured, session.report);
	if (result == REEVE_OK) {
		result = reeve_map_plan(session.plan, realm ? &measured : NULL,
					&map);
	}
	return map_finish(call, &session, map, result);
}

/* Options for reading a configuration. A domain has none to read. */
#define PLAN_OPTIONS                                                           \
	(CLI_ENGINE | CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_DEFCONFIG | CLI_SET)

int cli_map(const struct cli_call *call)
{
	bool of_domain = (call->options & CLI_DOMAIN_OPERAND) != 0;

	if (!of_domain && (call->options & CLI_HOST) != 0) {
		fputs("reeve map: --host is of use with -d only\n", stderr);
		return CLI_WRONG;
	}
	if (of_domain && (call->options & PLAN_OPTIONS) != 0) {
		fputs("reeve map: with -d there is no configuration to read: "
		      "leave -e, -f, -s, --strict and --allow-unknown out\n",
		      stderr);
		return CLI_WRONG;
	}
	return of_domain ? domain_map(call) : plan_map(call);
}
