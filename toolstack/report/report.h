/* SPDX-License-Identifier: BSD-3-Clause */
/* Appends to a report that the caller owns. A stage of the library tells the
 * user nothing in any other way: it never prints. */
#ifndef REEVE_TOOLSTACK_REPORT_H
#define REEVE_TOOLSTACK_REPORT_H

#include <stdarg.h>

#include "toolstack/reeve.h"

/*
 * A place in a text. line and column count from 1; column counts bytes. Line 0
 * means that there is no place in a text, and column is then 0 too. file is
 * borrowed and must outlive the value that points to it.
 */
struct report_place {
	const char *file;
	unsigned line;
	unsigned column;
};

/*
 * Appends one diagnostic. place and key may be NULL; hint may be NULL if there
 * is nothing to advise. The strings are copied. The message says what is wrong,
 * without a final full stop; the hint says the way out. If memory runs out, the
 * report is marked (reeve_report_truncated()) and nothing else is said.
 */
__attribute__((format(printf, 6, 7))) void
report_add(struct reeve_report *report, enum reeve_severity severity,
	   const struct report_place *place, const char *key, const char *hint,
	   const char *message, ...);

/* Does the same with severity REEVE_ERROR, and returns code. */
__attribute__((format(printf, 6, 7))) int
report_error(struct reeve_report *report, int code,
	     const struct report_place *place, const char *key,
	     const char *hint, const char *message, ...);

/*
 * Sorts the diagnostics into the order in which a reader of file meets them:
 * those without a place first, then those of file by line and column, then
 * those of other files. Equal ones keep their order.
 */
void report_sort(struct reeve_report *report, const char *file);

/* Returns the number of errors in the report; warnings and notes do not
 * count. */
unsigned report_errors(const struct reeve_report *report);

#endif
