/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the places of values in JSON text. json-c reads documents, but keeps
 * neither the places nor the first of two members with one name. json-c must
 * have accepted the text. */
#ifndef REEVE_TOOLSTACK_MEASURE_JSON_TEXT_H
#define REEVE_TOOLSTACK_MEASURE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A step on the way from a document to a value. */
struct json_step {
	const struct json_step *parent; /* NULL: this is the document */
	const char *key; /* of a member; NULL: an item, or the document */
	size_t index; /* of an item */
};

/* Returns the byte of text, which ends with a NUL, at which a value begins. If
 * there is no such value, returns where the value begins that should contain
 * it. */
const char *json_text_find(const char *text, const struct json_step *step);

/* Returns the number of members that the text of an object has. */
size_t json_text_members(const char *object);

/* Sets line and column, both from 1, of the byte at. */
void json_text_place(const char *text, const char *at, unsigned *line,
		     unsigned *column);

#endif
