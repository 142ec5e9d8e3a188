/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes as hexadecimal digits, and back. */
#ifndef REEVE_TOOLSTACK_TOKEN_HEX_H
#define REEVE_TOOLSTACK_TOKEN_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/image/bytes.h"

/* Pairs of digits of either case, at most capacity of them; *size: the bytes.
 * false: text is something else. */
bool hex_read(const char *text, void *to, size_t capacity, size_t *size);
/* As hex_read(), of exactly size bytes. */
bool hex_read_exactly(const char *text, void *to, size_t size);
/* Lower case; the caller frees. NULL: out of memory. */
char *hex_text(struct span bytes);

#endif
