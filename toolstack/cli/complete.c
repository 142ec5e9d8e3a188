/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints what the last word of a command line may become, for the shells'
 * completion scripts: lines of a word, a tab and a description. A line that
 * begins with the tab asks the shell for the names of files. All follows from
 * the tables of verbs, options and keys, and from the hosts that run.
 */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

/* Milliseconds. A shell waits for the answer, so that a host that is busy for
 * longer is not asked for its domains. */
#define PATIENCE_MS 1000

/* A command line whose last word is to be completed. */
struct line {
	size_t count;
	const char *const *words;
	const struct cli_verb *verb;
	const char *last; /* what is to be completed of the last word */
	int kept; /* bytes of the last word before it, as in --host=NAME */
	size_t operands; /* before the last word */
	const struct cli_option *awaits; /* an argument; NULL: none does */
	uint64_t options; /* that were given before the last word */
	const char *host; /* of --host or --name; NULL: none */
};

/* Prints a word that the last word is the begin of. */
static void offer(const struct line *line, const char *word,
		  const char *description)
{
	if (strncmp(word, line->last, strlen(line->last)) == 0) {
		printf("%.*s%s\t%s\n", line->kept, line->words[line->count - 1],
		       word, description);
	}
}

static void offer_files(void)
{
	puts("\tfiles");
}

/* ---- Verbs and options ----------------------------------------------- */

static void offer_verbs(const struct line *line)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (strchr(v->name, ' ') == NULL)
			offer(line, v->name, v->summary);
	}
	for (const char *const *group = cli_groups; *group != NULL; group++)
		offer(line, *group, "a group of verbs");
	offer(line, "help", "show help for a verb");
}

static void offer_group(const struct line *line, const char *group)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		if (cli_in_group(v, group))
			offer(line, v->name + strlen(group) + 1, v->summary);
	}
}

static void offer_options(const struct line *line)
{
	char letter[] = "-x";
	char name[64];

	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if (o->id != CLI_HELP && (line->verb->options & o->id) == 0)
			continue;
		snprintf(name, sizeof(name), "--%s", o->name);
		offer(line, name, o->help);
		letter[1] = o->letter;
		if (o->letter != 0)
			offer(line, letter, o->help);
	}
}

static void offer_keys(const struct line *line)
{
	const struct reeve_key *key;
	char word[128];

	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++) {
		snprintf(word, sizeof(word), "%s=", key->name);
		offer(line, word, key->help);
	}
}

static void offer_shells(const struct line *line)
{
	const char *name;

	for (size_t i = 0; (name = cli_shell_name(i)) != NULL; i++)
		offer(line, name, "its completion script");
}

/* ---- Hosts and domains ----------------------------------------------- */

static void offer_hosts(const struct line *line)
{
	struct reeve_report *unheard = reeve_report_new();
	struct reeve_host_entry *entries = NULL;
	size_t count = 0;

	if (unheard != NULL &&
	    reeve_host_list(&entries, &count, unheard) == REEVE_OK) {
		for (size_t i = 0; i < count; i++)
			offer(line, entries[i].name, "host");
	}
	free(entries);
	reeve_report_free(unheard);
}

static bool is_patient(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	const int64_t *begin = ctx;

	(void)step;
	(void)done;
	(void)all;
	return cli_now_ms() - *begin < PATIENCE_MS;
}

static void offer_each_domain(const struct line *line, struct reeve_host *host,
			      struct reeve_report *unheard)
{
	struct reeve_domain domain = { 0 };

	while (reeve_domain_next(host, domain.domid + 1, &domain, unheard) ==
	       REEVE_OK) {
		if (domain.state != REEVE_DOMAIN_DYING)
			offer(line, domain.name,
			      domain.realm ? "Realm" : "ordinary guest");
	}
}

static void offer_domains(const struct line *line)
{
	const struct cli_call call = { .options = 0 };
	const char *name =
		line->host != NULL ? line->host : cli_host_name(&call);
	struct reeve_report *unheard = reeve_report_new();
	int64_t begin = cli_now_ms();
	const struct reeve_watch watch = { .go_on = is_patient, .ctx = &begin };
	struct reeve_host *host = NULL;

	if (unheard != NULL &&
	    reeve_host_open(name, &watch, &host, unheard) == REEVE_OK)
		offer_each_domain(line, host, unheard);
	reeve_host_close(host);
	reeve_report_free(unheard);
}

/* ---- The line -------------------------------------------------------- */

static void offer_argument(const struct line *line)
{
	const char *kind = line->awaits->argument;

	if (strcmp(kind, "FILE") == 0)
		offer_files();
	else if (strcmp(kind, "NAME") == 0)
		offer_hosts(line);
	else if (strcmp(kind, "KEY=VALUE") == 0)
		offer_keys(line);
	else if (strcmp(kind, "ENGINE") == 0) {
		offer(line, "machine", "a host of reeve");
		offer(line, "model", "in process; runs nothing");
	}
}

