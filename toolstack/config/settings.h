/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of settings, and its values while a text is read. */
#ifndef REEVE_TOOLSTACK_CONFIG_SETTINGS_H
#define REEVE_TOOLSTACK_CONFIG_SETTINGS_H

#include "toolstack/config/cfg.h"
#include "toolstack/config/lex.h"

struct cfg {
	struct lex_source *sources; /* own the file names of all places */
	size_t source_count;
	struct cfg_setting **settings;
	size_t count;
	void *index; /* a search tree of the settings by key */
};

/*
 * Makes room in *array, which holds count elements of size bytes, for more
 * elements. The room is always a power of two, so an array that only this
 * function grows is seldom copied. Returns 0, or REEVE_ERR_MEMORY with *array
 * unchanged.
 */
int array_reserve(void **array, size_t count, size_t more, size_t size);

/* Returns the bytes to allocate for a text of that length, so that
 * array_reserve() can grow it. */
size_t text_room(size_t length);

/* Moves item to the end of list. Returns 0, or REEVE_ERR_MEMORY with item
 * unchanged. */
int list_push(struct cfg_value *list, struct cfg_value *item);

/* Frees everything that value owns. Lists may be nested to any depth: there is
 * no recursion. */
void value_dispose(struct cfg_value *value);
void setting_dispose(struct cfg_setting *setting);

/*
 * Puts the setting that a statement makes into the table, as libxlutil does: =
 * replaces the value of the name, += adds to it. The caller has checked that +=
 * does not add a text to a list or a list to a text. Moves the parts that the
 * table keeps out of setting; the caller disposes of the rest. Returns 0 or
 * REEVE_ERR_MEMORY.
 */
int settings_put(struct cfg *cfg, struct cfg_setting *setting);

/* Sets value.outer of every item. Called when the table is complete, as an
 * array that grows moves its items. */
void settings_link(struct cfg *cfg);

/*
 * Returns the value that follows value in the text of top, which holds it at
 * some depth, or NULL after the last one. The items of a list follow the list.
 * *closed becomes the number of lists that end between the two values; value
 * itself counts if it is an empty list.
 */
const struct cfg_value *value_next(const struct cfg_value *value,
				   const struct cfg_value *top, size_t *closed);

#endif
