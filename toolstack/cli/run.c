/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reeve create: prediction → host → domain → unpause. With -c or -F it goes on
 * to the domain's end, and then does what the configuration says.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "toolstack/cli/cli.h"

/* Nanoseconds. A guest that ran for a shorter time is restarted after a pause
 * only, so that a guest that fails at once does not keep the host busy. */
#define SHORT_LIFE_NS UINT64_C(2000000000)

/* The brake: a guest that has ended RESTARTS_MAX times in a row, each time
 * earlier than QUICK_END_NS after its creation, is not restarted any more. */
#define QUICK_END_NS UINT64_C(60000000000)
#define RESTARTS_MAX 10

struct run {
	const struct cli_call *call;
	struct cli_session session;
	struct reeve_measurement measurement;
	const struct reeve_measurement *predicted; /* NULL: not a Realm */
	struct reeve_domain domain;
	unsigned quick_ends; /* in a row */
	bool unheard; /* what was made could not be printed */
};

static bool option_given(const struct run *run, uint64_t option)
{
	return (run->call->options & option) != 0;
}

/* ---- The host -------------------------------------------------------- */

/* Returns true if the default host runs or is being started. */
static bool host_is_there(void)
{
	struct reeve_report *unheard = reeve_report_new();
	struct reeve_host_entry entry;
	bool there;

	if (unheard == NULL)
		return false;
	there = reeve_host_find(NULL, &entry, unheard) == REEVE_OK &&
		entry.state != REEVE_HOST_DEAD && entry.state != REEVE_HOST_LOST;
	reeve_report_free(unheard);
	return there;
}

/* Starts the default host. That of another process which starts it at the same
 * moment is as good. */
static int host_start(struct run *run)
{
	const struct reeve_host_options options = { 0 };
	struct cli_session *session = &run->session;
	int result;

	if (!option_given(run, CLI_QUIET))
		fputs("reeve: the default host does not run: starting it\n",
		      stderr);
	/* So the report has nothing but what this start says. */
	cli_tell(session);
	result = reeve_host_start(&options, cli_watch(), session->report);
	if (result != REEVE_ERR_HOST || !host_is_there())
		return result;
	reeve_report_free(session->report);
	session->report = reeve_report_new();
	return session->report != NULL ? REEVE_OK : REEVE_ERR_MEMORY;
}

/* Starts the default host if it does not run. It starts none if the user named
 * a host, and never one with the debug console: the user must ask for that. */
static int host_ensure(struct run *run)
{
	const char *name = cli_host_name(run->call);
	int result;

	if (name != NULL || host_is_there())
		return REEVE_OK;
	if (reeve_guest_wants_debug(run->session.guest)) {
		fputs("reeve: error: the default host does not run, and a "
		      "Realm with a debug UART needs one that offers it\n"
		      "reeve: note: reeve host start --debug-console\n",
		      stderr);
		return REEVE_ERR_CONFIG;
	}
	result = reeve_guest_need_devices(run->session.guest, cli_watch(),
					  run->session.report);
	if (result != REEVE_OK)
		return result;
	return host_start(run);
}

/* ---- The prediction -------------------------------------------------- */

static int rim_predict(struct run *run)
{
	int result;

	if (reeve_guest_is_realm(run->session.guest)) {
		result = reeve_measure(run->session.plan, &run->measurement,
				       run->session.report);
		if (result != REEVE_OK)
			return result;
		run->predicted = &run->measurement;
	}
	return cli_rim_compare(run->call, run->predicted);
}

/* ---- The domain ------------------------------------------------------ */

/* Returns CLI_FAILED, and says so, if it cannot be printed. */
static int tell_created(const struct run *run)
{
	char text[2 * sizeof(run->measurement.rim) + 1];

	if (option_given(run, CLI_JSON))
		return cli_print_json(cli_domain_json(&run->domain));
	if (option_given(run, CLI_QUIET))
		return CLI_OK;
	printf("Created domain %u: ", run->domain.domid);
	cli_print_safely(run->domain.name);
	putchar('\n');
	if (run->predicted != NULL) {
		cli_hex_text(text, run->predicted->rim, run->predicted->size);
		printf("RIM %s\n", text);
	}
	return cli_finish_output();
}

/* Tells what was made, also if nobody reads it any more: the guest is there all
 * the same, and -F has to follow it to its end. */
