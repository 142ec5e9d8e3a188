/* SPDX-License-Identifier: BSD-3-Clause */
/* Parses a verb's argv into a struct cli_call, and prints the usage texts. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

#define OPTIONS_MAX (CLI_OPTION_BITS + 1)

/* getopt_long returns this plus the option's bit for a long name. It is greater
 * than any letter. */
#define LONG_ONLY 256

/* The options of one verb in the form that getopt_long takes. */
struct getopt_tables {
	struct option options[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX + 2];
};

static int bit_of(uint64_t id)
{
	return __builtin_ctzll(id);
}

static bool verb_takes(const struct cli_verb *verb, uint64_t id)
{
	return id == CLI_HELP || (verb->options & id) != 0;
}

static void tables_fill(struct getopt_tables *tables,
			const struct cli_verb *verb)
{
	size_t count = 0;
	char *letter = tables->letters;

	memset(tables, 0, sizeof(*tables));
	*letter++ = ':'; /* return ':' for a missing argument, not '?' */
	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (!verb_takes(verb, o->id))
			continue;
		tables->options[count++] = (struct option){
			.name = o->name,
			.has_arg = o->argument != NULL ? required_argument
						       : no_argument,
			.val = LONG_ONLY + bit_of(o->id),
		};
		if (o->letter == 0)
			continue;
		*letter++ = o->letter;
		if (o->argument != NULL)
			*letter++ = ':';
	}
}

/* Returns the option for a return value of getopt_long. NULL: there is none. */
static const struct cli_option *option_find(int value)
{
	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (value == LONG_ONLY + bit_of(o->id) ||
		    (o->letter != 0 && value == o->letter))
			return o;
	}
	return NULL;
}

static bool usage_error(const struct cli_verb *verb, const char *what,
			const char *which)
{
	fprintf(stderr, "reeve %s: %s%s\n", verb->name, what, which);
	fprintf(stderr, "Try: reeve %s --help\n", verb->name);
	return false;
}

/* How many operands a verb may take, and the text for them in its usage. */
static const struct {
	size_t least, most;
	const char *text;
} operand_rules[] = {
	[CLI_NO_OPERANDS] = { 0, 0, "" },
	[CLI_CONFIG] = { 1, 1, "CONFIG" },
	[CLI_CONFIG_EXTRAS] = { 1, 1, "CONFIG [KEY=VALUE ...]" },
	[CLI_CONFIGS_EXTRAS] = { 0, SIZE_MAX, "[CONFIG ...] [KEY=VALUE ...]" },
	[CLI_SHELL] = { 1, SIZE_MAX, "SHELL [WORD ...]" },
	[CLI_DOMAIN] = { 1, 1, "DOMAIN" },
	[CLI_DOMAIN_OR_NONE] = { 0, 1, "[DOMAIN]" },
	[CLI_DOMAINS] = { 0, SIZE_MAX, "[DOMAIN ...]" },
	[CLI_DOMAIN_NAME] = { 2, 2, "DOMAIN NEW-NAME" },
	[CLI_DOMAIN_KEY] = { 2, 2, "DOMAIN KEY" },
	[CLI_FIELD_OR_NONE] = { 0, 1, "[FIELD]" },
	[CLI_MAPPED] = { 1, 1, "CONFIG [KEY=VALUE ...] | -d DOMAIN" },
	[CLI_MEASURED] = { 1, 1,
			   "CONFIG [KEY=VALUE ...] | --from DOCUMENT FOLDER" },
	[CLI_TOKEN] = { 1, 1, "TOKEN" },
	[CLI_NEW_FILE_OR_NONE] = { 0, 1, "[FILE]" },
	[CLI_DOMAIN_CHANNEL] = { 2, 2, "DOMAIN CHANNEL" },
	[CLI_SSH_ARGUMENTS] = { 1, SIZE_MAX,
				"[USER@]DOMAIN | --connect PEER "
				"-- SSH-ARGUMENT ..." },
	[CLI_SCP_ARGUMENTS] = { 2, SIZE_MAX,
				"[USER@]DOMAIN | --connect PEER "
				"-- SCP-ARGUMENT ..." },
	[CLI_SPECIFICATION] = { 1, 1, "SPECIFICATION" },
};

