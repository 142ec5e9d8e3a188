/* SPDX-License-Identifier: BSD-3-Clause */
/* Recognises well-formed UTF-8 (the Unicode standard, table 3-7), and repairs
 * or escapes every other byte. */
#include "toolstack/report/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/reeve.h"

/* The bytes that a sequence may begin with. All further bytes are 80..BF. */
struct utf8_row {
	unsigned char first_low, first_high;
	unsigned char second_low, second_high;
	size_t length;
};

static const struct utf8_row utf8_rows[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static bool row_fits(const struct utf8_row *row, const unsigned char *text,
		     size_t left)
{
	if (left < row->length || text[0] < row->first_low ||
	    text[0] > row->first_high)
		return false;
	if (text[1] < row->second_low || text[1] > row->second_high)
		return false;
	for (size_t i = 2; i < row->length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

/* Returns the length of the well-formed sequence that text starts with, or 0 if
 * it starts with none. */
static size_t sequence_length(const unsigned char *text, size_t left)
{
	size_t rows = sizeof(utf8_rows) / sizeof(utf8_rows[0]);

	if (text[0] < 0x80)
		return 1;
	for (size_t i = 0; i < rows; i++) {
		if (row_fits(&utf8_rows[i], text, left))
			return utf8_rows[i].length;
	}
	return 0;
}

char *utf8_repair(const char *text, size_t length, size_t *repaired)
{
	const unsigned char *in = (const unsigned char *)text;
	const unsigned char *end = in + length;
	char *copy = malloc(2 * length + 1);
	char *out = copy;
	size_t taken;

	if (copy == NULL)
		return NULL;
	for (; in < end; in += taken) {
		taken = sequence_length(in, (size_t)(end - in));
		if (taken == 0) {
			*out++ = (char)(0xc0 | *in >> 6);
			*out++ = (char)(0x80 | (*in & 0x3f));
			taken = 1;
			continue;
		}
		memcpy(out, in, taken);
		out += taken;
	}
	*out = '\0';
	*repaired = (size_t)(out - copy);
	return copy;
}

size_t utf8_printable(const unsigned char *text, size_t left)
{
	size_t length = sequence_length(text, left);

	if (text[0] < 0x20 || text[0] == 0x7f)
		return 0;
	/* U+0080..U+009F are control characters too. */
	if (length == 2 && text[0] == 0xc2 && text[1] < 0xa0)
		return 0;
	return length;
}

bool utf8_is_printable(const char *text, size_t length)
{
	const unsigned char *in = (const unsigned char *)text;

	while (length > 0) {
		size_t taken = utf8_printable(in, length);

		if (taken == 0)
			return false;
		in += taken;
		length -= taken;
	}
	return true;
}

bool utf8_is_text(const char *text, size_t length)
{
	const unsigned char *in = (const unsigned char *)text;

	while (length > 0) {
		size_t taken = sequence_length(in, length);

		if (taken == 0)
			return false;
		in += taken;
		length -= taken;
	}
	return true;
}

char *reeve_printable(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t left = strlen(text);
	char *copy = malloc(4 * left + 1);
	char *out = copy;

	if (copy == NULL)
		return NULL;
	while (left > 0) {
		size_t taken = utf8_printable(in, left);

		if (taken == 0) {
			out += sprintf(out, "\\x%02x", *in);
			taken = 1;
		} else {
			memcpy(out, in, taken);
			out += taken;
		}
		in += taken;
		left -= taken;
	}
	*out = '\0';
	return copy;
}
