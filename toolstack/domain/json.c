/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the domain as JSON and as lines of text, in the schema's order. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/domain/read.h"
#include "toolstack/report/utf8.h"

/* A configuration may hold any bytes; JSON holds only UTF-8. */
static struct json_object *domain_text_json(const char *text)
{
	struct json_object *object = NULL;
	size_t length;
	char *repaired = utf8_repair(text, strlen(text), &length);

	if (repaired != NULL)
		object = json_object_new_string(repaired);
	free(repaired);
	return object;
}

static struct json_object *list_json(const struct cfg_value *items, size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < count; i++) {
		const struct cfg_value *item = &items[i];

		json_object_array_add(
			array, item->form == CFG_LIST
				       ? list_json(item->items, item->count)
				       : domain_text_json(item->text));
	}
	return array;
}

static struct json_object *choice_json(const struct key *key, int choice)
{
	size_t length = 0;
	const char *word =
		choice >= 0 ? key_choice_word(key, choice, &length) : NULL;

	return word != NULL ? json_object_new_string_len(word, (int)length)
			    : NULL;
}

/* A list without a default of its own is null if it is not set. */
static struct json_object *list_field_json(const struct domain *domain,
					   const struct key *key,
					   const struct domain_list *list)
{
	if (key_default_is_words(key) &&
	    !domain_is_set(domain, schema_index(key)))
		return NULL;
	return list_json(list->items, list->count);
}

static struct json_object *value_json(const struct domain *domain,
				      const struct key *key)
{
	const void *field = key_value(domain, key);
	const char *text;
	int64_t number;

	switch (key->kind) {
	case KEY_STRING:
		text = *(const char *const *)field;
		return text != NULL ? domain_text_json(text) : NULL;
	case KEY_NUMBER:
		number = *(const int64_t *)field;
		return number == DOMAIN_UNSET ? NULL
					      : json_object_new_int64(number);
	case KEY_BOOLEAN:
		return json_object_new_boolean(*(const bool *)field);
	case KEY_CHOICE:
		return choice_json(key, *(const int *)field);
	case KEY_LIST:
	case KEY_LISTS:
	case KEY_STRING_OR_LIST:
		return list_field_json(domain, key, field);
	}
	return NULL;
}

static void place_add(struct json_object *object,
		      const struct report_place *place)
{
	json_object_object_add(
		object, "source",
		json_object_new_string(place != NULL ? "file" : "default"));
	if (place == NULL)
		return;
	json_object_object_add(object, "file", domain_text_json(place->file));
	json_object_object_add(object, "line",
			       json_object_new_int64(place->line));
	json_object_object_add(object, "column",
			       json_object_new_int64(place->column));
}

static struct json_object *key_json(const struct domain *domain,
				    const struct key *key)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		return NULL;
	json_object_object_add(object, "value", value_json(domain, key));
	if (key->info.unit != NULL) {
		json_object_object_add(object, "unit",
				       json_object_new_string(key->info.unit));
	}
	place_add(object, domain_place(domain, schema_index(key)));
	return object;
}

struct json_object *domain_to_json(const struct domain *domain)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; object != NULL && i < KEY_COUNT; i++) {
		const struct key *key = &schema_keys[i];

		if (key->field != KEY_NO_FIELD) {
			json_object_object_add(object, key->info.name,
					       key_json(domain, key));
		}
	}
	return object;
}

bool domain_line(const struct domain *domain, size_t index,
		 struct domain_line *line)
{
	const int flags =
		JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_SPACED;
	const struct key *key;
	struct json_object *value;

	if (index >= KEY_COUNT)
		return false;
	key = &schema_keys[index];
	if (key->field == KEY_NO_FIELD)
		return false;
	value = value_json(domain, key);
	line->key = key->info.name;
	line->place = domain_place(domain, schema_index(key));
	line->value = strdup(
		value != NULL ? json_object_to_json_string_ext(value, flags)
			      : key->info.fallback);
	json_object_put(value);
	return line->value != NULL;
}
