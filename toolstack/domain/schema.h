/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema: each configuration key once. The readers, the JSON output,
 * shell completion and the manual page's list of keys come from this table.
 */
#ifndef REEVE_TOOLSTACK_SCHEMA_H
#define REEVE_TOOLSTACK_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/reeve.h"

enum key_kind {
	KEY_STRING, /* field: const char * */
	KEY_NUMBER, /* field: int64_t */
	KEY_BOOLEAN, /* field: bool */
	KEY_CHOICE, /* field: int, the place of the word in info.range */
	KEY_LIST, /* of strings; field: struct domain_list */
	KEY_LISTS, /* of lists of strings; field: struct domain_list */
	KEY_STRING_OR_LIST, /* field: struct domain_list */
};

/* How a choice's word is compared, as xl does. */
enum key_match {
	KEY_EXACT,
	KEY_ANY_CASE,
	KEY_PREFIX, /* the first choice that begins with the word */
	KEY_ANY_CASE_OR_INDEX,
};

enum key_guests {
	KEY_FOR_ANY,
	KEY_FOR_ORDINARY, /* the policy refuses it for a Realm */
	KEY_FOR_REALM,
	KEY_FOREIGN, /* xl knows it, it means nothing on Arm */
	KEY_REFUSED, /* on Arm nothing but the default can work */
	KEY_OBSOLETE, /* xl itself no longer acts on it */
};

#define KEY_NO_FIELD ((size_t)-1)

/*
 * Each key's identifier: KEY_ and the key's name as a configuration spells it.
 * Its value is the key's row in the table, as both come from the same rows.
 */
enum key_id {
#define KEY(key_name, ...) KEY_##key_name
#define X86(key_name, ...) KEY_##key_name
#include "toolstack/domain/schema_table.inc"
#undef KEY
#undef X86
	KEY_COUNT,
};

struct key;

/*
 * Judges one string: the value of a string key, one element of a list. NULL
 * when it is right, otherwise what is wrong with it.
 */
typedef const char *key_check(const struct key *key, const char *text);

struct key {
	struct reeve_key info;
	enum key_kind kind;
	enum key_match match; /* of a choice */
	enum key_guests guests;
	int64_t min; /* of a number */
	int64_t max;
	bool guard; /* decides confidentiality: a slip in it is never let pass */
	size_t field; /* offset in struct domain, or KEY_NO_FIELD */
	const char *successor; /* the key that took its place, or NULL */
	key_check *check; /* NULL: any text */
	const char *parts; /* for spec_parts(): the sub-keys it knows */
	const char *required; /* and the one that must be there, or NULL */
};

/* The table, ended by a row without a name. A default in parentheses is
 * words; any other is text as a configuration would hold it. */
extern const struct key schema_keys[KEY_COUNT + 1];

/* NULL when no key has that name. */
const struct key *schema_find(const char *name);
enum key_id schema_index(const struct key *key);
/* The name, as diagnostics show it. */
const char *key_name(enum key_id id);

/* Whether the field is a struct domain_list. */
bool key_is_list(const struct key *key);

/* Whether the default is words, computed or absent. */
bool key_default_is_words(const struct key *key);

/* The choice that text selects, or -1. */
int key_choice(const struct key *key, const char *text);
/* The word of a choice; its length is written to *length. */
const char *key_choice_word(const struct key *key, int choice, size_t *length);

/* A number as xl reads it: any base prefix of C, leading blanks, a sign, and
 * nothing behind it. False when text is not one or does not fit. */
bool key_parse_number(const char *text, int64_t *out);

/*
 * The edits (insert, delete, replace, swap neighbours) between two names, or
 * limit + 1 when there are more than limit.
 */
unsigned schema_distance(const char *a, const char *b, unsigned limit);
/* The known key that an unknown name was meant to be, or NULL. */
const struct key *schema_nearest(const char *name);
/* The guard key that an unknown name resembles or contains, or NULL. */
const struct key *schema_guard_near(const char *name);

#endif
