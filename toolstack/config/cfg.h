/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration text as libxlutil reads it: settings, each with the place
 * where it stands. No key has a meaning here.
 */
#ifndef REEVE_TOOLSTACK_CFG_H
#define REEVE_TOOLSTACK_CFG_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/report/report.h"

/* The form in which a value was written. */
enum cfg_form {
	CFG_STRING, /* in quotes; text holds the unescaped bytes */
	CFG_NUMBER, /* a number token; text holds it as written */
	CFG_WORD, /* the bare word true or false (never with CFG_STRICT) */
	CFG_LIST, /* items */
};

struct cfg_value {
	enum cfg_form form;
	struct report_place place;
	char *text; /* NULL for a list; holds no NUL byte but the last */
	struct cfg_value *items; /* a list's elements; NULL when it has none */
	size_t count; /* of elements, or of bytes in text */
	struct cfg_value *outer; /* the list it stands in; NULL: a setting */
};

enum cfg_op {
	CFG_SET, /* = */
	CFG_APPEND, /* += */
};

/*
 * One name with its value in effect. A += makes one value of what stood
 * before and what it adds, with the place and operator of the +=; two texts
 * so joined have the form CFG_STRING. xl reads no number out of a setting
 * whose op is CFG_APPEND, not even when the name had no value before.
 */
struct cfg_setting {
	char *key;
	struct report_place place; /* of the key, in the statement in effect */
	struct report_place replaced; /* of the key whose value the last = with
		this name replaced; line 0: it replaced none */
	enum cfg_op op; /* the last operator used with the name */
	struct cfg_value value;
};

struct cfg; /* settings in the order in which their names first appear */

enum {
	CFG_STRICT = 1 << 0, /* libxlutil's grammar and nothing more */
};

enum {
	CFG_LEVELS_MAX = 4996, /* how deep lists nest: libxlutil's limit */
	CFG_ERRORS_MAX = 20, /* reading stops after so many errors */
	CFG_WARNINGS_MAX = 20, /* no more of them are reported */
};

/*
 * Reads text (any bytes, length of them) followed by the extra settings, as
 * xl appends KEY=VALUE arguments: each ends with a line feed of its own, and
 * all are parsed with the file. Diagnostics in extra number n (0-based) carry
 * the file name "KEY=VALUE argument n+1", those in text carry name. Every
 * problem found is reported, up to CFG_ERRORS_MAX, one for each statement at
 * most (and one for each bad escape in its strings); what is odd and yet
 * harmless is a warning. 0, REEVE_ERR_CONFIG (at least one error was
 * reported) or REEVE_ERR_MEMORY.
 */
int cfg_parse(const char *name, const char *text, size_t length,
	      const char *const *extras, size_t extra_count, unsigned flags,
	      struct cfg **out, struct reeve_report *report);

/*
 * As cfg_parse() on a plain file of at most INT_MAX bytes; REEVE_ERR_IO too,
 * with an error in the report. The path "/dev/null" stands for an empty file.
 * Without CFG_STRICT also on a pipe, a socket or a terminal, of at most 1 MiB;
 * the path "-" is the standard input, by the name "<stdin>".
 */
int cfg_load(const char *path, const char *const *extras, size_t extra_count,
	     unsigned flags, struct cfg **out, struct reeve_report *report);

void cfg_free(struct cfg *cfg); /* NULL is fine */

/* The name that the text goes by in places; it lives as long as cfg. */
const char *cfg_name(const struct cfg *cfg);

size_t cfg_count(const struct cfg *cfg);
const struct cfg_setting *cfg_at(const struct cfg *cfg, size_t index);
/* NULL when no setting has that name. */
const struct cfg_setting *cfg_find(const struct cfg *cfg, const char *key);

/*
 * The settings as the JSON document of `reeve parse`; the caller frees. NULL:
 * out of memory. Bytes that are not UTF-8 are written as U+0080..U+00FF. A
 * setting out of an extra has the member "file" besides, as its line counts
 * from the extra's start.
 */
char *cfg_to_json(const struct cfg *cfg);

#endif
