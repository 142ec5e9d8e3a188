/* SPDX-License-Identifier: BSD-3-Clause */
/* --set KEY=VALUE: adds the quotes that the type of the key needs, so that the
 * user quotes for the shell only, and not for the file too. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

#define STRING_OR_LIST "string or list of strings"

/* Returns true if the key takes that value as text. Where a list may be instead
 * of a text, a bracket begins one. */
static bool value_is_text(const char *name, size_t length, const char *value)
{
	const struct reeve_key *key;

	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++) {
		if (strlen(key->name) == length &&
		    memcmp(key->name, name, length) == 0) {
			return strcmp(key->type, "string") == 0 ||
			       strcmp(key->type, "choice") == 0 ||
			       (strcmp(key->type, STRING_OR_LIST) == 0 &&
				value[0] != '[');
		}
	}
	return false;
}

/* Writes the value as a string of the configuration's grammar. to must have
 * room for twice the length of value, two quotes and the NUL. */
static void value_quote(char *to, const char *value)
{
	*to++ = '"';
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			*to++ = '\\';
		if (*value == '\n')
			*to++ = '\\';
		*to++ = *value == '\n' ? 'n' : *value;
	}
	*to++ = '"';
	*to = '\0';
}

char *cli_quote_setting(const char *setting)
{
	const char *value = strchr(setting, '=') + 1;
	size_t start = (size_t)(value - setting);
	size_t name = strcspn(setting, "+=");
	char *quoted;

	if (!value_is_text(setting, name, value))
		return strdup(setting);
	quoted = malloc(start + 2 * strlen(value) + 3);
	if (quoted == NULL)
		return NULL;
	memcpy(quoted, setting, start);
	value_quote(quoted + start, value);
	return quoted;
}
