/* SPDX-License-Identifier: BSD-3-Clause */
/* The values of a JSON document, by json-c, with their places. */
#include "toolstack/measure/node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "toolstack/report/utf8.h"

#define DEPTH_MAX      8
#define NAME_MAX_BYTES 128 /* of the name of a value in a message */

/* ---- Reports ---- */

/* Writes the way to a value, as in JavaScript. */
static void name_write(const struct json_step *step, char *name, size_t size)
{
	size_t used;

	if (step->parent == NULL) {
		*name = '\0';
		return;
	}
	name_write(step->parent, name, size);
	used = strlen(name);
	if (step->key == NULL) {
		snprintf(name + used, size - used, "[%zu]", step->index);
	} else {
		snprintf(name + used, size - used, "%s%s", used != 0 ? "." : "",
			 step->key);
	}
}

/* Reports an error where the parser stopped. Returns false. */
static bool text_error(struct document *document, const char *at,
		       const char *message)
{
	struct report_place place = { .file = document->name };

	json_text_place(document->text, at, &place.line, &place.column);
	document->result = report_error(document->report, REEVE_ERR_CONFIG,
					&place, NULL, NULL, "%s", message);
	return false;
}

struct report_place node_place(const struct node *node)
{
	struct document *document = node->document;
	struct report_place place = { .file = document->name };

	json_text_place(document->text,
			json_text_find(document->text, &node->step),
			&place.line, &place.column);
	return place;
}

bool node_error(const struct node *node, const char *hint, const char *format,
		...)
{
	struct report_place place = node_place(node);
	struct document *document = node->document;
	char name[NAME_MAX_BYTES];
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	name_write(&node->step, name, sizeof(name));
	document->result =
		report_error(document->report, REEVE_ERR_CONFIG, &place,
			     *name != '\0' ? name : NULL, hint, "%s", message);
	return false;
}

/* ---- Documents ---- */

static bool text_parse(struct document *document, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	enum json_tokener_error error;
	char message[128];
	const char *at;

	if (tokener == NULL) {
		document->result = REEVE_ERR_MEMORY;
		return false;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL, so that a number at the end is complete. */
	document->json =
		json_tokener_parse_ex(tokener, document->text, (int)size + 1);
	error = json_tokener_get_error(tokener);
	at = document->text + json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success)
		return true;
	(void)snprintf(message, sizeof(message), "this is no JSON: %s",
		       json_tokener_error_desc(error));
	return text_error(document, at, message);
}

int document_parse(struct document *document, size_t size)
{
	struct node root;

	document->json = NULL;
	document->result = REEVE_OK;
	if (memchr(document->text, '\0', size) != NULL) {
		(void)text_error(document,
				 document->text + strlen(document->text),
				 "a byte is zero");
		return document->result;
	}
	if (!text_parse(document, size))
		return document->result;
	root = node_root(document);
	if (!json_object_is_type(document->json, json_type_object))
		(void)node_error(&root, NULL, "it is not an object");
	return document->result;
}

void document_free(struct document *document)
{
	json_object_put(document->json);
	free(document->text);
	free(document->name);
}

/* ---- Values ---- */

struct node node_root(struct document *document)
{
	return (struct node){
		.document = document,
		.present = true,
		.json = document->json,
	};
}

struct node node_member(const struct node *parent, const char *key)
{
	struct node node = { .document = parent->document,
			     .step = { &parent->step, key, 0 } };

	node.present = json_object_object_get_ex(parent->json, key, &node.json);
	return node;
}

struct node node_item(const struct node *parent, size_t index)
{
	return (struct node){
		.document = parent->document,
		.step = { &parent->step, NULL, index },
		.present = index < node_items(parent),
		.json = json_object_array_get_idx(parent->json, index),
	};
}

size_t node_items(const struct node *node)
{
	return json_object_is_type(node->json, json_type_array)
		       ? json_object_array_length(node->json)
		       : 0;
}

/* Reads "0x..." with at most 16 digits. */
static bool hex_number(const char *text, uint64_t *out)
{
	size_t digits;

	if (text[0] != '0' || text[1] != 'x')
		return false;
	digits = strspn(text + 2, "0123456789abcdefABCDEF");
	*out = strtoull(text + 2, NULL, 16);
	return digits != 0 && digits <= 16 && text[2 + digits] == '\0';
}

/* json-c makes the largest number of one that is too large. */
static bool integer_number(const struct node *node, uint64_t *out)
{
	static const char largest[] = "18446744073709551615";
	const char *text = json_text_find(node->document->text, &node->step);
	size_t digits = strspn(text, "0123456789");

	*out = json_object_get_uint64(node->json);
	return digits != 0 &&
	       (*out != UINT64_MAX || (digits == strlen(largest) &&
				       strncmp(text, largest, digits) == 0));
}

bool node_number(const struct node *node, uint64_t most, uint64_t *out)
{
	uint64_t value = 0;
	bool good = false;

	if (!node->present)
		return true;
	if (json_object_is_type(node->json, json_type_int))
		good = integer_number(node, &value);
	else if (json_object_is_type(node->json, json_type_string))
		good = hex_number(json_object_get_string(node->json), &value);
	if (!good || value > most) {
		return node_error(node, NULL,
				  "this must be a number from 0 to %" PRIu64
				  ", or \"0x\" and hexadecimal digits",
				  most);
	}
	*out = value;
	return true;
}

bool node_string(const struct node *node, const char **out)
{
	size_t length;

	if (!node->present)
		return true;
	if (!json_object_is_type(node->json, json_type_string))
		return node_error(node, NULL, "this must be a string");
	*out = json_object_get_string(node->json);
	length = (size_t)json_object_get_string_len(node->json);
	if (strlen(*out) != length)
		return node_error(node, NULL, "a character is zero");
	/* json-c lets some bytes pass that are no UTF-8, such as surrogates. */
	if (!utf8_is_text(*out, length))
		return node_error(node, NULL, "this is not UTF-8");
	return true;
}

bool node_needed(const struct node *node)
{
	return node->present || node_error(node, NULL, "this is missing");
}

static bool is_listed(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* json-c keeps the last of two members of a name. */
static bool is_ambiguous(const struct node *node)
{
	const char *text = json_text_find(node->document->text, &node->step);

	return json_text_members(text) !=
	       (size_t)json_object_object_length(node->json);
}

bool node_is_object(const struct node *node, const char *const *names)
{
	if (!json_object_is_type(node->json, json_type_object))
		return node_error(node, NULL, "this must be an object");
	if (is_ambiguous(node))
		return node_error(node, NULL, "two members have the same name");
	json_object_object_foreach(node->json, key, value)
	{
		struct node member = node_member(node, key);

		(void)value;
		if (!is_listed(key, names))
			return node_error(&member, NULL,
					  "there is no member of this name");
	}
	return true;
}

bool node_is_array(const struct node *node, size_t most)
{
	if (!json_object_is_type(node->json, json_type_array))
		return node_error(node, NULL, "this must be an array");
	if (node_items(node) > most) {
		return node_error(node, NULL, "there are more than %zu items",
				  most);
	}
	return true;
}
