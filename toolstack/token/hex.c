/* SPDX-License-Identifier: BSD-3-Clause */
/* Hexadecimal digits. */
#include "toolstack/token/hex.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

/* Returns -1 if it is not a digit. */
static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

bool hex_read(const char *text, void *to, size_t capacity, size_t *size)
{
	uint8_t *bytes = to;
	size_t count = strlen(text) / 2;

	if (strlen(text) % 2 != 0 || count > capacity)
		return false;
	for (size_t i = 0; i < count; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*size = count;
	return true;
}

bool hex_read_exactly(const char *text, void *to, size_t size)
{
	size_t found;

	return strlen(text) == 2 * size && hex_read(text, to, size, &found);
}

char *hex_text(struct span bytes)
{
	char *text = malloc(2 * bytes.size + 1);

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < bytes.size; i++) {
		text[2 * i] = digits[bytes.data[i] >> 4];
		text[2 * i + 1] = digits[bytes.data[i] & 15];
	}
	text[2 * bytes.size] = '\0';
	return text;
}
