/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of settings: values grow by +=, and a search tree finds names. */
#include "toolstack/config/settings.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/*
 * Returns the least power of two that is not below count, or 0 for 0. An array
 * of count elements has room for that many, so that the room need not be
 * stored.
 */
static size_t room_for(size_t count)
{
	size_t room = count != 0 ? 1 : 0;

	while (room < count)
		room *= 2;
	return room;
}

size_t text_room(size_t length)
{
	return room_for(length + 1);
}

int array_reserve(void **array, size_t count, size_t more, size_t size)
{
	size_t room = room_for(count + more);
	void *grown;

	if (room == room_for(count))
		return 0;
	grown = realloc(*array, room * size);
	if (grown == NULL)
		return REEVE_ERR_MEMORY;
	*array = grown;
	return 0;
}

static int list_reserve(struct cfg_value *list, size_t more)
{
	void *items = list->items;
	int error =
		array_reserve(&items, list->count, more, sizeof(*list->items));

	list->items = items;
	return error;
}

int list_push(struct cfg_value *list, struct cfg_value *item)
{
	if (list_reserve(list, 1) != 0)
		return REEVE_ERR_MEMORY;
	list->items[list->count++] = *item;
	*item = (struct cfg_value){ 0 };
	return 0;
}

static int list_join(struct cfg_value *list, struct cfg_value *more)
{
	if (list_reserve(list, more->count) != 0)
		return REEVE_ERR_MEMORY;
	if (more->count != 0) {
		memcpy(list->items + list->count, more->items,
		       more->count * sizeof(*more->items));
	}
	list->count += more->count;
	more->count = 0; /* its items have moved; its array is still its own */
	list->place = more->place;
	return 0;
}

static int text_join(struct cfg_value *value, const struct cfg_value *more)
{
	void *text = value->text;

	/* The text has one byte more than it counts: the NUL at its end. */
	if (array_reserve(&text, value->count + 1, more->count, 1) != 0)
		return REEVE_ERR_MEMORY;
	value->text = text;
	value->verbatim = value->count;
	value->verbatim_column = more->verbatim_column;
	memcpy(value->text + value->count, more->text, more->count + 1);
	value->count += more->count;
	value->form = CFG_STRING;
	value->place = more->place;
	return 0;
}

void value_dispose(struct cfg_value *value)
{
	struct cfg_value *outer;

	/*
	 * Walks down to the last item of the innermost list. On the way down
	 * outer of each item is set to the list that holds it, which is where
	 * the walk goes on when the item is freed.
	 */
	value->outer = NULL;
	while (value != NULL) {
		if (value->items != NULL && value->count != 0) {
			outer = value;
			outer->count--;
			value = &outer->items[outer->count];
			value->outer = outer;
			continue;
		}
		free(value->items);
		free(value->text);
		outer = value->outer;
		*value = (struct cfg_value){ 0 };
		value = outer;
	}
}

void setting_dispose(struct cfg_setting *setting)
{
	value_dispose(&setting->value);
	free(setting->key);
	setting->key = NULL;
}

static int setting_compare(const void *left, const void *right)
{
	const struct cfg_setting *a = left;
	const struct cfg_setting *b = right;

	return strcmp(a->key, b->key);
}

static struct cfg_setting *setting_find(const struct cfg *cfg, const char *key)
{
	const struct cfg_setting wanted = { .key = (char *)key };
	struct cfg_setting **node = tfind(&wanted, &cfg->index, setting_compare);

	return node != NULL ? *node : NULL;
}

/* Adds a setting with a new name to the array and to the index. */
static int settings_add(struct cfg *cfg, struct cfg_setting *setting)
{
	void *settings = cfg->settings;
	struct cfg_setting *copy;

	if (array_reserve(&settings, cfg->count, 1, sizeof(*cfg->settings)))
		return REEVE_ERR_MEMORY;
	cfg->settings = settings;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return REEVE_ERR_MEMORY;
	*copy = *setting;
	if (tsearch(copy, &cfg->index, setting_compare) == NULL) {
		free(copy);
		return REEVE_ERR_MEMORY;
	}
	cfg->settings[cfg->count++] = copy;
	*setting = (struct cfg_setting){ 0 };
	return 0;
}

static void setting_replace(struct cfg_setting *old, struct cfg_setting *new)
{
	struct cfg_value value = old->value;

	old->replaced = old->place;
	old->value = new->value;
	new->value = value;
}

int settings_put(struct cfg *cfg, struct cfg_setting *setting)
{
	struct cfg_setting *old = setting_find(cfg, setting->key);
	int error = 0;

	if (old == NULL)
		return settings_add(cfg, setting);
	if (setting->op == CFG_SET)
		setting_replace(old, setting);
	else if (setting->value.form == CFG_LIST)
		error = list_join(&old->value, &setting->value);
	else
		error = text_join(&old->value, &setting->value);
	if (error != 0)
		return error;
	old->op = setting->op;
	old->place = setting->place;
	return 0;
}

static void value_link(struct cfg_value *top)
{
	const struct cfg_value *next = top;
	size_t closed;

	top->outer = NULL;
	while (next != NULL) {
		for (size_t i = 0; next->items != NULL && i < next->count; i++)
			next->items[i].outer = (struct cfg_value *)next;
		next = value_next(next, top, &closed);
	}
}

void settings_link(struct cfg *cfg)
{
	for (size_t i = 0; i < cfg->count; i++)
		value_link(&cfg->settings[i]->value);
}

const struct cfg_value *value_next(const struct cfg_value *value,
				   const struct cfg_value *top, size_t *closed)
{
	const struct cfg_value *outer;

	*closed = 0;
	if (value->items != NULL && value->count != 0)
		return value->items;
	if (value->form == CFG_LIST)
		++*closed;
	for (; value != top; value = outer) {
		outer = value->outer;
		if (value + 1 < outer->items + outer->count)
			return value + 1;
		++*closed;
	}
	return NULL;
}

static void node_free(void *node)
{
	struct cfg_setting *setting = node;

	setting_dispose(setting);
	free(setting);
}

void cfg_free(struct cfg *cfg)
{
	if (cfg == NULL)
		return;
	tdestroy(cfg->index, node_free);
	free(cfg->settings);
	for (size_t i = 0; i < cfg->source_count; i++)
		free(cfg->sources[i].name);
	free(cfg->sources);
	free(cfg);
}

const char *cfg_name(const struct cfg *cfg)
{
	return cfg->sources[0].name;
}

struct report_place cfg_place_in(const struct cfg_value *value, size_t offset)
{
	struct report_place place = value->place;

	if (value->verbatim_column != 0 && offset >= value->verbatim) {
		place.column = value->verbatim_column +
			       (unsigned)(offset - value->verbatim);
	}
	return place;
}

size_t cfg_count(const struct cfg *cfg)
{
	return cfg->count;
}

const struct cfg_setting *cfg_at(const struct cfg *cfg, size_t index)
{
	return index < cfg->count ? cfg->settings[index] : NULL;
}

const struct cfg_setting *cfg_find(const struct cfg *cfg, const char *key)
{
	return setting_find(cfg, key);
}