static void domain_tell(struct run *run)
{
	signal(SIGPIPE, SIG_IGN);
	if (run->unheard || tell_created(run) == CLI_OK)
		return;
	run->unheard = true;
	fprintf(stderr,
		"reeve: note: the domain %s, number %u, was made all the "
		"same\n",
		run->domain.name, run->domain.domid);
}

/* Lets the domain run, and reads what it is now, which may be its end. */
static int domain_begin(struct run *run, struct reeve_host *host)
{
	struct reeve_report *report = run->session.report;
	unsigned domid = run->domain.domid;
	struct reeve_domain now;
	int result = reeve_domain_unpause(host, domid, report);

	if (result != REEVE_OK) {
		/* The first failure is the one to report. */
		(void)reeve_domain_destroy(host, domid, cli_watch_firm(),
					   report);
		return result;
	}
	result = reeve_domain_next(host, domid, &now, report);
	/* It was destroyed already, or a signal arrived: what follows sees to
	 * both. */
	if (result == REEVE_ERR_NO_DOMAIN || result == REEVE_ERR_STOPPED ||
	    (result == REEVE_OK && now.domid != domid))
		return REEVE_OK;
	if (result != REEVE_OK)
		return result;
	/* The record of the measurement may be missing. */
	now.rim_size = run->domain.rim_size;
	memcpy(now.rim, run->domain.rim, sizeof(now.rim));
	run->domain = now;
	return REEVE_OK;
}

static int domain_make(struct run *run)
{
	struct cli_session *session = &run->session;
	struct reeve_host *host;
	int result =
		cli_host_open(run->call, cli_watch(), &host, session->report);

	if (result != REEVE_OK)
		return result;
	result = reeve_domain_create(host, session->plan, run->predicted,
				     cli_watch(), &run->domain, session->report);
	if (result == REEVE_OK && !option_given(run, CLI_PAUSED))
		result = domain_begin(run, host);
	cli_host_close(host);
	cli_watch_clear();
	if (result != REEVE_OK)
		return result;
	cli_tell(&run->session);
	domain_tell(run);
	return REEVE_OK;
}

static int domain_destroy(struct run *run)
{
	struct reeve_host *host;
	const struct reeve_watch *firm = cli_watch_firm();
	int result = cli_host_open(run->call, firm, &host, run->session.report);

	if (result != REEVE_OK)
		return result;
	result = reeve_domain_destroy(host, run->domain.domid, firm,
				      run->session.report);
	cli_host_close(host);
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

/* Returns how many bytes of a name are kept if there is room for that many: a
 * character of several bytes is kept whole or not at all. */
static int name_cut(const char *name, size_t room)
{
	size_t length = strnlen(name, room + 1);

	if (length <= room)
		return (int)length;
	while (room > 0 && (name[room] & 0xc0) == 0x80)
		room--;
	return (int)room;
}

/* Renames the domain to NAME-20260102T030405Z, as xl does. */
static int domain_rename(struct run *run)
{
	char name[REEVE_NAME_SIZE];
	time_t now = time(NULL);
	struct reeve_host *host;
	struct tm utc;
	char when[20];
	int result;

	if (gmtime_r(&now, &utc) == NULL ||
	    strftime(when, sizeof(when), "-%Y%m%dT%H%M%SZ", &utc) == 0)
		return REEVE_ERR_ARGUMENT;
	snprintf(name, sizeof(name), "%.*s%s",
		 name_cut(run->domain.name, sizeof(name) - sizeof(when)),
		 run->domain.name, when);
	result = cli_host_open(run->call, cli_watch_firm(), &host,
			       run->session.report);
	if (result != REEVE_OK)
		return result;
	result = reeve_domain_rename(host, run->domain.domid, name,
				     run->session.report);
	cli_host_close(host);
	return result;
}

/* ---- Its end --------------------------------------------------------- */

static void tell_ended(const struct run *run)
{
	static const char *const words[] = {
		[REEVE_POWEROFF] = "has powered off",
		[REEVE_REBOOT] = "reboots",
		[REEVE_CRASH] = "has crashed",
	};

	if (option_given(run, CLI_QUIET))
		return;
	fprintf(stderr, "reeve: the domain %s %s%s%s\n", run->domain.name,
		words[run->domain.reason],
		*run->domain.text != '\0' ? ": " : "", run->domain.text);
}

/* Makes a new plan for the next life, because the plan of an ordinary guest
 * holds a random seed. Pauses first if the last life was short. */
static int plan_again(struct run *run)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };

	for (unsigned i = 0; i < 20 && !cli_is_stopped() &&
			     run->domain.uptime_ns < SHORT_LIFE_NS;
	     i++) {
		(void)nanosleep(&pause, NULL); /* a shorter pause is fine */
	}
	if (cli_is_stopped())
		return REEVE_ERR_STOPPED;
	reeve_plan_free(run->session.plan);
	run->session.plan = NULL;
	return reeve_plan_new(run->session.guest, &run->session.plan,
			      run->session.report);
}

