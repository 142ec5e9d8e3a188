/* SPDX-License-Identifier: BSD-3-Clause */
/* Formats lines and hands them to the console. */
#include "lib/log.h"

#include <stddef.h>

#include "lib/spinlock.h"

#define LINE_SIZE 192

static const char *log_name;
static void (*log_put)(char c);
static struct spinlock log_lock;

/* Text that grows within its bounds. */
struct text {
	char *start;
	int size;
	int length;
};

/* One conversion of a format. */
struct conversion {
	char pad;
	int width;
	int longs;
};

static void append(struct text *text, char c)
{
	if (text->length < text->size - 1)
		text->start[text->length++] = c;
}

static void append_string(struct text *text, const char *string, int width)
{
	int length = 0;

	for (; string[length] != '\0'; length++)
		append(text, string[length]);
	for (; length < width; length++)
		append(text, ' ');
}

static void append_number(struct text *text, uint64_t value, unsigned base,
			  struct conversion how)
{
	char digits[20];
	int length = 0;

	do {
		digits[length++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	for (int i = length; i < how.width; i++)
		append(text, how.pad);
	while (length > 0)
		append(text, digits[--length]);
}

static uint64_t next_unsigned(va_list *arguments, int longs)
{
	if (longs == 0)
		return va_arg(*arguments, unsigned);
	return va_arg(*arguments, unsigned long long);
}

static int64_t next_signed(va_list *arguments, int longs)
{
	if (longs == 0)
		return va_arg(*arguments, int);
	return va_arg(*arguments, long long);
}

static void append_signed(struct text *text, int64_t value,
			  struct conversion how)
{
	uint64_t size = (uint64_t)value;

	if (value < 0) {
		append(text, '-');
		size = -size;
	}
	append_number(text, size, 10, how);
}

static const char *parse_conversion(const char *format, struct conversion *how)
{
	*how = (struct conversion){ .pad = ' ' };
	if (*format == '0') {
		how->pad = '0';
		format++;
	}
	for (; *format >= '0' && *format <= '9'; format++)
		how->width = how->width * 10 + (*format - '0');
	for (; *format == 'l'; format++)
		how->longs++;
	return format;
}

static void append_conversion(struct text *text, char kind,
			      struct conversion how, va_list *arguments)
{
	switch (kind) {
	case 's':
		append_string(text, va_arg(*arguments, const char *), how.width);
		return;
	case 'c':
		append(text, (char)va_arg(*arguments, int));
		return;
	case 'd':
		append_signed(text, next_signed(arguments, how.longs), how);
		return;
	case 'u':
		append_number(text, next_unsigned(arguments, how.longs), 10,
			      how);
		return;
	case 'x':
		append_number(text, next_unsigned(arguments, how.longs), 16,
			      how);
		return;
	case 'p':
		append_number(text, next_unsigned(arguments, 1), 16, how);
		return;
	default:
		append(text, kind);
	}
}

int log_format(char *start, int size, const char *format, va_list arguments)
{
	struct text text = { .start = start, .size = size };
	struct conversion how;
	va_list rest;

	va_copy(rest, arguments);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			append(&text, *format);
			continue;
		}
		format = parse_conversion(format + 1, &how);
		if (*format == '\0')
			break;
		append_conversion(&text, *format, how, &rest);
	}
	va_end(rest);
	start[text.length] = '\0';
	return text.length;
}

void log_init(const char *name, void (*put)(char c))
{
	log_name = name;
	log_put = put;
}

static void put_string(const char *string)
{
	for (; *string != '\0'; string++)
		log_put(*string);
}

static void put_line(const char *line)
{
	if (log_put == NULL)
		return;
	put_string(log_name);
	put_string(": ");
	put_string(line);
	put_string("\r\n");
}

void log_line(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)log_format(line, LINE_SIZE, format, arguments);
	va_end(arguments);
	spinlock_acquire(&log_lock);
	put_line(line);
	spinlock_release(&log_lock);
}

void log_line_unlocked(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)log_format(line, LINE_SIZE, format, arguments);
	va_end(arguments);
	put_line(line);
}