static bool operand_take(const struct cli_verb *verb, struct cli_call *call,
			 const char *text)
{
	size_t most = operand_rules[verb->operands].most;

	if (most == 0)
		return usage_error(verb, "takes no argument: ", text);
	if (call->operand_count == most)
		return usage_error(verb, "one argument too many: ", text);
	if (call->operand_count == 0)
		call->config = text;
	call->operands[call->operand_count++] = text;
	return true;
}

static bool set_take(const struct cli_verb *verb, struct cli_call *call,
		     const char *setting)
{
	char *text;

	if (strchr(setting, '=') == NULL)
		return usage_error(verb, "--set takes KEY=VALUE: ", setting);
	text = cli_quote_setting(setting);
	if (text == NULL)
		return usage_error(verb, "out of memory", "");
	call->extras[call->extra_count++] = text;
	call->owned_count++;
	return true;
}

const char *cli_value(const struct cli_call *call, uint64_t id)
{
	return call->values[bit_of(id)];
}

static bool option_take(const struct cli_verb *verb, struct cli_call *call,
			const struct cli_option *option)
{
	call->options |= option->id;
	if (option->argument != NULL)
		call->values[bit_of(option->id)] = optarg;
	if (option->id == CLI_DEFCONFIG)
		return operand_take(verb, call, optarg);
	if (option->id == CLI_SET)
		return set_take(verb, call, optarg);
	if (option->id == CLI_REFS)
		call->refs[call->ref_count++] = optarg;
	return true;
}

static bool options_parse(const struct cli_verb *verb, int argc, char **argv,
			  struct cli_call *call)
{
	struct getopt_tables tables;
	int value;

	tables_fill(&tables, verb);
	optind = 1;
	opterr = 0;
	while ((value = getopt_long(argc, argv, tables.letters, tables.options,
				    NULL)) != -1) {
		const struct cli_option *option = option_find(value);

		if (value == '?') {
			return usage_error(
				verb, "unknown option: ", argv[optind - 1]);
		}
		if (value == ':' || option == NULL) {
			return usage_error(verb, "argument missing after: ",
					   argv[optind - 1]);
		}
		if (!option_take(verb, call, option))
			return false;
	}
	return true;
}

/* Returns whether operands with a = in them are settings. They are not if the
 * operand is a domain, a token or a folder, because its name may contain a
 * =. */
static bool takes_settings(const struct cli_verb *verb,
			   const struct cli_call *call)
{
	return verb->operands == CLI_CONFIG_EXTRAS ||
	       (verb->operands == CLI_CONFIGS_EXTRAS &&
		(call->options & CLI_FROM_TOKEN) == 0) ||
	       (verb->operands == CLI_MEASURED &&
		(call->options & CLI_FROM) == 0) ||
	       (verb->operands == CLI_MAPPED &&
		(call->options & CLI_DOMAIN_OPERAND) == 0);
}

/* If the file is missing, and one that is there has a = in its path, then that
 * one was meant: says how to name it. */
static void hint_defconfig(const struct cli_verb *verb,
			   const struct cli_call *call)
{
	for (size_t i = 0; i < call->extra_count; i++) {
		if (verb_takes(verb, CLI_DEFCONFIG) &&
		    access(call->extras[i], F_OK) == 0) {
			fprintf(stderr,
				"reeve: note: a file with '=' in its path is "
				"named with -f: %s\n",
				call->extras[i]);
		}
	}
}

/* Sorts the arguments as xl does: one with a = in it is a setting, any other is
 * the file. */
static bool operands_parse(const struct cli_verb *verb, char **operands,
			   int count, struct cli_call *call)
{
	for (int i = 0; i < count; i++) {
		if (takes_settings(verb, call) &&
		    strchr(operands[i], '=') != NULL) {
			call->extras[call->extra_count++] = operands[i];
			continue;
		}
		if (!operand_take(verb, call, operands[i]))
			return false;
	}
	if (call->operand_count < operand_rules[verb->operands].least) {
		hint_defconfig(verb, call);
		return usage_error(verb, "missing argument: ",
				   cli_operands_text(verb->operands));
	}
	return true;
}

