/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of the kernel command line. */
#include <stddef.h>
#include <string.h>

#include "tests/guest/probe.h"

/* Returns the text after NAME= in the command line, or NULL. */
static const char *argument_find(const char *name)
{
	const char *next = machine.arguments;
	size_t length = strlen(name);

	while (next != NULL && *next != '\0') {
		if (strncmp(next, name, length) == 0 && next[length] == '=')
			return next + length + 1;
		while (*next != ' ' && *next != '\0')
			next++;
		while (*next == ' ')
			next++;
	}
	return NULL;
}

static bool is_word_end(char c)
{
	return c == '\0' || c == ' ' || c == ',';
}

bool argument_has(const char *name)
{
	const char *next = argument_find("probe");
	size_t length = strlen(name);

	while (next != NULL && *next != '\0' && *next != ' ') {
		if (strncmp(next, name, length) == 0 && is_word_end(next[length]))
			return true;
		while (!is_word_end(*next))
			next++;
		if (*next == ',')
			next++;
	}
	return false;
}

/* Returns the value of a hexadecimal digit, or 16 for any other character. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return 16;
}

uint64_t argument_number(const char *name, uint64_t otherwise)
{
	const char *next = argument_find(name);
	unsigned base = 10;
	uint64_t value = 0;

	if (next == NULL)
		return otherwise;
	if (strncmp(next, "0x", 2) == 0) {
		base = 16;
		next += 2;
	}
	for (; digit_value(*next) < base; next++)
		value = value * base + digit_value(*next);
	return value;
}

unsigned argument_hex(const char *name, uint8_t *bytes, unsigned size)
{
	const char *next = argument_find(name);
	unsigned count = 0;

	while (next != NULL && count < size && digit_value(next[0]) < 16 &&
	       digit_value(next[1]) < 16) {
		bytes[count++] = (uint8_t)(digit_value(next[0]) << 4 |
					   digit_value(next[1]));
		next += 2;
	}
	return count;
}
