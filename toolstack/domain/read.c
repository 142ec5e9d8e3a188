/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one setting into one field, or reports an error at its place. */
#include "toolstack/domain/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HINT_SIZE 512
#define SHOWN_MAX 80 /* bytes of a text in a message */

static struct domain_origin *key_origin(struct domain *domain,
					const struct key *key)
{
	return &domain->origins[schema_index(key)];
}

/* ---- Diagnostics ------------------------------------------------------- */

/* Writes a hint at the right value, from the key's row of the schema. */
static void key_hint(const struct key *key, char *hint)
{
	static const char *const wants[] = {
		[KEY_STRING] = "text in quotes",
		[KEY_NUMBER] = "a number",
		[KEY_BOOLEAN] = "0, 1, true or false, without quotes",
		[KEY_CHOICE] = "one of",
		[KEY_LIST] = "a list, [ \"...\", \"...\" ], each element",
		[KEY_LISTS] = "a list of lists, [ [ \"...\" ], [ \"...\" ] ]",
		[KEY_STRING_OR_LIST] = "a string or a list of strings",
	};
	const char *unit = key->kind == KEY_NUMBER ? key->info.unit : NULL;
	const char *range = key->info.range;

	snprintf(hint, HINT_SIZE, "write %s%s%s%s%s", wants[key->kind],
		 range != NULL ? ": " : "", range != NULL ? range : "",
		 unit != NULL ? " " : "", unit != NULL ? unit : "");
}

/* Writes a hint at the right element of the key's list. */
static void element_hint(const struct key *key, char *hint)
{
	const char *range = key->info.range;

	snprintf(hint, HINT_SIZE, "write %s",
		 range != NULL ? range : "a string in quotes");
}

/* Returns true if the value is in a list, at a depth where only strings
 * may be. */
static bool value_is_string_element(const struct key *key,
				    const struct cfg_value *value)
{
	const struct cfg_value *list = value->outer;

	if (list != NULL && key->kind == KEY_LISTS)
		return list->outer != NULL;
	return list != NULL;
}

/* Notes that the value is refused, and writes a hint at the right one. */
static void refusal_hint(struct reader *reader, const struct key *key,
			 const struct cfg_value *value, char *hint)
{
	key_origin(reader->domain, key)->refused = true;
	if (value_is_string_element(key, value))
		element_hint(key, hint);
	else
		key_hint(key, hint);
}

/* Reports what is wrong with the text of a value: shows the part at fault, and
 * points at it. */
static void text_refuse(struct reader *reader, const struct key *key,
			const struct cfg_value *value,
			const struct key_fault *fault)
{
	bool cut = fault->length > SHOWN_MAX;
	bool whole = fault->at == value->text &&
		     fault->length == strlen(value->text);
	struct report_place place = value->place;
	char hint[HINT_SIZE];

	if (!whole)
		place = cfg_place_in(value, (size_t)(fault->at - value->text));
	refusal_hint(reader, key, value, hint);
	report_add(reader->report, REEVE_ERROR, &place, key->info.name,
		   fault->hint != NULL ? fault->hint : hint,
		   "'%.*s%s' %s%s%s%s", cut ? SHOWN_MAX : (int)fault->length,
		   fault->at, cut ? "..." : "", fault->what,
		   fault->missing != NULL ? " '" : "",
		   fault->missing != NULL ? fault->missing : "",
		   fault->missing != NULL ? "'" : "");
}

/* Reports that a value as a whole is wrong. */
static void value_refuse(struct reader *reader, const struct key *key,
			 const struct cfg_value *value, const char *message)
{
	char hint[HINT_SIZE];

	if (value->form != CFG_LIST) {
		text_refuse(reader, key, value,
			    &(struct key_fault){ .what = message,
						 .at = value->text,
						 .length = strlen(value->text) });
		return;
	}
	refusal_hint(reader, key, value, hint);
	report_add(reader->report, REEVE_ERROR, &value->place, key->info.name,
		   hint, "%s%s",
		   value_is_string_element(key, value) ? "an element " : "",
		   message);
}

/* Returns the place of the key's value, or the file alone if the key is not
 * set. */
static struct report_place key_place(const struct reader *reader, enum key_id id)
{
	const struct report_place *place = domain_place(reader->domain, id);
	struct report_place file = { 0 };

	if (place != NULL)
		return *place;
	file.file = cfg_name(reader->cfg);
	return file;
}

__attribute__((format(printf, 5, 0))) static void
key_speak(struct reader *reader, enum reeve_severity severity, enum key_id id,
	  const char *hint, const char *message, va_list args)
{
	struct report_place place = key_place(reader, id);
	char text[HINT_SIZE];

	vsnprintf(text, sizeof(text), message, args);
	report_add(reader->report, severity, &place, key_name(id), hint, "%s",
		   text);
}

void key_refuse(struct reader *reader, enum key_id id, const char *hint,
		const char *message, ...)
{
	va_list args;

	reader->domain->origins[id].refused = true;
	va_start(args, message);
	key_speak(reader, REEVE_ERROR, id, hint, message, args);
	va_end(args);
}

void key_warn(struct reader *reader, enum key_id id, const char *hint,
	      const char *message, ...)
{
	va_list args;

	va_start(args, message);
	key_speak(reader, REEVE_WARNING, id, hint, message, args);
	va_end(args);
}

void words_refuse(struct reader *reader, enum key_id id,
		  const struct cfg_value *entry, struct words words,
		  const char *hint, const char *message, ...)
{
	struct report_place place = domain_words_place(entry, words);
	char text[HINT_SIZE];
	va_list args;

	reader->domain->origins[id].refused = true;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	report_add(reader->report, REEVE_ERROR, &place, key_name(id), hint,
		   "%s", text);
}

