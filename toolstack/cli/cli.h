/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line: verbs and options as tables, from which come the parsing,
 * --help and the shell completion. Only this folder prints and picks exit
 * codes.
 */
#ifndef REEVE_TOOLSTACK_CLI_H
#define REEVE_TOOLSTACK_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "toolstack/reeve.h"

struct json_object;

/* Exit codes, as reeve(1) documents them. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1, /* the operation failed */
	CLI_WRONG = 2, /* the command line or the configuration is wrong */
};

/* What an option sets: a bit each, so that a verb lists what it takes. */
#define CLI_JSON           (UINT64_C(1) << 0)
#define CLI_STRICT         (UINT64_C(1) << 1)
#define CLI_ALLOW_UNKNOWN  (UINT64_C(1) << 2)
#define CLI_DRY_RUN        (UINT64_C(1) << 3)
#define CLI_SOURCE         (UINT64_C(1) << 4)
#define CLI_OUTPUT         (UINT64_C(1) << 5)
#define CLI_DEFCONFIG      (UINT64_C(1) << 6)
#define CLI_HELP           (UINT64_C(1) << 7)
#define CLI_SET            (UINT64_C(1) << 8)
#define CLI_ENGINE         (UINT64_C(1) << 9)
#define CLI_HOST           (UINT64_C(1) << 10)
#define CLI_PAUSED         (UINT64_C(1) << 11)
#define CLI_CONSOLE        (UINT64_C(1) << 12)
#define CLI_FOREGROUND     (UINT64_C(1) << 13)
#define CLI_EXPECT_RIM     (UINT64_C(1) << 14)
#define CLI_QUIET          (UINT64_C(1) << 15)
#define CLI_NAME           (UINT64_C(1) << 16)
#define CLI_MEMORY         (UINT64_C(1) << 17)
#define CLI_CPUS           (UINT64_C(1) << 18)
#define CLI_DEBUG_CONSOLE  (UINT64_C(1) << 19)
#define CLI_MONITOR        (UINT64_C(1) << 20)
#define CLI_RMM            (UINT64_C(1) << 21)
#define CLI_HYPERVISOR     (UINT64_C(1) << 22)
#define CLI_ALL            (UINT64_C(1) << 23)
#define CLI_VERBOSE        (UINT64_C(1) << 24)
#define CLI_PLATFORM_KEY   (UINT64_C(1) << 25)
#define CLI_CHALLENGE      (UINT64_C(1) << 26)
#define CLI_GUEST          (UINT64_C(1) << 27)
#define CLI_REFS           (UINT64_C(1) << 28)
#define CLI_EVENTS         (UINT64_C(1) << 29)
#define CLI_POLICY         (UINT64_C(1) << 30)
#define CLI_DOMAIN_OPERAND (UINT64_C(1) << 31)
#define CLI_OPTION_BITS    32

struct cli_option {
	uint64_t id; /* CLI_JSON .. */
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
};

/* All options of all verbs; ends with an id of 0. */
extern const struct cli_option cli_options[];

/* A parsed command line. */
struct cli_call {
	uint64_t options; /* those that were given */
	const char *values[CLI_OPTION_BITS]; /* their arguments; cli_value() */
	const char **operands; /* in order, without the settings */
	size_t operand_count;
	const char *config; /* the first operand, or NULL */
	const char **extras; /* KEY=VALUE texts: those of --set, then arguments */
	size_t extra_count;
	size_t owned_count; /* the first of them, which are the call's to free */
};

/* What a verb takes besides options. */
enum cli_operands {
	CLI_NO_OPERANDS,
	CLI_CONFIG, /* CONFIG */
	CLI_CONFIG_EXTRAS, /* CONFIG [KEY=VALUE ...] */
	CLI_SHELL, /* the name of a shell */
	CLI_DOMAIN,
	CLI_DOMAIN_OR_NONE,
	CLI_DOMAINS, /* any number */
	CLI_DOMAIN_NAME, /* DOMAIN NEW-NAME */
	CLI_FIELD_OR_NONE,
	CLI_MAPPED, /* CONFIG [KEY=VALUE ...], or with -d a domain */
	CLI_TOKEN, /* the file of a token */
};

