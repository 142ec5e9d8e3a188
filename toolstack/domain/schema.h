/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema: a table with one row for each configuration key. The readers, the
 * JSON output, shell completion and the list of keys in the manual page are
 * made from it.
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
	KEY_CHOICE, /* field: int, the index of the word in info.range */
	KEY_LIST, /* of strings; field: struct domain_list */
	KEY_LISTS, /* of lists of strings; field: struct domain_list */
	KEY_STRING_OR_LIST, /* field: struct domain_list */
};

/* The rules by which a word is compared with those of a choice, as in xl. */
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
	KEY_FOREIGN, /* xl knows it; it has no meaning on Arm */
	KEY_REFUSED, /* only the default can work on Arm */
	KEY_OBSOLETE, /* xl itself ignores it now */
};

#define KEY_NO_FIELD ((size_t)-1)

/*
 * The identifier of each key: KEY_ and the name of the key as a configuration
 * spells it. Its value is the key's row in the table, because both are made
 * from the same rows.
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

/* A fault of a text, and its place in it. */
struct key_fault {
	const char *what; /* such as "has no ="; NULL: nothing is wrong */
	const char *missing; /* the name of a part that is not there, or NULL */
	const char *hint; /* what to write; NULL: what the row of the key says */
	const char *at; /* the part of the text that is at fault */
	size_t length;
};

/* Judges one string: the value of a string key, or one element of a list. */
typedef struct key_fault key_check(const struct key *key, const char *text);

struct key {
	struct reeve_key info;
	enum key_kind kind;
	enum key_match match; /* of a choice */
	enum key_guests guests;
	int64_t min; /* of a number */
	int64_t max;
	bool guard; /* decides confidentiality: no slip may pass */
	size_t field; /* offset in struct domain, or KEY_NO_FIELD */
	const char *successor; /* the key that replaces this one, or NULL */
	key_check *check; /* NULL: any text */
	const char *parts; /* for spec_parts(): the known sub-keys */
	const char *required; /* and the one that must be there, or NULL */
};

/* The table. Its last row has no name. A default in parentheses is words; any
 * other default is text that a configuration could hold. */
extern const struct key schema_keys[KEY_COUNT + 1];

/* Returns NULL if no key has that name. */
const struct key *schema_find(const char *name);
enum key_id schema_index(const struct key *key);
/* Returns the key's name, as diagnostics show it. */
const char *key_name(enum key_id id);

/* Returns true if the field is a struct domain_list. */
bool key_is_list(const struct key *key);

/* Returns true if the default is words: it is computed, or there is none. */
bool key_default_is_words(const struct key *key);

/* Returns the choice that text selects, or -1. */
int key_choice(const struct key *key, const char *text);
/* Returns the word of a choice and writes its length, or returns NULL if there
 * is no such choice. */
const char *key_choice_word(const struct key *key, int choice, size_t *length);

/*
 * Reads a number as xl does: with leading blanks, a sign, any base prefix of C,
 * and nothing after it. Returns false if text is not a number or does not fit.
 */
bool key_parse_number(const char *text, int64_t *out);

/* Returns the number of edits (insert, delete, replace, swap neighbours) that
 * make one name of the other, or limit + 1 if there are more than limit. */
unsigned schema_distance(const char *a, const char *b, unsigned limit);
/* Returns the key for which an unknown name was probably meant, or NULL. */
const struct key *schema_nearest(const char *name);
/* Returns true if an unknown name is one or two slips from that of the key. */
bool schema_is_slip(const char *name, const struct key *key);
/* Returns the guard key of which an unknown name is a slip, or NULL. */
const struct key *schema_guard_near(const char *name);

#endif
