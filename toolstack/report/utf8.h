/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of no known encoding made into UTF-8, or judged as such. */
#ifndef REEVE_TOOLSTACK_UTF8_H
#define REEVE_TOOLSTACK_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text with every byte that is no part of well-formed UTF-8 written as
 * the character U+0080..U+00FF of that number. NUL-terminated, *repaired
 * becomes its length; the caller frees. NULL: out of memory.
 */
char *utf8_repair(const char *text, size_t length, size_t *repaired);

/* The length of the printable character that text, of left > 0 bytes, starts
 * with; 0: it starts with none. */
size_t utf8_printable(const unsigned char *text, size_t left);

/* Whether all of text is well-formed UTF-8 without control characters. */
bool utf8_is_printable(const char *text, size_t length);

#endif
