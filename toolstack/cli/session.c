/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps that the verbs share: opening a guest, a host or a domain, printing a
 * report, and finishing the output. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

static const char *const severity_names[] = {
	[REEVE_ERROR] = "error",
	[REEVE_WARNING] = "warning",
	[REEVE_NOTE] = "note",
};

bool cli_is_model(const struct cli_call *call)
{
	const char *engine = cli_value(call, CLI_ENGINE);

	return engine != NULL && strcmp(engine, "model") == 0;
}

struct reeve_source cli_source(const struct cli_call *call)
{
	unsigned flags = 0;

	if ((call->options & CLI_STRICT) != 0)
		flags |= REEVE_STRICT;
	if ((call->options & CLI_ALLOW_UNKNOWN) != 0)
		flags |= REEVE_ALLOW_UNKNOWN;
	return (struct reeve_source){
		.path = call->config,
		.extras = call->extras,
		.extra_count = call->extra_count,
		.flags = flags,
		.engine = cli_is_model(call) ? REEVE_ENGINE_MODEL
					     : REEVE_ENGINE_MACHINE,
	};
}

/* Prints "file:line:column: ", which editors can jump to. */
static void print_place(const struct reeve_diagnostic *d)
{
	if (d->file == NULL)
		fputs("reeve: ", stderr);
	else if (d->line == 0)
		fprintf(stderr, "%s: ", d->file);
	else
		fprintf(stderr, "%s:%u:%u: ", d->file, d->line, d->column);
}

static void print_diagnostic(const struct reeve_diagnostic *d)
{
	print_place(d);
	fprintf(stderr, "%s: ", severity_names[d->severity]);
	if (d->key != NULL)
		fprintf(stderr, "%s: ", d->key);
	fprintf(stderr, "%s\n", d->message);
	if (d->hint == NULL)
		return;
	print_place(d);
	fprintf(stderr, "note: %s\n", d->hint);
}

static bool quiet; /* -q was given */

void cli_report_quietly(void)
{
	quiet = true;
}

/* Notes beside an error belong to it; others tell of what goes well. */
static bool has_error(const struct reeve_report *report)
{
	for (size_t i = 0; i < reeve_report_count(report); i++) {
		if (reeve_report_get(report, i)->severity == REEVE_ERROR)
			return true;
	}
	return false;
}

void cli_print_report(const struct reeve_report *report)
{
	bool notes = !quiet || has_error(report);

	for (size_t i = 0; i < reeve_report_count(report); i++) {
		const struct reeve_diagnostic *d = reeve_report_get(report, i);

		if (notes || d->severity != REEVE_NOTE)
			print_diagnostic(d);
	}
	if (reeve_report_truncated(report)) {
		fputs("reeve: error: out of memory: there was more to tell\n",
		      stderr);
	}
}

static struct json_object *diagnostic_json(const struct reeve_diagnostic *d)
{
	struct json_object *object = json_object_new_object();

	cli_json_add_text(object, "severity", severity_names[d->severity]);
	cli_json_add_text(object, "file", d->file);
	if (d->line != 0) {
		cli_json_add_number(object, "line", d->line);
		cli_json_add_number(object, "column", d->column);
	}
	cli_json_add_text(object, "key", d->key);
	cli_json_add_text(object, "message", d->message);
	cli_json_add_text(object, "hint", d->hint);
	return object;
}

int cli_print_report_json(const char *config, bool accepted,
			  const struct reeve_report *report)
{
	struct json_object *document = json_object_new_object();
	struct json_object *list = json_object_new_array();

	cli_json_add_text(document, "config", config);
	cli_json_add_bool(document, "accepted", accepted);
	for (size_t i = 0; i < reeve_report_count(report); i++) {
		json_object_array_add(
			list, diagnostic_json(reeve_report_get(report, i)));
	}
	json_object_object_add(document, "diagnostics", list);
	return cli_print_json(document);
}

int cli_exit_code(int result)
{
	switch (result) {
	case REEVE_OK:
		return CLI_OK;
	case REEVE_ERR_CONFIG:
	case REEVE_ERR_IMAGE: /* the configuration names a wrong file */
	case REEVE_ERR_ARGUMENT:
		return CLI_WRONG;
	default:
		return CLI_FAILED;
	}
}

bool cli_open_guest(struct cli_session *session, const struct cli_call *call,
		    int *exit_code)
{
	struct reeve_source source = cli_source(call);
	int result = REEVE_ERR_MEMORY;

	*session = (struct cli_session){ .report = reeve_report_new() };
	if (session->report != NULL) {
		result = reeve_guest_load(&source, &session->guest,
					  session->report);
	}
	if (result == REEVE_OK)
		return true;
	*exit_code = cli_close(session, result);
	return false;
}

/* Returns true if there is an engine of the name that -e gives. Else prints
 * that there is none. */
