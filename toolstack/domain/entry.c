/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the NAME=VALUE parts of one entry of a list. */
#include "toolstack/domain/entry.h"

#include <string.h>

#define BLANKS   " \t\n"
#define ROWS_MAX 32

static const struct key_fault no_fault;

/* Returns the words between two places, without the blanks around them. */
static struct words words_between(const char *begin, const char *end)
{
	while (begin < end && strchr(BLANKS, *begin) != NULL)
		begin++;
	while (begin < end && strchr(BLANKS, end[-1]) != NULL)
		end--;
	return (struct words){ begin, (size_t)(end - begin) };
}

bool entry_next(const char **text, struct entry_part *part)
{
	const char *begin = *text;
	const char *end = begin + strcspn(begin, ",");
	const char *equals = memchr(begin, '=', (size_t)(end - begin));

	if (*begin == '\0')
		return false;
	*part = (struct entry_part){ .all = words_between(begin, end) };
	if (equals != NULL) {
		part->name = words_between(begin, equals);
		part->value = words_between(equals + 1, end);
	}
	*text = *end == ',' ? end + 1 : end;
	return true;
}

bool words_are(struct words words, const char *text)
{
	return words.at != NULL && words.length == strlen(text) &&
	       memcmp(words.at, text, words.length) == 0;
}

int words_index(struct words words, const char *const *names)
{
	for (int i = 0; names[i] != NULL; i++) {
		if (words_are(words, names[i]))
			return i;
	}
	return -1;
}

bool words_number(struct words words, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < words.length; i++) {
		uint64_t digit = (uint64_t)(words.at[i] - '0');

		if (words.at[i] < '0' || words.at[i] > '9' ||
		    value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return words.length > 0;
}

struct key_fault words_fault(struct words words, const char *what,
			     const char *hint)
{
	return (struct key_fault){
		.what = what,
		.at = words.at,
		.length = words.length,
		.hint = hint,
	};
}

static bool row_matches(const struct entry_row *row, struct words name)
{
	size_t stem = strlen(row->name) - 1;

	if (row->name[stem] == '*') {
		return name.length >= stem &&
		       memcmp(name.at, row->name, stem) == 0;
	}
	return words_are(name, row->name);
}

static const struct entry_row *row_find(const struct entry_row *rows,
					struct words name)
{
	for (; rows->name != NULL; rows++) {
		if (row_matches(rows, name))
			return rows;
	}
	return NULL;
}

/* Reads one part. seen has a bit for each row whose part was read before. */
static struct key_fault part_read(const struct entry_part *part,
				  const struct entry_row *rows, uint32_t *seen,
				  void *out)
{
	const struct entry_row *row;
	uint32_t bit;

	if (part->all.length == 0)
		return no_fault;
	if (part->name.at == NULL)
		return words_fault(part->all, "has no =", NULL);
	if (part->name.length == 0)
		return words_fault(part->all, "has no name before its =", NULL);
	row = row_find(rows, part->name);
	if (row == NULL)
		return words_fault(part->name, "is no part that is known", NULL);
	bit = (uint32_t)1 << (row - rows) % ROWS_MAX;
	if ((*seen & bit) != 0 && !row->repeats) {
		return words_fault(part->all, "is written a second time",
				   "write it once");
	}
	*seen |= bit;
	return row->read(part, out);
}

struct key_fault entry_read(const char *text, const struct entry_row *rows,
			    void *out)
{
	struct key_fault fault = no_fault;
	struct entry_part part;
	uint32_t seen = 0;

	while (fault.what == NULL && entry_next(&text, &part))
		fault = part_read(&part, rows, &seen, out);
	return fault;
}
