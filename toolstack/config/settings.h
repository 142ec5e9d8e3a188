/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings table and its values while a text is read. */
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
 * Makes room for more elements of that size after the count that *array holds.
 * Arrays grown by this alone are copied rarely. 0 or REEVE_ERR_MEMORY: *array
 * is as it was.
 */
int array_reserve(void **array, size_t count, size_t more, size_t size);

/* The bytes to allocate for a text, so that it too grows at little cost. */
size_t text_room(size_t length);

/* Moves item to the end of list. 0 or REEVE_ERR_MEMORY: item is untouched. */
int list_push(struct cfg_value *list, struct cfg_value *item);

/* Frees what value owns, to any depth without recursion. */
void value_dispose(struct cfg_value *value);
void setting_dispose(struct cfg_setting *setting);

/*
 * Puts a statement's outcome into the table, as libxlutil does: = replaces
 * the value, += joins what it adds to it; a text and a list do not join, the
 * caller has seen to that. Moves out of setting what it keeps; the caller
 * disposes of the rest. 0 or REEVE_ERR_MEMORY.
 */
int settings_put(struct cfg *cfg, struct cfg_setting *setting);

/* Makes every item know the list it stands in, once nothing moves any more. */
void settings_link(struct cfg *cfg);

/*
 * The value that stands after this one in top, which holds it at some depth;
 * NULL: none. A list's items come after the list. *closed becomes the number
 * of lists that end between the two, value itself too if it is an empty one.
 */
const struct cfg_value *value_next(const struct cfg_value *value,
				   const struct cfg_value *top, size_t *closed);

#endif
