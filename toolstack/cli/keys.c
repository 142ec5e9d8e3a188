/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve keys: the schema table, for a person or as JSON. */
#include <json-c/json.h>

#include "toolstack/cli/cli.h"

/* Adds a member unless the table leaves it empty. */
static void key_add(struct json_object *object, const char *name,
		    const char *text)
{
	if (text != NULL && *text != '\0')
		cli_json_add_text(object, name, text);
}

static int keys_print_json(void)
{
	struct json_object *list = json_object_new_array();
	const struct reeve_key *key;

	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++) {
		struct json_object *object = json_object_new_object();

		key_add(object, "name", key->name);
		key_add(object, "type", key->type);
		key_add(object, "unit", key->unit);
		key_add(object, "range", key->range);
		key_add(object, "default", key->fallback);
		key_add(object, "guests", key->guests);
		key_add(object, "help", key->help);
		json_object_array_add(list, object);
	}
	return cli_print_json(list);
}

int cli_keys(const struct cli_call *call)
{
	const struct reeve_key *key;

	if ((call->options & CLI_JSON) != 0)
		return keys_print_json();
	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++)
		printf("%-28s %-16s %s\n", key->name, key->type, key->help);
	return cli_finish_output();
}