/* ---- Single values ----------------------------------------------------- */

/* Returns the text of a string or a number. Reports any other form and returns
 * NULL. */
static const char *value_text(struct reader *reader, const struct key *key,
			      const struct cfg_value *value)
{
	if (value->form == CFG_LIST) {
		value_refuse(reader, key, value,
			     "is a list and should be a single value");
	} else if (value->form == CFG_WORD) {
		value_refuse(reader, key, value,
			     "is a bare word, which only a boolean may be");
	} else {
		return value->text;
	}
	return NULL;
}

/* Does the same, and has the key's check judge the text too. */
static const char *text_judge(struct reader *reader, const struct key *key,
			      const struct cfg_value *value)
{
	const char *text = value_text(reader, key, value);
	struct key_fault fault = { 0 };

	if (text != NULL && key->check != NULL)
		fault = key->check(key, text);
	if (fault.what == NULL)
		return text;
	text_refuse(reader, key, value, &fault);
	return NULL;
}

static void key_string_read(struct reader *reader, const struct key *key,
			    const struct cfg_value *value)
{
	const char *text = text_judge(reader, key, value);

	if (text != NULL)
		*(const char **)key_field(reader->domain, key) = text;
}

/* Reads a number or a boolean as xl does: xl reads both with the same function,
 * which refuses a setting whose operator is +=. */
static bool key_number_take(struct reader *reader, const struct key *key,
			    const struct cfg_setting *setting, int64_t *out)
{
	const char *text = value_text(reader, key, &setting->value);
	const char *wrong = NULL;

	if (text == NULL)
		return false;
	if (setting->op == CFG_APPEND) {
		wrong = "is added by +=, which is for strings and lists";
	} else if (!key_parse_number(text, out)) {
		wrong = key->kind == KEY_BOOLEAN
				? "is not a boolean"
				: "is not a number, or is too large";
	}
	if (wrong != NULL)
		value_refuse(reader, key, &setting->value, wrong);
	return wrong == NULL;
}

static void key_number_read(struct reader *reader, const struct key *key,
			    const struct cfg_setting *setting)
{
	int64_t number;

	if (!key_number_take(reader, key, setting, &number))
		return;
	if (number < key->min || number > key->max)
		value_refuse(reader, key, &setting->value, "is out of range");
	else
		*(int64_t *)key_field(reader->domain, key) = number;
}

static void key_boolean_read(struct reader *reader, const struct key *key,
			     const struct cfg_setting *setting)
{
	bool *field = key_field(reader->domain, key);
	int64_t number;

	if (setting->value.form == CFG_WORD && setting->op == CFG_SET)
		*field = strcmp(setting->value.text, "true") == 0;
	else if (key_number_take(reader, key, setting, &number))
		*field = number != 0;
}

static void key_choice_read(struct reader *reader, const struct key *key,
			    const struct cfg_value *value)
{
	const char *text = value_text(reader, key, value);
	int choice = text != NULL ? key_choice(key, text) : -1;

	if (text != NULL && choice < 0)
		value_refuse(reader, key, value, "is none of the choices");
	if (choice >= 0)
		*(int *)key_field(reader->domain, key) = choice;
}

/* ---- Lists ------------------------------------------------------------- */

/* An element that is a list is an error here: xl would silently ignore it and,
 * in most lists, all elements after it. */
static void element_read(struct reader *reader, const struct key *key,
			 const struct cfg_value *item)
{
	if (item->form == CFG_LIST) {
		value_refuse(reader, key, item,
			     "is a list and should be a string");
	} else {
		text_judge(reader, key, item);
	}
}

/* Reads an element of a list of lists, which is a list of single values. */
static void inner_list_read(struct reader *reader, const struct key *key,
			    const struct cfg_value *list)
{
	if (list->form != CFG_LIST) {
		value_refuse(reader, key, list, "should be a list");
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		element_read(reader, key, &list->items[i]);
}

static void key_list_read(struct reader *reader, const struct key *key,
			  const struct cfg_value *value)
{
	struct domain_list *list = key_field(reader->domain, key);

	if (value->form != CFG_LIST) {
		value_refuse(reader, key, value,
			     "is a single value and should be a list");
		return;
	}
	for (size_t i = 0; i < value->count; i++) {
		if (key->kind == KEY_LISTS)
			inner_list_read(reader, key, &value->items[i]);
		else
			element_read(reader, key, &value->items[i]);
	}
	list->items = value->items;
	list->count = value->count;
}

static void key_string_or_list_read(struct reader *reader, const struct key *key,
				    const struct cfg_value *value)
{
	struct domain_list *list = key_field(reader->domain, key);

	if (value->form == CFG_LIST) {
		key_list_read(reader, key, value);
	} else if (text_judge(reader, key, value) != NULL) {
		list->items = value;
		list->count = 1;
	}
}

/* ---- By kind ----------------------------------------------------------- */

void key_read(struct reader *reader, const struct key *key,
	      const struct cfg_setting *setting)
{
	key_origin(reader->domain, key)->setting = setting;
	switch (key->kind) {
	case KEY_STRING:
		key_string_read(reader, key, &setting->value);
		break;
	case KEY_NUMBER:
		key_number_read(reader, key, setting);
		break;
	case KEY_BOOLEAN:
		key_boolean_read(reader, key, setting);
		break;
	case KEY_CHOICE:
		key_choice_read(reader, key, &setting->value);
		break;
	case KEY_LIST:
	case KEY_LISTS:
		key_list_read(reader, key, &setting->value);
		break;
	case KEY_STRING_OR_LIST:
		key_string_or_list_read(reader, key, &setting->value);
		break;
	}
}