static bool engine_exists(const struct cli_call *call)
{
	const char *name = cli_value(call, CLI_ENGINE);

	if (name == NULL || strcmp(name, "machine") == 0 || cli_is_model(call))
		return true;
	fprintf(stderr, "reeve: no such engine: %s: use machine or model\n",
		name);
	return false;
}

const char *cli_host_name(const struct cli_call *call)
{
	const char *name = cli_value(call, CLI_HOST);

	if (name == NULL)
		name = cli_value(call, CLI_NAME);
	/* An empty name that was given is no wish for the default: a script's
	 * variable is not set, and the verb may be host stop. */
	if (name != NULL)
		return name;
	name = getenv("REEVE_HOST");
	return name != NULL && *name != '\0' ? name : NULL;
}

/* The signals that stop a command which is in the way of another on its
 * terminal. */
static sigset_t stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTSTP);
	sigaddset(&signals, SIGTTOU);
	return signals;
}

int cli_host_open(const struct cli_call *call, const struct reeve_watch *watch,
		  struct reeve_host **host, struct reeve_report *report)
{
	sigset_t signals = stop_signals();
	int result;

	sigprocmask(SIG_BLOCK, &signals, NULL);
	result = reeve_host_open(cli_host_name(call), watch, host, report);
	if (result != REEVE_OK)
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
	return result;
}

void cli_host_close(struct reeve_host *host)
{
	sigset_t signals = stop_signals();

	if (host == NULL)
		return;
	reeve_host_close(host);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

void cli_leave_host(struct cli_session *session)
{
	cli_host_close(session->host);
	session->host = NULL;
}

/* Keeps the output until the verb has left the host: a reader that does not
 * read, like a pager, must not make it keep a control port. What does not fit
 * is written earlier. */
static void output_hold(void)
{
	static char held[1 << 20];

	/* If it fails, the output is only written earlier. */
	(void)setvbuf(stdout, held, _IOFBF, sizeof(held));
}

bool cli_open_host(struct cli_session *session, const struct cli_call *call,
		   int *exit_code)
{
	int result = REEVE_ERR_MEMORY;

	output_hold();
	*session = (struct cli_session){ .report = reeve_report_new() };
	if (session->report != NULL) {
		result = cli_host_open(call, cli_watch(), &session->host,
				       session->report);
	}
	if (result == REEVE_OK)
		return true;
	*exit_code = cli_close(session, result);
	return false;
}

bool cli_open_domain(struct cli_session *session, const struct cli_call *call,
		     struct reeve_domain *domain, int *exit_code)
{
	int result;

	if (!cli_open_host(session, call, exit_code))
		return false;
	result = reeve_domain_find(session->host, call->config, domain,
				   session->report);
	if (result == REEVE_OK)
		return true;
	*exit_code = cli_close(session, result);
	return false;
}

bool cli_open_plan(struct cli_session *session, const struct cli_call *call,
		   int *exit_code)
{
	int result = REEVE_OK;

	if (!engine_exists(call)) {
		*exit_code = CLI_WRONG;
		return false;
	}
	if (!cli_open_guest(session, call, exit_code))
		return false;
	if ((call->options & CLI_CONSOLE) != 0) {
		result = reeve_guest_need_console(session->guest,
						  session->report);
	}
	if (result == REEVE_OK) {
		result = reeve_plan_new(session->guest, &session->plan,
					session->report);
	}
	if (result == REEVE_OK)
		return true;
	*exit_code = cli_close(session, result);
	return false;
}

void cli_tell(struct cli_session *session)
{
	struct reeve_report *next = reeve_report_new();

	cli_watch_clear();
	cli_print_report(session->report);
	if (next == NULL) {
		return; /* cli_close() prints this report once more */
	}
	reeve_report_free(session->report);
	session->report = next;
}

int cli_close(struct cli_session *session, int result)
{
	cli_leave_host(session);
	cli_watch_clear();
	if (session->report != NULL)
		cli_print_report(session->report);
	if (result == REEVE_ERR_MEMORY)
		fputs("reeve: error: out of memory\n", stderr);
	if (result == REEVE_ERR_STOPPED)
		fputs("reeve: stopped by a signal\n", stderr);
	reeve_plan_free(session->plan);
	reeve_guest_free(session->guest);
	reeve_report_free(session->report);
	return cli_exit_code(result);
}

static bool output_lost; /* cli_output_fault() was told of an error */

void cli_output_fault(int error)
{
	/* A reader that has gone, like a pager, has read all that it wanted. */
	if (error == 0 || error == EPIPE)
		return;
	output_lost = true;
	fprintf(stderr, "reeve: error: cannot write the output: %s\n",
		strerror(error));
}

bool cli_output_is_lost(void)
{
	return output_lost;
}

int cli_finish_output(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return CLI_OK;
	fprintf(stderr, "reeve: error: cannot write the output: %s\n",
		strerror(errno));
	return CLI_FAILED;
}

int cli_print_text(char *text)
{
	if (text == NULL) {
		fputs("reeve: error: out of memory\n", stderr);
		return CLI_FAILED;
	}
	puts(text);
	free(text);
	return cli_finish_output();
}
