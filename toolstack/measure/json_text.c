/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks over JSON text. Every function ends at the NUL, whatever the text. */
#include "toolstack/measure/json_text.h"

#include <string.h>

static const char *space_skip(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* Skips a string, from its opening quote to behind its closing one. */
static const char *string_skip(const char *at)
{
	at++;
	while (*at != '\0' && *at != '"')
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	return *at == '"' ? at + 1 : at;
}

/* Skips a string, a bracket, or other bytes up to the next string or
 * bracket. */
static const char *piece_skip(const char *at)
{
	size_t plain = strcspn(at, "\"{}[],: \t\r\n");

	if (*at == '"')
		return string_skip(at);
	return at + (plain != 0 || *at == '\0' ? plain : 1);
}

/* Skips any value. */
static const char *value_skip(const char *at)
{
	size_t depth = 0;

	do {
		if (*at == '{' || *at == '[')
			depth++;
		else if ((*at == '}' || *at == ']') && depth != 0)
			depth--;
		at = piece_skip(at);
	} while (depth != 0 && *at != '\0');
	return at;
}

/* Moves *at from an object's or an array's opening bracket, or from behind one
 * of its values, to the next member or item. Returns false if none follows. */
static bool next_find(const char **at)
{
	*at = space_skip(*at);
	if (**at == '{' || **at == '[' || **at == ',')
		*at = space_skip(*at + 1);
	return **at != '}' && **at != ']' && **at != '\0';
}

/* Moves *at from a member's name to its value. */
static void member_enter(const char **at)
{
	*at = space_skip(string_skip(*at));
	*at = space_skip(*at + strspn(*at, ":"));
}

static const char *member_find(const char *object, const char *key)
{
	const char *at = object;
	size_t size = strlen(key);

	while (next_find(&at)) {
		const char *name = at + 1;

		member_enter(&at);
		if (strncmp(name, key, size) == 0 && name[size] == '"')
			return at;
		at = value_skip(at);
	}
	return object;
}

static const char *item_find(const char *array, size_t index)
{
	const char *at = array;

	while (next_find(&at)) {
		if (index-- == 0)
			return at;
		at = value_skip(at);
	}
	return array;
}

const char *json_text_find(const char *text, const struct json_step *step)
{
	const char *above;

	if (step->parent == NULL)
		return space_skip(text);
	above = json_text_find(text, step->parent);
	if (step->key != NULL)
		return *above == '{' ? member_find(above, step->key) : above;
	return *above == '[' ? item_find(above, step->index) : above;
}

size_t json_text_members(const char *object)
{
	const char *at = object;
	size_t count = 0;

	while (*object == '{' && next_find(&at)) {
		member_enter(&at);
		at = value_skip(at);
		count++;
	}
	return count;
}

void json_text_place(const char *text, const char *at, unsigned *line,
		     unsigned *column)
{
	const char *begin = text;

	*line = 1;
	for (const char *byte = text; byte < at; byte++) {
		if (*byte == '\n') {
			begin = byte + 1;
			*line += 1;
		}
	}
	*column = (unsigned)(at - begin) + 1;
}