struct cli_verb {
	const char *name; /* one word, or two: "host start" */
	enum cli_operands operands;
	uint64_t options; /* beside --help */
	const char *summary; /* one line */
	const char *details; /* a paragraph or more for --help */
	int (*run)(const struct cli_call *call);
};

/* All verbs; ends with a NULL name. */
extern const struct cli_verb cli_verbs[];

/* The argument of an option; NULL: it was not given. */
const char *cli_value(const struct cli_call *call, uint64_t id);

/* The operands of a verb as usage text shows them. */
const char *cli_operands_text(enum cli_operands operands);

/*
 * Parses a verb's arguments (argv[0] is the verb). false: told on stderr what
 * is wrong. Either way the call is to be disposed of.
 */
bool cli_parse(const struct cli_verb *verb, int argc, char **argv,
	       struct cli_call *call);

void cli_dispose(struct cli_call *call);

/* KEY=VALUE with the value in quotes if the key takes text; the caller frees.
 * NULL: out of memory. */
char *cli_quote_setting(const char *setting);

void cli_help(FILE *to); /* of the whole command */
void cli_help_verb(FILE *to, const struct cli_verb *verb);

/* The source that a call names. */
struct reeve_source cli_source(const struct cli_call *call);

/* Prints every diagnostic on stderr, a line each, its hint on another. */
void cli_print_report(const struct reeve_report *report);
/* The same as a JSON document on stdout; accepted: nothing was refused. */
int cli_print_report_json(const char *config, bool accepted,
			  const struct reeve_report *report);

/* The exit code for a result of the library. */
int cli_exit_code(int result);

/*
 * Opens what a verb works on: a report, and the guest that call names. On
 * failure what happened is printed, nothing is left to free, and *exit_code
 * is set.
 */
struct cli_session {
	struct reeve_report *report;
	struct reeve_guest *guest;
	struct reeve_plan *plan;
	struct reeve_host *host;
};

bool cli_open_guest(struct cli_session *session, const struct cli_call *call,
		    int *exit_code);
/* As cli_open_guest(), with the guest's files loaded. */
bool cli_open_plan(struct cli_session *session, const struct cli_call *call,
		   int *exit_code);
/* Opens the host that --host or REEVE_HOST names, else the default one. */
bool cli_open_host(struct cli_session *session, const struct cli_call *call,
		   int *exit_code);
/* As cli_open_host(), with the domain found that the call names first. */
bool cli_open_domain(struct cli_session *session, const struct cli_call *call,
		     struct reeve_domain *domain, int *exit_code);
/* Prints what is in the report so far, and empties it. */
void cli_tell(struct cli_session *session);
/* Prints what is in the report, frees all, and returns result's exit code. */
int cli_close(struct cli_session *session, int result);

/* Prints text and a line feed on stdout and frees it; NULL: out of memory. */
int cli_print_text(char *text);
/* Flushes stdout; an error there is a failed operation. */
int cli_finish_output(void);
/* Writes a whole file, or leaves none. 0, or REEVE_ERR_IO (said on stderr),
 * or REEVE_ERR_MEMORY. */
int cli_write_file(const char *path, const void *data, size_t size);

/* ---- Hosts and domains ------------------------------------------------- */

/* The host that the call or the environment names; NULL: the default. */
const char *cli_host_name(const struct cli_call *call);

/*
 * A watch that ends what is being done at SIGINT, SIGTERM and SIGHUP, and
 * shows it on a terminal when it takes longer than a second.
 */
const struct reeve_watch *cli_watch(void);
/* Whether such a signal came. */
bool cli_is_stopped(void);
/* Takes the line that shows progress away. */
void cli_watch_clear(void);

