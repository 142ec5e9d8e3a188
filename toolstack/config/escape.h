/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the escapes inside a quoted string. */
#ifndef REEVE_TOOLSTACK_CONFIG_ESCAPE_H
#define REEVE_TOOLSTACK_CONFIG_ESCAPE_H

#include <stddef.h>

enum {
	ESCAPE_BAD = -1, /* libxlutil refuses the escape */
	ESCAPE_NOTHING = -2, /* libxlutil drops the escape */
};

/*
 * Reads the escape whose backslash stands just before text. left, at least 1,
 * is the number of bytes from text to the closing quote. Returns the byte that
 * the escape stands for, ESCAPE_BAD or ESCAPE_NOTHING. *length becomes the
 * number of bytes in the escape.
 */
int escape_read(const char *text, size_t left, size_t *length);

#endif
