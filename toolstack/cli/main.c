/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve: finds the verb and runs it. */
#include <string.h>

#include "toolstack/cli/cli.h"

static const struct cli_verb *verb_find(const char *name)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static int verb_run(const struct cli_verb *verb, int argc, char **argv)
{
	struct cli_call call;
	int code = CLI_WRONG;

	if (cli_parse(verb, argc, argv, &call)) {
		if ((call.options & CLI_HELP) != 0) {
			cli_help_verb(stdout, verb);
			code = cli_finish_output();
		} else {
			code = verb->run(&call);
		}
	}
	cli_dispose(&call);
	return code;
}

/* `reeve help [VERB]`. */
static int help_run(int argc, char **argv)
{
	const struct cli_verb *verb = argc > 2 ? verb_find(argv[2]) : NULL;

	if (argc > 2 && verb == NULL) {
		fprintf(stderr, "reeve: no such verb: %s\n", argv[2]);
		return CLI_WRONG;
	}
	if (verb != NULL)
		cli_help_verb(stdout, verb);
	else
		cli_help(stdout);
	return cli_finish_output();
}

static bool asks_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
	       strcmp(word, "-h") == 0;
}

int main(int argc, char **argv)
{
	const struct cli_verb *verb;

	if (argc < 2) {
		cli_help(stderr);
		return CLI_WRONG;
	}
	if (asks_help(argv[1]))
		return help_run(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("reeve " REEVE_VERSION);
		return cli_finish_output();
	}
	verb = verb_find(argv[1]);
	if (verb == NULL) {
		fprintf(stderr, "reeve: no such verb: %s\nTry: reeve --help\n",
			argv[1]);
		return CLI_WRONG;
	}
	return verb_run(verb, argc - 1, argv + 1);
}
