/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads values of a JSON document, and reports each fault with its place and
 * the name of the value, such as "ranges[2].ipa". */
#ifndef REEVE_TOOLSTACK_MEASURE_NODE_H
#define REEVE_TOOLSTACK_MEASURE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "toolstack/measure/json_text.h"
#include "toolstack/report/report.h"

struct json_object;

/* A document that is read. */
struct document {
	char *name; /* of its file; owned */
	char *text; /* ends with a NUL */
	struct json_object *json;
	struct reeve_report *report;
	int result; /* REEVE_OK, or that of an error that was reported */
};

/* A value, or the place where one could be. */
struct node {
	struct document *document;
	struct json_step step;
	bool present;
	struct json_object *json;
};

/*
 * Parses a text of size bytes, which ends with a NUL behind them, and which the
 * document owns from now on. REEVE_ERR_CONFIG: it is no JSON object.
 */
int document_parse(struct document *document, size_t size);
void document_free(struct document *document);

struct node node_root(struct document *document);
/* The parent must live as long as its member or item. */
struct node node_member(const struct node *parent, const char *key);
struct node node_item(const struct node *parent, size_t index);
size_t node_items(const struct node *node);

/* Returns where a value begins; if it is not there, where the value begins that
 * should contain it. */
struct report_place node_place(const struct node *node);

/* Reports an error at a value. Returns false. */
__attribute__((format(printf, 3, 4))) bool
node_error(const struct node *node, const char *hint, const char *format, ...);

/* Each of these returns true and leaves *out as it is if the value is not
 * there. It returns false after an error. */

/* A number from 0 to most, or a string of one in hexadecimal, "0x...". */
bool node_number(const struct node *node, uint64_t most, uint64_t *out);
/* The string lives as long as the document. */
bool node_string(const struct node *node, const char **out);

/* Report an error and return false if: the value is not there; it is not an
 * object with these members only, each at most once; it is not an array of at
 * most that many items. */
bool node_needed(const struct node *node);
bool node_is_object(const struct node *node, const char *const *names);
bool node_is_array(const struct node *node, size_t most);

#endif