/* Reads a size: a number with K, M (also without a letter), G or T behind it.
 * false: it is none. */
bool cli_read_size(const char *text, uint64_t *bytes);

/* Nanoseconds as "1:02:03" with days in front of it. */
void cli_print_uptime(uint64_t ns);
/* A name that fills at least width columns, anything in it made printable. */
void cli_print_name(const char *name, int width);

struct json_object *cli_domain_json(const struct reeve_domain *domain);

/* Add a member to a JSON object. A NULL text adds nothing. */
void cli_json_add_text(struct json_object *object, const char *name,
		       const char *text);
void cli_json_add_number(struct json_object *object, const char *name,
			 uint64_t value);
void cli_json_add_bool(struct json_object *object, const char *name, bool value);
/* Prints a document and frees it. Returns the exit code. */
int cli_print_json(struct json_object *document);

/* How a console or a wait ended. */
enum cli_end {
	CLI_END_FAILED, /* said on stderr */
	CLI_END_DETACHED, /* by the key, or its output was closed */
	CLI_END_STOPPED, /* by a signal */
	CLI_END_SHUTDOWN, /* the domain has ended, and is there */
	CLI_END_GONE, /* there is no such domain any more */
};

/* What became of a domain: CLI_END_SHUTDOWN with *domain up to date, _GONE, or
 * _DETACHED if it goes on. */
enum cli_end cli_domain_look(const struct cli_call *call,
			     struct reeve_domain *domain,
			     struct reeve_report *report);
/* Relays the console, and waits for the domain's end. */
enum cli_end cli_relay(const struct cli_call *call, struct reeve_domain *domain,
		       int console, struct reeve_report *report);
/* Attaches to the console, relays, and gives it back. */
enum cli_end cli_attach(const struct cli_call *call, struct cli_session *session,
			struct reeve_domain *domain);
/* Waits for the domain's end. */
enum cli_end cli_await_end(const struct cli_call *call,
			   struct reeve_domain *domain,
			   struct reeve_report *report);

/* Creates, runs and follows the guest of a session (create without -n). */
int cli_create_run(const struct cli_call *call);

int cli_check(const struct cli_call *call);
int cli_completion(const struct cli_call *call);
int cli_console(const struct cli_call *call);
int cli_create(const struct cli_call *call);
int cli_destroy(const struct cli_call *call);
int cli_dmesg(const struct cli_call *call);
int cli_domid(const struct cli_call *call);
int cli_domname(const struct cli_call *call);
int cli_dtb(const struct cli_call *call);
int cli_host_list(const struct cli_call *call);
int cli_host_show_key(const struct cli_call *call);
int cli_host_start(const struct cli_call *call);
int cli_host_status(const struct cli_call *call);
int cli_host_stop(const struct cli_call *call);
int cli_info(const struct cli_call *call);
int cli_keys(const struct cli_call *call);
int cli_list(const struct cli_call *call);
int cli_map(const struct cli_call *call);
int cli_measure(const struct cli_call *call);
int cli_parse_verb(const struct cli_call *call);
int cli_pause(const struct cli_call *call);
int cli_reboot(const struct cli_call *call);
int cli_refs(const struct cli_call *call);
int cli_rename(const struct cli_call *call);
int cli_shutdown(const struct cli_call *call);
int cli_token_show(const struct cli_call *call);
int cli_token_verify(const struct cli_call *call);
int cli_top(const struct cli_call *call);
int cli_unpause(const struct cli_call *call);
int cli_uptime(const struct cli_call *call);
int cli_vcpu_list(const struct cli_call *call);

/* Prints text that may hold anything. */
void cli_print_safely(const char *text);

/* Writes bytes as 2 * size digits and a NUL. */
void cli_hex_text(char *text, const uint8_t *bytes, size_t size);

/* Sections that more than one verb prints. */
void cli_print_plan(const struct reeve_plan *plan);
void cli_print_measurement(const struct reeve_measurement *measurement);

#endif
