/* SPDX-License-Identifier: BSD-3-Clause */
/* The object behind struct reeve_token, and reading small files whole. */
#ifndef REEVE_TOOLSTACK_TOKEN_LOAD_H
#define REEVE_TOOLSTACK_TOKEN_LOAD_H

#include <openssl/evp.h>

#include "toolstack/token/token.h"

struct reeve_token {
	struct token token; /* points into data */
	EVP_PKEY *realm_key;
	uint8_t data[];
};

/*
 * All of a file of at most limit bytes, with a NUL behind; "-" is the standard
 * input. One byte more than limit is read where there is more, so that the
 * caller sees it. The caller frees. REEVE_ERR_IO or REEVE_ERR_MEMORY.
 */
int file_read(const char *path, size_t limit, char **data, size_t *size,
	      struct reeve_report *report);

#endif
