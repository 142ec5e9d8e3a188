/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that the JSON documents of this folder have in common. */
#ifndef REEVE_TOOLSTACK_TOKEN_JSON_H
#define REEVE_TOOLSTACK_TOKEN_JSON_H

#include "toolstack/image/bytes.h"

struct json_object;

/* Reads a document that is all of text, but for blanks. The caller frees it
 * with json_object_put(). NULL: text is none, or has something behind it. */
struct json_object *token_json_parse(const char *text);
/* Adds a text as a member of object. A NULL text adds nothing. */
void token_json_add_text(struct json_object *object, const char *name,
			 const char *text);
/* Adds bytes in hexadecimal; without memory for the digits it adds nothing. */
void token_json_add_hex(struct json_object *object, const char *name,
			struct span bytes);
/* Returns the document as text, which the caller frees, and frees the
 * document. NULL: out of memory. */
char *token_json_finish(struct json_object *document);

#endif
