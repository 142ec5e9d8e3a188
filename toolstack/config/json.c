/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the settings as JSON. The walk over nested lists is not recursive, so
 * no depth of lists overflows the stack. */
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/config/cfg.h"
#include "toolstack/config/settings.h"
#include "toolstack/report/utf8.h"

/* Writes text as a JSON string. Returns 0 or REEVE_ERR_MEMORY. */
static int json_write_text(FILE *out, const char *text, size_t length)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json_object *object = NULL;
	const char *json = NULL;
	char *utf8 = utf8_repair(text, length, &length);

	if (utf8 != NULL && length <= INT_MAX)
		object = json_object_new_string_len(utf8, (int)length);
	if (object != NULL)
		json = json_object_to_json_string_ext(object, flags);
	if (json != NULL)
		fputs(json, out);
	json_object_put(object);
	free(utf8);
	return json != NULL ? 0 : REEVE_ERR_MEMORY;
}

static int json_write_value(FILE *out, const struct cfg_value *top)
{
	const struct cfg_value *value = top;
	const struct cfg_value *next;
	size_t closed;
	int error = 0;

	while (value != NULL && error == 0) {
		if (value->form == CFG_LIST)
			fputc('[', out);
		else
			error = json_write_text(out, value->text, value->count);
		next = value_next(value, top, &closed);
		for (; closed != 0; closed--)
			fputc(']', out);
		if (next != NULL && next->outer != value)
			fputs(", ", out);
		value = next;
	}
	return error;
}

static int json_write_setting(FILE *out, const struct cfg *cfg,
			      const struct cfg_setting *setting)
{
	const char *file = setting->place.file;
	int error;

	/* A key holds no byte that JSON would escape. */
	fprintf(out, "{\"key\": \"%s\", \"op\": \"%s\", ", setting->key,
		setting->op == CFG_SET ? "=" : "+=");
	if (file != cfg->sources[0].name)
		fprintf(out, "\"file\": \"%s\", ", file);
	fprintf(out, "\"line\": %u, \"column\": %u, \"value\": ",
		setting->place.line, setting->place.column);
	error = json_write_value(out, &setting->value);
	fputc('}', out);
	return error;
}

char *cfg_to_json(const struct cfg *cfg)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);
	int error = 0;

	if (out == NULL)
		return NULL;
	fputs("{\"settings\": [", out);
	for (size_t i = 0; i < cfg->count && error == 0; i++) {
		fputs(i == 0 ? "\n  " : ",\n  ", out);
		error = json_write_setting(out, cfg, cfg->settings[i]);
	}
	fputs(cfg->count != 0 ? "\n]}\n" : "]}\n", out);
	if (ferror(out))
		error = REEVE_ERR_MEMORY;
	if (fclose(out) != 0)
		error = REEVE_ERR_MEMORY;
	if (error != 0) {
		free(json);
		return NULL;
	}
	return json;
}
