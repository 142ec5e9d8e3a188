/* SPDX-License-Identifier: BSD-3-Clause */
/* Members and the printed form of a JSON document. */
#include "toolstack/token/json.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/hex.h"

void token_json_add_text(struct json_object *object, const char *name,
			 const char *text)
{
	if (text != NULL) {
		json_object_object_add(object, name,
				       json_object_new_string(text));
	}
}

void token_json_add_hex(struct json_object *object, const char *name,
			struct span bytes)
{
	char *text = hex_text(bytes);

	token_json_add_text(object, name, text);
	free(text);
}

struct json_object *token_json_parse(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *document;
	const char *rest;

	if (tokener == NULL)
		return NULL;
	document = json_tokener_parse_ex(tokener, text, -1);
	rest = text + json_tokener_get_parse_end(tokener);
	if (document != NULL && rest[strspn(rest, " \t\r\n")] != '\0') {
		json_object_put(document);
		document = NULL;
	}
	json_tokener_free(tokener);
	return document;
}

char *token_json_finish(struct json_object *document)
{
	char *text = strdup(json_object_to_json_string_ext(
		document,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(document);
	return text;
}
