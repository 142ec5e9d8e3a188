/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve completion: makes the shell's completion script from the tables of
 * verbs, options and keys. */
#include <string.h>

#include "toolstack/cli/cli.h"

/* The first words of the verbs that have two words. */
static const char *const groups[] = { "host", "token" };

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

/* Prints the verbs of one word, and the first words of the others. */
static void print_verbs(void)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (strchr(v->name, ' ') == NULL)
			printf("%s ", v->name);
	}
	for (size_t i = 0; i < GROUPS; i++)
		printf("%s ", groups[i]);
	fputs("help", stdout);
}

static void print_second_words(const char *group)
{
	size_t length = strlen(group);

	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (strncmp(v->name, group, length) == 0 &&
		    v->name[length] == ' ')
			printf("%s ", v->name + length + 1);
	}
}

/* Prints the code that completes the second word of a group, and that joins
 * both words in $verb. */
static void print_group(const char *group)
{
	printf("\tif [ \"$verb\" = %s ]; then\n"
	       "\t\tif [ \"$COMP_CWORD\" -eq 2 ]; then\n"
	       "\t\t\tmapfile -t COMPREPLY < <(compgen -W '",
	       group);
	print_second_words(group);
	puts("' -- \"$cur\")\n\t\t\treturn\n\t\tfi\n"
	     "\t\tverb=\"$verb ${COMP_WORDS[2]}\"\n\tfi");
}

/* Prints the options of a verb, as a case branch that sets $options. */
static void print_verb_case(const struct cli_verb *verb)
{
	printf("\t'%s') options='", verb->name);
	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (o->id != CLI_HELP && (verb->options & o->id) == 0)
			continue;
		printf("--%s ", o->name);
		if (o->letter != 0)
			printf("-%c ", o->letter);
	}
	printf("'; keys=%d ;;\n", verb->operands == CLI_CONFIG_EXTRAS ||
					  verb->operands == CLI_MAPPED);
}

static void print_file_options(void)
{
	const char *separator = "";

	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (o->argument == NULL || strcmp(o->argument, "FILE") != 0)
			continue;
		printf("%s--%s", separator, o->name);
		if (o->letter != 0)
			printf("|-%c", o->letter);
		separator = "|";
	}
}

static void print_keys(void)
{
	const struct reeve_key *key;

	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++)
		printf("%s= ", key->name);
}

static void print_bash(void)
{
	puts("# bash completion for reeve(1), made by: reeve completion bash");
	puts("_reeve()\n{\n\tlocal cur prev verb options='' keys=0\n"
	     "\tCOMPREPLY=()\n\tcur=${COMP_WORDS[COMP_CWORD]}\n"
	     "\tprev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tverb=${COMP_WORDS[1]}");
	fputs("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W '",
	      stdout);
	print_verbs();
	puts("' -- \"$cur\")\n\t\treturn\n\tfi");
	for (size_t i = 0; i < GROUPS; i++)
		print_group(groups[i]);
	puts("\tcase $verb in");
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++)
		print_verb_case(v);
	fputs("\tesac\n\tcase $prev in\n\t", stdout);
	print_file_options();
	puts(")\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	     "\t\treturn ;;\n\tesac\n"
	     "\tif [[ $cur == -* ]]; then\n"
	     "\t\tmapfile -t COMPREPLY < "
	     "<(compgen -W \"$options\" -- \"$cur\")\n\t\treturn\n\tfi\n"
	     "\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
	fputs("\tif [ \"$keys\" -eq 1 ] && [ \"$COMP_CWORD\" -gt 2 ]; then\n"
	      "\t\tlocal words\n"
	      "\t\tmapfile -t words < <(compgen -W '",
	      stdout);
	print_keys();
	puts("' -- \"$cur\")\n\t\tCOMPREPLY+=(\"${words[@]}\")\n\tfi\n}\n"
	     "complete -o filenames -F _reeve reeve");
}

int cli_completion(const struct cli_call *call)
{
	if (strcmp(call->config, "bash") != 0) {
		fprintf(stderr,
			"reeve completion: no script for %s: "
			"only bash is known\n",
			call->config);
		return CLI_WRONG;
	}
	print_bash();
	return cli_finish_output();
}
