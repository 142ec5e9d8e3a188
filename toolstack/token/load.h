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
 * Reads a whole file and puts a NUL behind it; the path "-" means the standard
 * input. The caller frees *data. A file longer than limit gives limit + 1
 * bytes, so that the caller can tell. REEVE_ERR_IO or REEVE_ERR_MEMORY.
 */
int file_read(const char *path, size_t limit, char **data, size_t *size,
	      struct reeve_report *report);

#endif
