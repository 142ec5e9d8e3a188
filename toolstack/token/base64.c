/* SPDX-License-Identifier: BSD-3-Clause */
/* Base64. OpenSSL's decoder takes neither base64url nor a text without padding,
 * and does not say where one ends. */
#include "toolstack/token/base64.h"

#include <stdint.h>
#include <stdlib.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			      "wxyz0123456789-_";

/* A text that is being read. */
struct reading {
	uint8_t *to;
	size_t capacity;
	size_t size;
	uint32_t bits; /* the last of them make no whole byte yet */
	unsigned bit_count; /* how many */
	size_t count; /* of letters */
	size_t padding;
	bool standard, url; /* letters of that alphabet alone were seen */
};

/* Returns the value of a letter; -1: it is none. */
static int letter_value(struct reading *reading, char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	reading->standard |= letter == '+' || letter == '/';
	reading->url |= letter == '-' || letter == '_';
	if (letter == '+' || letter == '-')
		return 62;
	return letter == '/' || letter == '_' ? 63 : -1;
}

static bool letter_take(struct reading *reading, char letter)
{
	int value = letter_value(reading, letter);

	if (value < 0 || reading->padding != 0)
		return false;
	reading->bits = reading->bits << 6 | (uint32_t)value;
	reading->bit_count += 6;
	reading->count++;
	if (reading->bit_count < 8)
		return true;
	if (reading->size == reading->capacity)
		return false;
	reading->bit_count -= 8;
	reading->to[reading->size++] =
		(uint8_t)(reading->bits >> reading->bit_count);
	return true;
}

bool base64_read(const char *text, size_t length, void *to, size_t capacity,
		 size_t *size)
{
	struct reading reading = { .to = to, .capacity = capacity };

	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' ||
		    text[i] == '\n')
			continue;
		if (text[i] == '=')
			reading.padding++;
		else if (!letter_take(&reading, text[i]))
			return false;
	}
	*size = reading.size;
	return reading.count % 4 != 1 && !(reading.standard && reading.url) &&
	       (reading.padding == 0 ||
		reading.padding == (4 - reading.count % 4) % 4);
}

char *base64url_text(struct span bytes)
{
	char *text = malloc(bytes.size / 3 * 4 + 5);
	char *to = text;
	uint32_t bits = 0;
	unsigned count = 0;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < bytes.size; i++) {
		bits = bits << 8 | bytes.data[i];
		for (count += 8; count >= 6; count -= 6)
			*to++ = letters[bits >> (count - 6) & 63];
	}
	if (count != 0)
		*to++ = letters[bits << (6 - count) & 63];
	*to = '\0';
	return text;
}