static void offer_operands(const struct line *line)
{
	bool domain = (line->options & CLI_DOMAIN_OPERAND) != 0;

	switch (line->verb->operands) {
	case CLI_DOMAINS:
		offer_domains(line);
		break;
	case CLI_DOMAIN:
	case CLI_DOMAIN_OR_NONE:
	case CLI_DOMAIN_NAME:
	case CLI_DOMAIN_KEY:
	case CLI_DOMAIN_CHANNEL:
		if (line->operands == 0)
			offer_domains(line);
		break;
	case CLI_MAPPED:
	case CLI_MEASURED:
	case CLI_CONFIG_EXTRAS:
	case CLI_CONFIGS_EXTRAS:
		if (domain) {
			offer_domains(line);
			break;
		}
		if (line->operands > 0)
			offer_keys(line);
		offer_files();
		break;
	case CLI_SSH_ARGUMENTS:
	case CLI_SCP_ARGUMENTS:
		if (line->operands == 0 && (line->options & CLI_CONNECT) == 0)
			offer_domains(line);
		else
			offer_files();
		break;
	case CLI_CONFIG:
	case CLI_TOKEN:
	case CLI_SPECIFICATION:
		offer_files();
		break;
	case CLI_SHELL:
		if (line->operands == 0)
			offer_shells(line);
		break;
	default:
		break;
	}
}

/* Returns the option of the verb that a word names; NULL: the word is none. In
 * *value is what follows a = in it, or NULL. */
static const struct cli_option *option_of(const struct cli_verb *verb,
					  const char *word, const char **value)
{
	size_t length = strcspn(word, "=");

	*value = word[length] == '=' ? word + length + 1 : NULL;
	for (const struct cli_option *o = cli_options; o->id != 0; o++) {
		if ((verb->options & o->id) == 0)
			continue;
		if (strncmp(word, "--", 2) == 0 &&
		    strlen(o->name) + 2 == length &&
		    strncmp(word + 2, o->name, length - 2) == 0)
			return o;
		if (o->letter != 0 && word[0] == '-' && word[1] == o->letter &&
		    word[2] == '\0')
			return o;
	}
	return NULL;
}

static void argument_take(struct line *line, const char *value)
{
	if ((line->awaits->id & (CLI_HOST | CLI_NAME)) != 0)
		line->host = value;
	if (line->awaits->id == CLI_DEFCONFIG)
		line->operands++;
	line->awaits = NULL;
}

/* Reads a word before the last one. bash makes three words of --host=NAME. */
static void word_take(struct line *line, const char *word)
{
	const struct cli_option *option;
	const char *value;

	if (strcmp(word, "=") == 0)
		return;
	if (line->awaits != NULL) {
		argument_take(line, word);
		return;
	}
	option = option_of(line->verb, word, &value);
	if (option == NULL) {
		line->operands += word[0] != '-';
		return;
	}
	line->options |= option->id;
	line->awaits = option->argument != NULL ? option : NULL;
	if (line->awaits != NULL && value != NULL)
		argument_take(line, value);
}

/* Finds the verb. Returns how many words name it; 0: none do. */
static size_t verb_take(struct line *line)
{
	for (const struct cli_verb *v = cli_verbs; v->name != NULL; v++) {
		size_t words = strchr(v->name, ' ') == NULL ? 1 : 2;

		line->verb = v;
		if (words == 1 && strcmp(v->name, line->words[0]) == 0)
			return 1;
		if (words == 2 && line->count > 2 &&
		    cli_in_group(v, line->words[0]) &&
		    strcmp(strchr(v->name, ' ') + 1, line->words[1]) == 0)
			return 2;
	}
	return 0;
}

/* The last word may be NAME of --host=NAME, which bash gives as three words,
 * the third only when it is begun. */
static void last_take(struct line *line)
{
	const struct cli_option *option;
	const char *value;

	if (line->awaits != NULL) {
		if (strcmp(line->last, "=") == 0)
			line->last = "";
		return;
	}
	option = option_of(line->verb, line->last, &value);
	if (option == NULL || option->argument == NULL || value == NULL)
		return;
	line->awaits = option;
	line->kept = (int)(value - line->last);
	line->last = value;
}

static void line_complete(struct line *line)
{
	size_t taken = verb_take(line);

	if (taken == 0)
		return;
	for (size_t i = taken; i + 1 < line->count; i++)
		word_take(line, line->words[i]);
	last_take(line);
	if (line->awaits != NULL)
		offer_argument(line);
	else if (line->last[0] == '-')
		offer_options(line);
	else
		offer_operands(line);
}

void cli_complete(size_t count, const char *const *words)
{
	struct line line = { .count = count,
			     .words = words,
			     .last = words[count - 1] };
	bool help = strcmp(words[0], "help") == 0;

	if (help && count > 1) {
		line.words++;
		line.count--;
	}
	if (line.count == 1)
		offer_verbs(&line);
	else if (line.count == 2 && cli_is_group(line.words[0]))
		offer_group(&line, line.words[0]);
	else if (!help)
		line_complete(&line);
}
