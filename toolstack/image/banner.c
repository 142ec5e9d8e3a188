/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the version of a Linux kernel from its banner, "Linux version X.Y
 * ...". */
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/kernel.h"

#define BANNER_MAX         256
#define VERSION_DIGITS_MAX 5

static const struct span prefix = SPAN("Linux version ");

static bool is_version_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* Takes a number off the start of the text. Returns false if there is none, or
 * one with too many digits. */
static bool version_number_take(struct span *text, unsigned *value)
{
	size_t digits = 0;

	*value = 0;
	while (digits < text->size && digits <= VERSION_DIGITS_MAX &&
	       is_version_digit(text->data[digits])) {
		*value = *value * 10 + (unsigned)(text->data[digits] - '0');
		digits++;
	}
	*text = span_skip(*text, digits);
	return digits != 0 && digits <= VERSION_DIGITS_MAX;
}

static bool parse_version(struct span text, unsigned *version_major,
			  unsigned *version_minor)
{
	if (!version_number_take(&text, version_major) || text.size == 0 ||
	    text.data[0] != '.')
		return false;
	text = span_skip(text, 1);
	return version_number_take(&text, version_minor);
}

/* Returns the number of printable bytes at the start of the span. They are the
 * banner: it ends with the line. */
static size_t line_length(struct span text)
{
	size_t length = 0;

	while (length < text.size && length < BANNER_MAX &&
	       text.data[length] >= ' ' && text.data[length] <= '~')
		length++;
	return length;
}

/* Moves the span's start to the next place where the prefix stands. Returns
 * false if there is none. memchr() for the first letter takes a third of the
 * time of memmem(), which counts in a kernel of 40 MiB. */
static bool prefix_find(struct span *bytes)
{
	const uint8_t *letter;

	while (bytes->size >= prefix.size) {
		letter = memchr(bytes->data, prefix.data[0],
				bytes->size - prefix.size + 1);
		if (letter == NULL)
			return false;
		*bytes = span_skip(*bytes, (size_t)(letter - bytes->data));
		if (memcmp(letter, prefix.data, prefix.size) == 0)
			return true;
		*bytes = span_skip(*bytes, 1);
	}
	return false;
}

int banner_find(struct span bytes, struct image_kernel_info *info)
{
	unsigned version_major, version_minor;

	for (; prefix_find(&bytes); bytes = span_skip(bytes, 1)) {
		if (!parse_version(span_skip(bytes, prefix.size),
				   &version_major, &version_minor))
			continue;
		info->banner =
			strndup((const char *)bytes.data, line_length(bytes));
		if (info->banner == NULL)
			return REEVE_ERR_MEMORY;
		info->version_major = version_major;
		info->version_minor = version_minor;
		return REEVE_OK;
	}
	return REEVE_OK;
}
