/* SPDX-License-Identifier: BSD-3-Clause */
/* The escapes that work in libxlutil, and its octal ones, which do not. */
#include "toolstack/config/escape.h"

#include <stdbool.h>
#include <string.h>

#define ESCAPE_NAMES  "\\'\"abfnrtv"
#define ESCAPE_VALUES "\\'\"\a\b\f\n\r\t\v"

enum {
	OCTAL_LOOKAHEAD = 3, /* bytes after the first digit that it reads */
	OCTAL_LEAST = 2,
};

static bool escape_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool escape_is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Returns the length of the decimal number that text starts with, with its
 * blanks and its sign, or 0 if there is none. */
static size_t number_span(const char *text, size_t left)
{
	size_t start = 0;
	size_t end;

	while (start < left && escape_is_space(text[start]))
		start++;
	if (start < left && (text[start] == '+' || text[start] == '-'))
		start++;
	for (end = start; end < left && escape_is_digit(text[end]); end++)
		continue;
	return end > start ? end : 0;
}

/*
 * libxlutil reads a decimal number from the bytes after the first octal digit.
 * It requires the number to have two or three bytes with its blanks and its
 * sign, and then does not store it.
 */
static int escape_octal(const char *text, size_t left, size_t *length)
{
	size_t rest = left - 1 < OCTAL_LOOKAHEAD ? left - 1 : OCTAL_LOOKAHEAD;
	size_t number = number_span(text + 1, rest);

	if (number < OCTAL_LEAST)
		return ESCAPE_BAD;
	*length = 1 + number;
	return ESCAPE_NOTHING;
}

int escape_read(const char *text, size_t left, size_t *length)
{
	const char *name;

	*length = 1;
	if (*text >= '0' && *text <= '7')
		return escape_octal(text, left, length);
	name = memchr(ESCAPE_NAMES, *text, strlen(ESCAPE_NAMES));
	if (name == NULL)
		return ESCAPE_BAD;
	return ESCAPE_VALUES[name - ESCAPE_NAMES];
}
