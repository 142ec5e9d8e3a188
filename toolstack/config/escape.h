/* SPDX-License-Identifier: BSD-3-Clause */
/* The escapes inside a quoted string. */
#ifndef REEVE_TOOLSTACK_CONFIG_ESCAPE_H
#define REEVE_TOOLSTACK_CONFIG_ESCAPE_H

#include <stddef.h>

enum {
	ESCAPE_BAD = -1, /* libxlutil refuses it */
	ESCAPE_NOTHING = -2, /* libxlutil drops it */
};

/*
 * Reads the escape whose backslash stands before text, which has left bytes,
 * at least one, up to the closing quote. Returns the byte that it stands for,
 * ESCAPE_BAD or ESCAPE_NOTHING; *length becomes the number of bytes it takes.
 */
int escape_read(const char *text, size_t left, size_t *length);

#endif