bool cli_parse(const struct cli_verb *verb, int argc, char **argv,
	       struct cli_call *call)
{
	*call = (struct cli_call){ 0 };
	call->extras = calloc((size_t)argc + 1, sizeof(*call->extras));
	call->operands = calloc((size_t)argc + 1, sizeof(*call->operands));
	call->refs = calloc((size_t)argc + 1, sizeof(*call->refs));
	if (call->extras == NULL || call->operands == NULL || call->refs == NULL)
		return usage_error(verb, "out of memory", "");
	if (!options_parse(verb, argc, argv, call))
		return false;
	if ((call->options & CLI_HELP) != 0)
		return true;
	return operands_parse(verb, argv + optind, argc - optind, call);
}

void cli_dispose(struct cli_call *call)
{
	for (size_t i = 0; i < call->owned_count; i++)
		free((char *)call->extras[i]);
	free(call->extras);
	free(call->operands);
	free(call->refs);
}

const char *cli_operands_text(enum cli_operands operands)
{
	return operand_rules[operands].text;
}

static void help_option(FILE *to, const struct cli_option *option)
{
	char letter[] = { '-', option->letter, ',', ' ', 0 };
	char name[64];

	snprintf(name, sizeof(name), "%s--%s%s%s",
		 option->letter != 0 ? letter : "    ", option->name,
		 option->argument != NULL ? " " : "",
		 option->argument != NULL ? option->argument : "");
	fprintf(to, "  %-24s %s\n", name, option->help);
}

void cli_help_verb(FILE *to, const struct cli_verb *verb)
{
	const char *operands = cli_operands_text(verb->operands);

	fprintf(to, "Usage: reeve %s [OPTION ...]%s%s\n\n", verb->name,
		*operands != 0 ? " " : "", operands);
	fprintf(to, "%s: %s.\n", verb->name, verb->summary);
	fprintf(to, "%s\nOptions:\n", verb->details);
	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (verb_takes(verb, o->id))
			help_option(to, o);
	}
	fputs("\nExit code: 0 success, 1 the operation failed, "
	      "2 the command line or\nthe configuration is wrong.\n",
	      to);
}

bool cli_in_group(const struct cli_verb *verb, const char *group)
{
	size_t length = strlen(group);

	return strncmp(verb->name, group, length) == 0 &&
	       verb->name[length] == ' ';
}

bool cli_is_group(const char *word)
{
	for (const char *const *group = cli_groups; *group != NULL; group++) {
		if (strcmp(*group, word) == 0)
			return true;
	}
	return false;
}

bool cli_value_refuse(const char *verb, const char *option, const char *value,
		      const char *form)
{
	fprintf(stderr,
		"reeve %s: %s: '%s' cannot be used\n"
		"reeve: note: write %s\n",
		verb, option, value, form);
	return false;
}

/* The width of the column of the verbs: that of the longest name. */
static int name_width(void)
{
	size_t width = 0;

	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (strlen(v->name) > width)
			width = strlen(v->name);
	}
	return (int)width;
}

void cli_help(FILE *to, const char *group)
{
	fprintf(to, "Usage: reeve %s%sVERB [OPTION ...] [ARGUMENT ...]\n\n",
		group != NULL ? group : "", group != NULL ? " " : "");
	if (group == NULL)
		fputs("Arm CCA Realm guests from xl.cfg files.\n\n", to);
	fputs("Verbs:\n", to);
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (group == NULL || cli_in_group(v, group))
			fprintf(to, "  %-*s  %s\n", name_width(), v->name,
				v->summary);
	}
	fprintf(to,
		"\nreeve %s%sVERB --help tells more; so do reeve(1) and "
		"reeve.cfg(5).\n",
		group != NULL ? group : "", group != NULL ? " " : "");
}
