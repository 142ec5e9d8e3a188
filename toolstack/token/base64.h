/* SPDX-License-Identifier: BSD-3-Clause */
/* Base64 and base64url (RFC 4648, 4 and 5). */
#ifndef REEVE_TOOLSTACK_TOKEN_BASE64_H
#define REEVE_TOOLSTACK_TOKEN_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/image/bytes.h"

/* Returns how many bytes length letters of base64 can give at most. */
#define BASE64_BYTES(length) ((length) / 4 * 3 + 3)

/*
 * Reads letters of either alphabet, with or without padding at the end, into at
 * most capacity bytes. Blanks and line ends are skipped. *size is how many bytes
 * were read. Returns false if text is anything else, or mixes the alphabets.
 */
bool base64_read(const char *text, size_t length, void *to, size_t capacity,
		 size_t *size);
/* Returns base64url without padding. The caller frees. NULL: out of memory. */
char *base64url_text(struct span bytes);

#endif
