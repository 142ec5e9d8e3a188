/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Build tool: fills the template of the manual page with the list of keys and
 * the list of Realm rules, from the tables that the program itself uses.
 *
 *	keys_man TEMPLATE > PAGE
 *
 * It replaces the lines @KEYS@, @IDLE_KEYS@ and @RULES@ of the template.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/domain/schema.h"
#include "toolstack/policy/policy.h"

/* Prints text so that roff takes no byte of it for a request or an escape. */
static void text_put(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

/* Prints a sentence, or nothing for NULL. */
static void line_put(const char *label, const char *text)
{
	if (text == NULL)
		return;
	printf("%s", label);
	text_put(text);
	printf(".\n");
}

/* Prints a reason as a sentence. In a report it follows the name of the key. */
static void reason_put(const char *reason)
{
	putchar(toupper((unsigned char)*reason));
	line_put("", reason + 1);
}

static void key_put(const struct key *key)
{
	const struct reeve_key *info = &key->info;

	printf(".It Ic %s Pq %s\n", info->name, info->type);
	line_put("", info->help);
	printf(".br\n");
	line_put("Value: ", info->range);
	line_put("Unit: ", info->unit);
	line_put("Default: ", info->fallback);
	line_put("Guests: ", info->guests);
	line_put("Now called: ", key->successor);
}

static void keys_put(void)
{
	printf(".Bl -tag -width indent\n");
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field != KEY_NO_FIELD)
			key_put(key);
	}
	printf(".El\n");
}

/* Prints the keys without an effect: only their names and lines of help. */
static void idle_keys_put(void)
{
	printf(".Bl -tag -width indent -compact\n");
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->field != KEY_NO_FIELD)
			continue;
		printf(".It Ic %s\n", key->info.name);
		line_put("", key->info.help);
	}
	printf(".El\n");
}

static void rules_put(void)
{
	static const char *const severities[] = { "error", "warning", "note" };
	const struct policy_rule *rule;

	printf(".Bl -tag -width indent\n");
	for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
		printf(".It Ic %s Pq %s, %s\n", key_name(rule->key), rule->id,
		       severities[rule->severity]);
		reason_put(rule->reason);
		line_put("Way out: ", rule->way_out);
	}
	printf(".El\n");
}

static void template_copy(FILE *template)
{
	char line[512];

	while (fgets(line, sizeof(line), template) != NULL) {
		if (strcmp(line, "@KEYS@\n") == 0)
			keys_put();
		else if (strcmp(line, "@IDLE_KEYS@\n") == 0)
			idle_keys_put();
		else if (strcmp(line, "@RULES@\n") == 0)
			rules_put();
		else
			fputs(line, stdout);
	}
}

int main(int argc, char **argv)
{
	FILE *template;

	if (argc != 2)
		return EXIT_FAILURE;
	template = fopen(argv[1], "r");
	if (template == NULL)
		return EXIT_FAILURE;
	template_copy(template);
	if (fclose(template) != 0 || fflush(stdout) != 0)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