/* Returns false, and says so, if the guest has ended too often too early. */
static bool may_restart(struct run *run)
{
	if (run->domain.uptime_ns >= QUICK_END_NS)
		run->quick_ends = 0;
	else
		run->quick_ends++;
	if (run->quick_ends < RESTARTS_MAX)
		return true;
	fprintf(stderr,
		"reeve: error: the domain %s ended %u times in a row within a "
		"minute of its start: it is not restarted\n"
		"reeve: note: its console says why (-c); with "
		"on_crash=\"preserve\" the ended domain stays\n",
		run->domain.name, run->quick_ends);
	return false;
}

/* Does what the configuration says for this end. Sets *again if the domain is
 * to be made anew. */
static int on_end(struct run *run, bool *again)
{
	enum reeve_action action =
		reeve_guest_action(run->session.guest, run->domain.reason);
	int result = REEVE_OK;

	tell_ended(run);
	*again = action == REEVE_ACTION_RESTART ||
		 action == REEVE_ACTION_RENAME_RESTART;
	if (action == REEVE_ACTION_RENAME_RESTART)
		result = domain_rename(run);
	else if (action != REEVE_ACTION_PRESERVE)
		result = domain_destroy(run);
	if (result != REEVE_OK || !*again)
		return result;
	*again = may_restart(run);
	return *again ? plan_again(run) : REEVE_ERR_ENGINE;
}

/* Follows the domain as far as the options say. */
static enum cli_end domain_follow(struct run *run)
{
	enum cli_end end = CLI_END_DETACHED;

	if (option_given(run, CLI_CONSOLE))
		end = cli_attach(run->call, &run->session, &run->domain,
				 REEVE_CONSOLE_ANY);
	if (end == CLI_END_DETACHED && option_given(run, CLI_FOREGROUND)) {
		end = cli_await_end(run->call, &run->domain,
				    run->session.report);
	}
	return end;
}

/* A signal arrived. With -F the domain belongs to this command, which destroys
 * it; else the domain goes on. */
static int domain_abandon(struct run *run)
{
	if (!option_given(run, CLI_FOREGROUND))
		return REEVE_OK;
	if (domain_destroy(run) != REEVE_OK)
		return REEVE_ERR_HOST;
	return REEVE_ERR_STOPPED;
}

/* Runs one life of the domain. Returns the result of the verb. Sets *again if
 * another life follows. */
static int domain_live(struct run *run, bool *again)
{
	int result = domain_make(run);

	*again = false;
	if (result != REEVE_OK)
		return result;
	switch (domain_follow(run)) {
	case CLI_END_SHUTDOWN:
		result = on_end(run, again);
		if (result == REEVE_OK && !*again &&
		    run->domain.reason == REEVE_CRASH)
			return REEVE_ERR_ENGINE;
		return result;
	case CLI_END_STOPPED:
		return domain_abandon(run);
	case CLI_END_GONE:
		fprintf(stderr, "reeve: the domain %s was destroyed\n",
			run->domain.name);
		return REEVE_ERR_NO_DOMAIN;
	case CLI_END_FAILED:
		return REEVE_ERR_HOST;
	default:
		return REEVE_OK;
	}
}

int cli_create_run(const struct cli_call *call)
{
	struct run run = { .call = call };
	bool again = true;
	int code;
	int result;

	(void)cli_watch();
	if (!cli_open_plan(&run.session, call, &code))
		return code;
	result = rim_predict(&run);
	if (result == REEVE_OK)
		result = host_ensure(&run);
	while (result == REEVE_OK && again) {
		/* Print the diagnostics before the guest prints anything. */
		cli_tell(&run.session);
		result = domain_live(&run, &again);
	}
	code = cli_close(&run.session, result);
	return code == CLI_OK && (run.unheard || cli_output_is_lost())
		       ? CLI_FAILED
		       : code;
}
