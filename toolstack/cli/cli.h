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

/* Exit codes, as reeve(1) documents them. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1, /* the operation failed */
	CLI_WRONG = 2, /* the command line or the configuration is wrong */
};

/* What an option sets; a bit each, so that a verb lists what it takes. */
enum cli_option_id {
	CLI_JSON = 1 << 0,
	CLI_STRICT = 1 << 1,
	CLI_ALLOW_UNKNOWN = 1 << 2,
	CLI_DRY_RUN = 1 << 3,
	CLI_SOURCE = 1 << 4,
	CLI_OUTPUT = 1 << 5,
	CLI_DEFCONFIG = 1 << 6,
	CLI_HELP = 1 << 7,
	CLI_SET = 1 << 8,
};

struct cli_option {
	enum cli_option_id id;
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
};

/* All options of all verbs; ends with an id of 0. */
extern const struct cli_option cli_options[];

/* A parsed command line. */
struct cli_call {
	unsigned options; /* enum cli_option_id, those that were given */
	const char *output;
	const char *config;
	const char **extras; /* KEY=VALUE texts: those of --set, then arguments */
	size_t extra_count;
	size_t owned_count; /* the first of them, which are the call's to free */
};

/* What a verb takes besides options. */
enum cli_operands {
	CLI_NO_OPERANDS,
	CLI_CONFIG, /* CONFIG */
	CLI_CONFIG_EXTRAS, /* CONFIG [KEY=VALUE ...] */
	CLI_SHELL, /* the name of a shell, kept in call->config */
};

struct cli_verb {
	const char *name;
	enum cli_operands operands;
	unsigned options; /* enum cli_option_id, beside --help */
	const char *summary; /* one line */
	const char *details; /* a paragraph or more for --help */
	int (*run)(const struct cli_call *call);
};

/* All verbs; ends with a NULL name. */
extern const struct cli_verb cli_verbs[];

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
int cli_print_report_json(
	const char *config, bool accepted, const struct reeve_report *report);

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
};

bool cli_open_guest(struct cli_session *session, const struct cli_call *call,
	int *exit_code);
/* As cli_open_guest(), with the guest's files loaded. */
bool cli_open_plan(struct cli_session *session, const struct cli_call *call,
	int *exit_code);
/* Prints what is in the report, frees all, and returns result's exit code. */
int cli_close(struct cli_session *session, int result);

/* Prints text and a line feed on stdout and frees it; NULL: out of memory. */
int cli_print_text(char *text);
/* Flushes stdout; an error there is a failed operation. */
int cli_finish_output(void);
/* Writes a whole file, or leaves none. 0, or REEVE_ERR_IO (said on stderr),
 * or REEVE_ERR_MEMORY. */
int cli_write_file(const char *path, const void *data, size_t size);

int cli_check(const struct cli_call *call);
int cli_completion(const struct cli_call *call);
int cli_create(const struct cli_call *call);
int cli_dtb(const struct cli_call *call);
int cli_keys(const struct cli_call *call);
int cli_measure(const struct cli_call *call);
int cli_parse_verb(const struct cli_call *call);

/* Prints text that may hold anything. */
void cli_print_safely(const char *text);

/* Sections that more than one verb prints. */
void cli_print_plan(const struct reeve_plan *plan);
void cli_print_measurement(const struct reeve_measurement *measurement);

#endif
