/* SPDX-License-Identifier: BSD-3-Clause */
/* Appending to a caller-owned report: the only way in which a stage speaks. */
#ifndef REEVE_TOOLSTACK_REPORT_H
#define REEVE_TOOLSTACK_REPORT_H

#include <stdarg.h>

#include "toolstack/reeve.h"

/*
 * Where something stands in a text. line and column are 1-based, the column
 * counts bytes; line 0 means "no place in a text" (column is then 0 too).
 * file is borrowed and must outlive the value that points to it.
 */
struct report_place {
	const char *file;
	unsigned line;
	unsigned column;
};

/*
 * Appends one diagnostic. place and key may be NULL, hint may be NULL (nothing
 * to advise). The strings are copied. The message says what is wrong, without
 * a final full stop; the hint says the way out. Running out of memory here
 * marks the report (reeve_report_truncated) and is otherwise silent.
 */
__attribute__((format(printf, 6, 7))) void
report_add(struct reeve_report *report, enum reeve_severity severity,
	   const struct report_place *place, const char *key, const char *hint,
	   const char *message, ...);

/* As report_add() with severity REEVE_ERROR, and returns code. */
__attribute__((format(printf, 6, 7))) int
report_error(struct reeve_report *report, int code,
	     const struct report_place *place, const char *key,
	     const char *hint, const char *message, ...);

/*
 * Puts the diagnostics in the order in which a reader of file meets them:
 * those without a place first, then those of file by line and column, then
 * those of other files. Equal ones keep their order.
 */
void report_sort(struct reeve_report *report, const char *file);

/* The number of errors (not warnings, not notes) in the report. */
unsigned report_errors(const struct reeve_report *report);

#endif
