/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that the verbs' JSON documents have in common. */
#include <json-c/json.h>
#include <stdlib.h>

#include "toolstack/cli/cli.h"

void cli_json_add_text(struct json_object *object, const char *name,
		       const char *text)
{
	char *printable = text != NULL ? reeve_printable(text) : NULL;

	if (printable != NULL) {
		json_object_object_add(object, name,
				       json_object_new_string(printable));
	}
	free(printable);
}

void cli_json_add_number(struct json_object *object, const char *name,
			 uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

void cli_json_add_bool(struct json_object *object, const char *name, bool value)
{
	json_object_object_add(object, name, json_object_new_boolean(value));
}

int cli_print_json(struct json_object *document)
{
	puts(json_object_to_json_string_ext(
		document,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
	return cli_finish_output();
}
