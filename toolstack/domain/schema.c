/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks up keys by name and by resemblance, and the words of a choice. */
#include "toolstack/domain/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/ascii.h"

#define LONGEST_NAME 48 /* a longer name resembles no key */
#define SLIPS        2 /* in the name of a key that decides confidentiality */

const struct reeve_key *reeve_key_at(size_t index)
{
	return index < KEY_COUNT ? &schema_keys[index].info : NULL;
}

const struct key *schema_find(const char *name)
{
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (strcmp(key->info.name, name) == 0)
			return key;
	}
	return NULL;
}

enum key_id schema_index(const struct key *key)
{
	return (enum key_id)(key - schema_keys);
}

const char *key_name(enum key_id id)
{
	return schema_keys[id].info.name;
}

bool key_is_list(const struct key *key)
{
	switch (key->kind) {
	case KEY_LIST:
	case KEY_LISTS:
	case KEY_STRING_OR_LIST:
		return true;
	default:
		return false;
	}
}

bool key_default_is_words(const struct key *key)
{
	return key->info.fallback[0] == '(';
}

/* In info.range ", " separates the words of a choice. */
const char *key_choice_word(const struct key *key, int choice, size_t *length)
{
	const char *word = key->info.range;

	for (; choice > 0 && word != NULL; choice--) {
		word = strchr(word, ',');
		if (word != NULL)
			word += 2;
	}
	if (word != NULL)
		*length = strcspn(word, ",");
	return word;
}

static bool choice_matches(const struct key *key, const char *word,
			   size_t length, const char *text)
{
	size_t given = strlen(text);

	if (key->match == KEY_PREFIX)
		return given <= length && strncmp(word, text, given) == 0;
	if (given != length)
		return false;
	if (key->match == KEY_EXACT)
		return strncmp(word, text, length) == 0;
	return ascii_same(word, text, length);
}

int key_choice(const struct key *key, const char *text)
{
	int64_t number;
	size_t length;
	const char *word;

	for (int i = 0; (word = key_choice_word(key, i, &length)) != NULL; i++) {
		if (choice_matches(key, word, length, text))
			return i;
	}
	if (key->match != KEY_ANY_CASE_OR_INDEX ||
	    !key_parse_number(text, &number) || number < 0 || number > 99)
		return -1;
	return key_choice_word(key, (int)number, &length) != NULL ? (int)number
								  : -1;
}

bool key_parse_number(const char *text, int64_t *out)
{
	const char *digits = text + strspn(text, " \t\n\v\f\r+-");
	char *end;
	long value;

	/* Newer C libraries read binary numbers too. xl, which came before
	 * them, does not. */
	if (digits[0] == '0' && (digits[1] == 'b' || digits[1] == 'B'))
		return false;
	errno = 0;
	value = strtol(text, &end, 0);
	if (errno != 0 || end == text || *end != '\0')
		return false;
	*out = value;
	return true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Computes one row of the table of distances from the two rows before it:
 * now[j] becomes the number of edits between the first i bytes of a and the
 * first j bytes of b.
 */
static void distance_row(const char *a, size_t i, const char *b,
			 unsigned (*rows)[LONGEST_NAME + 1])
{
	unsigned *now = rows[i % 3];
	const unsigned *last = rows[(i + 2) % 3];
	const unsigned *before = rows[(i + 1) % 3];

	now[0] = (unsigned)i;
	for (size_t j = 1; b[j - 1] != '\0'; j++) {
		unsigned replace = last[j - 1] + (a[i - 1] != b[j - 1]);

		now[j] = least(replace, least(last[j], now[j - 1]) + 1);
		if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
		    a[i - 2] == b[j - 1])
			now[j] = least(now[j], before[j - 2] + 1);
	}
}

unsigned schema_distance(const char *a, const char *b, unsigned limit)
{
	unsigned rows[3][LONGEST_NAME + 1] = { 0 };
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);
	unsigned result;

	if (a_length > LONGEST_NAME || b_length > LONGEST_NAME)
		return limit + 1;
	for (unsigned j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++)
		distance_row(a, i, b, rows);
	result = rows[a_length % 3][b_length];
	return least(result, limit + 1);
}

/* Returns how many slips a name may have and still be taken for a key. A longer
 * name may have more. */
static unsigned slips_allowed(const char *name)
{
	size_t length = strlen(name);

	if (length < 3)
		return 0;
	if (length < 5)
		return 1;
	return length < 8 ? 2 : 3;
}

const struct key *schema_nearest(const char *name)
{
	unsigned best = slips_allowed(name) + 1;
	const struct key *nearest = NULL;

	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		unsigned distance = schema_distance(name, key->info.name, best);

		if (distance >= best)
			continue;
		best = distance;
		nearest = key;
	}
	return nearest;
}

/* Two slips count even in the shortest name, as none must pass. */
bool schema_is_slip(const char *name, const struct key *key)
{
	return schema_distance(name, key->info.name, SLIPS) <= SLIPS;
}

const struct key *schema_guard_near(const char *name)
{
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->guard && schema_is_slip(name, key))
			return key;
	}
	return NULL;
}
