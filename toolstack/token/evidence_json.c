/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds tokens in JSON: the evidence of a key broker is an array of bytes, that
 * of an attestation result a text in base64url, that of an attestation daemon
 * JSON in base64 in JSON. */
#include <json-c/json.h>
#include <stdlib.h>

#include "toolstack/token/base64.h"
#include "toolstack/token/evidence.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"

#define LEVELS_MAX 32 /* what is nested deeper is not looked at */

static bool value_search(struct json_object *value, unsigned levels,
			 struct evidence *found, size_t *count);

/* Takes bytes that are a token, or searches them if they are JSON themselves,
 * as in the evidence of attesters that collect that of others. A NUL is behind
 * them. */
static bool bytes_search(struct span bytes, unsigned levels,
			 struct evidence *found, size_t *count)
{
	bool may_be_json =
		bytes.size > 0 && (*bytes.data == '{' || *bytes.data == '[');
	struct json_object *document =
		may_be_json ? token_json_parse((const char *)bytes.data) : NULL;
	bool ok = document != NULL ? value_search(document, levels, found, count)
				   : evidence_take(bytes, found, count);

	json_object_put(document);
	return ok;
}

static bool string_search(struct json_object *string, unsigned levels,
			  struct evidence *found, size_t *count)
{
	const char *text = json_object_get_string(string);
	size_t length = strlen(text);
	uint8_t *data = malloc(length + 1);
	size_t size;
	bool ok = data != NULL;

	if (ok && (hex_read(text, data, length, &size) ||
		   base64_read(text, length, data, length, &size))) {
		data[size] = '\0';
		ok = bytes_search((struct span){ data, size }, levels, found,
				  count);
	}
	free(data);
	return ok;
}

/* Returns whether an array has nothing but bytes. */
static bool is_bytes(struct json_object *array)
{
	size_t length = json_object_array_length(array);

	for (size_t i = 0; i < length; i++) {
		struct json_object *item = json_object_array_get_idx(array, i);

		if (!json_object_is_type(item, json_type_int) ||
		    json_object_get_int64(item) < 0 ||
		    json_object_get_int64(item) > UINT8_MAX)
			return false;
	}
	return length != 0;
}

static bool bytes_take(struct json_object *array, struct evidence *found,
		       size_t *count)
{
	size_t length = json_object_array_length(array);
	uint8_t *data = malloc(length);
	bool ok = data != NULL;

	for (size_t i = 0; i < length && ok; i++) {
		data[i] = (uint8_t)json_object_get_int(
			json_object_array_get_idx(array, i));
	}
	ok = ok && evidence_take((struct span){ data, length }, found, count);
	free(data);
	return ok;
}

static bool array_search(struct json_object *array, unsigned levels,
			 struct evidence *found, size_t *count)
{
	size_t length = json_object_array_length(array);

	if (is_bytes(array))
		return bytes_take(array, found, count);
	for (size_t i = 0; i < length; i++) {
		if (!value_search(json_object_array_get_idx(array, i), levels,
				  found, count))
			return false;
	}
	return true;
}

static bool object_search(struct json_object *object, unsigned levels,
			  struct evidence *found, size_t *count)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	while (!json_object_iter_equal(&at, &end)) {
		if (!value_search(json_object_iter_peek_value(&at), levels,
				  found, count))
			return false;
		json_object_iter_next(&at);
	}
	return true;
}

static bool value_search(struct json_object *value, unsigned levels,
			 struct evidence *found, size_t *count)
{
	if (levels == 0)
		return true;
	switch (json_object_get_type(value)) {
	case json_type_string:
		return string_search(value, levels - 1, found, count);
	case json_type_array:
		return array_search(value, levels - 1, found, count);
	case json_type_object:
		return object_search(value, levels - 1, found, count);
	default:
		return true;
	}
}

bool evidence_find_json(struct json_object *document, struct evidence *found,
			size_t *count)
{
	return value_search(document, LEVELS_MAX, found, count);
}
