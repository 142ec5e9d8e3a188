/* SPDX-License-Identifier: BSD-3-Clause */
/* The report: a growing list of diagnostics that owns its strings. */
#include "toolstack/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reeve_report {
	struct reeve_diagnostic *items;
	size_t count;
	size_t capacity;
	unsigned errors;
	bool truncated;
};

struct reeve_report *reeve_report_new(void)
{
	return calloc(1, sizeof(struct reeve_report));
}

static void diagnostic_dispose(struct reeve_diagnostic *item)
{
	free((char *)item->file);
	free((char *)item->key);
	free((char *)item->message);
	free((char *)item->hint);
}

void reeve_report_free(struct reeve_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->count; i++)
		diagnostic_dispose(&report->items[i]);
	free(report->items);
	free(report);
}

size_t reeve_report_count(const struct reeve_report *report)
{
	return report->count;
}

const struct reeve_diagnostic *
reeve_report_get(const struct reeve_report *report, size_t index)
{
	return index < report->count ? &report->items[index] : NULL;
}

bool reeve_report_truncated(const struct reeve_report *report)
{
	return report->truncated;
}

/* A diagnostic, and what makes the order of qsort() stable. */
struct sorted {
	struct reeve_diagnostic item;
	int group; /* 0: no place, 1: the file, 2: other files */
	size_t index;
};

static int sorted_compare(const void *left, const void *right)
{
	const struct sorted *a = left;
	const struct sorted *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->group == 1 && a->item.line != b->item.line)
		return a->item.line < b->item.line ? -1 : 1;
	if (a->group == 1 && a->item.column != b->item.column)
		return a->item.column < b->item.column ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static int place_group(const struct reeve_diagnostic *item, const char *file)
{
	if (item->file == NULL || item->line == 0)
		return 0;
	return strcmp(item->file, file) == 0 ? 1 : 2;
}

void report_sort(struct reeve_report *report, const char *file)
{
	struct sorted *list = calloc(report->count + 1, sizeof(*list));

	/* Without memory the diagnostics stay in the order of their appending,
	 * which the caller can print too. */
	if (list == NULL)
		return;
	for (size_t i = 0; i < report->count; i++) {
		list[i] = (struct sorted){
			.item = report->items[i],
			.group = place_group(&report->items[i], file),
			.index = i,
		};
	}
	qsort(list, report->count, sizeof(*list), sorted_compare);
	for (size_t i = 0; i < report->count; i++)
		report->items[i] = list[i].item;
	free(list);
}

unsigned report_errors(const struct reeve_report *report)
{
	return report->errors;
}

static bool report_grow(struct reeve_report *report)
{
	size_t capacity = report->capacity != 0 ? report->capacity * 2 : 8;
	struct reeve_diagnostic *items;

	if (report->count < report->capacity)
		return true;
	items = realloc(report->items, capacity * sizeof(*items));
	if (items == NULL)
		return false;
	report->items = items;
	report->capacity = capacity;
	return true;
}

/* Returns a copy of text that is fit for a terminal, or NULL for NULL. Clears
 * *ok if memory is short. */
static char *copy_text(const char *text, bool *ok)
{
	char *copy = text != NULL ? reeve_printable(text) : NULL;

	if (text != NULL && copy == NULL)
		*ok = false;
	return copy;
}

__attribute__((format(printf, 6, 0))) static void
report_append(struct reeve_report *report, enum reeve_severity severity,
	      const struct report_place *place, const char *key,
	      const char *hint, const char *message, va_list args)
{
	struct reeve_diagnostic item = { .severity = severity };
	char *text = NULL;
	bool ok = report_grow(report);

	/* An error counts even if there is no memory for its text: the caller
	 * must not go on after it. */
	if (severity == REEVE_ERROR)
		report->errors++;
	if (vasprintf(&text, message, args) < 0)
		text = NULL;
	ok = ok && text != NULL;
	item.message = copy_text(text, &ok);
	free(text);
	item.key = copy_text(key, &ok);
	item.hint = copy_text(hint, &ok);
	if (place != NULL) {
		item.file = copy_text(place->file, &ok);
		item.line = place->line;
		item.column = place->column;
	}
	if (!ok) {
		report->truncated = true;
		diagnostic_dispose(&item);
		return;
	}
	report->items[report->count++] = item;
}

void report_add(struct reeve_report *report, enum reeve_severity severity,
		const struct report_place *place, const char *key,
		const char *hint, const char *message, ...)
{
	va_list args;

	va_start(args, message);
	report_append(report, severity, place, key, hint, message, args);
	va_end(args);
}

int report_error(struct reeve_report *report, int code,
		 const struct report_place *place, const char *key,
		 const char *hint, const char *message, ...)
{
	va_list args;

	va_start(args, message);
	report_append(report, REEVE_ERROR, place, key, hint, message, args);
	va_end(args);
	return code;
}
