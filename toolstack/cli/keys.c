/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve keys: the schema table, for a person or as JSON. */
#include <json-c/json.h>

#include "toolstack/cli/cli.h"

static void json_add(struct json_object *object, const char *name,
		     const char *text)
{
	if (text != NULL && *text != 0) {
		json_object_object_add(object, name,
				       json_object_new_string(text));
	}
}

static int keys_print_json(void)
{
	struct json_object *list = json_object_new_array();
	const struct reeve_key *key;

	for (size_t i = 0; (key = reeve_key_at(i)) != NULL; i++) {
		struct json_object *object = json_object_new_object();

		json_add(object, "name", key->name);
		json_add(object, "type", key->type);
		json_add(object, "unit", key->unit);
		json_add(object, "range", key->range);
		json_add(object, "default", key->fallback);
		json_add(object, "guests", key->guests);
		json_add(object, "help", key->help);
		json_object_array_add(list, object);
	}
	puts(json_object_to_json_string_ext(
		list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(list);
	return cli_finish_output();
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
