/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes UTF-8 out of bytes of any encoding, and judges bytes as UTF-8. */
#ifndef REEVE_TOOLSTACK_UTF8_H
#define REEVE_TOOLSTACK_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns a copy of text, ended by a NUL, in which each byte that is no part of
 * well-formed UTF-8 has become the character U+0080..U+00FF of that number.
 * *repaired becomes its length. The caller frees it. NULL: out of memory.
 */
char *utf8_repair(const char *text, size_t length, size_t *repaired);

/* Returns the length of the printable character that text starts with, or 0 if
 * it starts with none. left, the number of bytes in text, is not 0. */
size_t utf8_printable(const unsigned char *text, size_t left);

/* Returns true if all of text is well-formed UTF-8 without control
 * characters. */
bool utf8_is_printable(const char *text, size_t length);

/* Returns true if all of text is well-formed UTF-8, control characters or
 * not. */
bool utf8_is_text(const char *text, size_t length);

#endif
