/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve: finds the verb and runs it. */
#include <signal.h>
#include <string.h>

#include "toolstack/cli/cli.h"

/* Returns how many words the verb has if the words begin with them, else 0. */
static int verb_matches(const struct cli_verb *verb, int count,
			char *const *words)
{
	size_t first = strcspn(verb->name, " ");

	if (strncmp(words[0], verb->name, first) != 0 || words[0][first] != '\0')
		return 0;
	if (verb->name[first] == '\0')
		return 1;
	if (count > 1 && strcmp(words[1], verb->name + first + 1) == 0)
		return 2;
	return 0;
}

/* Returns the verb that the words name, and in *taken how many words that were.
 * NULL: an error was printed. */
static const struct cli_verb *verb_find(int count, char *const *words,
					int *taken)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		*taken = verb_matches(v, count, words);
		if (*taken != 0)
			return v;
	}
	if (cli_missing_verb(words[0]) != NULL) {
		fprintf(stderr, "reeve: there is no %s: %s.\n", words[0],
			cli_missing_verb(words[0]));
	} else if (cli_is_group(words[0]) && count > 1) {
		fprintf(stderr,
			"reeve: no such verb: %s %s\nTry: reeve %s --help\n",
			words[0], words[1], words[0]);
	} else {
		fprintf(stderr, "reeve: no such verb: %s\nTry: reeve --help\n",
			words[0]);
	}
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
			if ((call.options & CLI_QUIET) != 0)
				cli_report_quietly();
			code = verb->run(&call);
		}
	}
	cli_dispose(&call);
	return code;
}

static bool asks_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
	       strcmp(word, "-h") == 0;
}

/* Returns false, after printing what is wrong, if a word follows where none
 * may. */
static bool words_end(int argc, char **argv, int end)
{
	if (argc <= end)
		return true;
	fprintf(stderr, "reeve: one argument too many: %s\nTry: reeve --help\n",
		argv[end]);
	return false;
}

/* Runs `reeve help [VERB | GROUP]`. */
static int help_run(int argc, char **argv)
{
	const struct cli_verb *verb;
	int taken;

	if (argc < 3) {
		cli_help(stdout, NULL);
		return cli_finish_output();
	}
	if (argc == 3 && cli_is_group(argv[2])) {
		cli_help(stdout, argv[2]);
		return cli_finish_output();
	}
	verb = verb_find(argc - 2, argv + 2, &taken);
	if (verb == NULL || !words_end(argc, argv, 2 + taken))
		return CLI_WRONG;
	cli_help_verb(stdout, verb);
	return cli_finish_output();
}

/* Returns true if the words are the name of a group, alone or with the wish for
 * help. */
static bool is_only_group(int count, char *const *words)
{
	return cli_is_group(words[0]) && (count == 1 || asks_help(words[1]));
}

int main(int argc, char **argv)
{
	const struct cli_verb *verb;
	int taken;

	/* A write beyond a limit (ulimit -f) fails instead, and is told. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		cli_help(stderr, NULL);
		return CLI_WRONG;
	}
	if (asks_help(argv[1]))
		return help_run(argc, argv);
	if (is_only_group(argc - 1, argv + 1)) {
		cli_help(argc == 2 ? stderr : stdout, argv[1]);
		return argc == 2 ? CLI_WRONG : cli_finish_output();
	}
	if (strcmp(argv[1], "--version") == 0)
		return words_end(argc, argv, 2) ? cli_version(NULL) : CLI_WRONG;
	verb = verb_find(argc - 1, argv + 1, &taken);
	if (verb == NULL)
		return CLI_WRONG;
	return verb_run(verb, argc - taken, argv + taken);
}
