/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes as hexadecimal digits, and back. */
#ifndef REEVE_TOOLSTACK_TOKEN_HEX_H
#define REEVE_TOOLSTACK_TOKEN_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/image/bytes.h"

/* Reads pairs of digits of either case into at most capacity bytes. *size is
 * how many bytes were read. Returns false if text is anything else. */
bool hex_read(const char *text, void *to, size_t capacity, size_t *size);
/* As hex_read(), but text must give exactly size bytes. */
bool hex_read_exactly(const char *text, void *to, size_t size);
/* Returns lower-case digits that the caller frees. NULL: out of memory. */
char *hex_text(struct span bytes);

#endif
