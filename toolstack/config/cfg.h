/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a configuration text as libxlutil does: into settings, each with its
 * place in the text. This stage knows no key and gives none a meaning. */
#ifndef REEVE_TOOLSTACK_CFG_H
#define REEVE_TOOLSTACK_CFG_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/report/report.h"

/* The form in which a value was written. */
enum cfg_form {
	CFG_STRING, /* in quotes; text holds the unescaped bytes */
	CFG_NUMBER, /* a number; text holds it as written */
	CFG_WORD, /* the bare word true or false (never with CFG_STRICT) */
	CFG_LIST, /* the elements are in items */
};

struct cfg_value {
	enum cfg_form form;
	struct report_place place;
	char *text; /* NULL for a list; ended by its only NUL byte */
	struct cfg_value *items; /* a list's elements; NULL if it has none */
	size_t count; /* of elements, or of bytes in text */
	/* The bytes of text from verbatim on stand in the file as they are, the
	 * first in this column of place's line. Column 0: no bytes do, because
	 * of an escape. */
	size_t verbatim;
	unsigned verbatim_column;
	struct cfg_value *outer; /* the list that holds it; NULL: none */
};

enum cfg_op {
	CFG_SET, /* = */
	CFG_APPEND, /* += */
};

/*
 * One name and the value that is in effect at the end of the text. A += joins
 * the value so far and what it adds to one value, which has the place and the
 * operator of the +=; two texts that are joined have the form CFG_STRING. xl
 * reads no number from a setting whose op is CFG_APPEND, not even if the name
 * had no value before.
 */
struct cfg_setting {
	char *key;
	struct report_place place; /* of the key, in the statement in effect */
	/* The place of the key whose value the last = with this name replaced.
	 * Line 0: no value was replaced. */
	struct report_place replaced;
	enum cfg_op op; /* the last operator used with the name */
	struct cfg_value value;
};

struct cfg; /* the settings, in the order in which their names first appear */

enum {
	CFG_STRICT = 1 << 0, /* libxlutil's grammar and nothing more */
};

enum {
	CFG_LEVELS_MAX = 4996, /* nested lists: libxlutil's limit */
	CFG_ERRORS_MAX = 20, /* reading stops after this many errors */
	CFG_WARNINGS_MAX = 20, /* further ones are not reported */
};

/*
 * Reads text, length bytes of any kind, and after it the extra settings. xl
 * appends KEY=VALUE arguments in the same way: each ends with a line feed of
 * its own, and all are parsed with the file. A diagnostic in extra number n
 * (from 0) has the file name "KEY=VALUE argument n+1"; one in text has name.
 *
 * Every problem found is reported, up to CFG_ERRORS_MAX: at most one for each
 * statement, and one for each bad escape in its strings. Text that is odd but
 * harmless is a warning. Returns 0, REEVE_ERR_CONFIG (at least one error was
 * reported) or REEVE_ERR_MEMORY.
 */
int cfg_parse(const char *name, const char *text, size_t length,
	      const char *const *extras, size_t extra_count, unsigned flags,
	      struct cfg **out, struct reeve_report *report);

/*
 * Does what cfg_parse() does, on a plain file of at most INT_MAX bytes. The
 * path "/dev/null" stands for an empty file. Without CFG_STRICT the path may
 * also be a pipe, a socket or a terminal, which may give at most 1 MiB, and "-"
 * is the standard input, named "<stdin>". Returns REEVE_ERR_IO too, with an
 * error in the report.
 */
int cfg_load(const char *path, const char *const *extras, size_t extra_count,
	     unsigned flags, struct cfg **out, struct reeve_report *report);

void cfg_free(struct cfg *cfg); /* NULL is fine */

/* Returns the name of the text, as places have it. It lives as long as cfg. */
const char *cfg_name(const struct cfg *cfg);

/* Returns the place of a byte of the value's text, or of the whole value if
 * that byte does not stand in the file as it is. */
struct report_place cfg_place_in(const struct cfg_value *value, size_t offset);

size_t cfg_count(const struct cfg *cfg);
const struct cfg_setting *cfg_at(const struct cfg *cfg, size_t index);
/* Returns NULL if no setting has that name. */
const struct cfg_setting *cfg_find(const struct cfg *cfg, const char *key);

/*
 * Returns the settings as the JSON document of `reeve parse`; the caller frees
 * it. NULL: out of memory. Bytes that are not UTF-8 are written as
 * U+0080..U+00FF. A setting from an extra also has the member "file", because
 * its line counts from the start of that extra.
 */
char *cfg_to_json(const struct cfg *cfg);

#endif
