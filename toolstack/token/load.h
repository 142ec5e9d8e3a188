/* SPDX-License-Identifier: BSD-3-Clause */
/* The object behind struct reeve_token, and reading files. */
#ifndef REEVE_TOOLSTACK_TOKEN_LOAD_H
#define REEVE_TOOLSTACK_TOKEN_LOAD_H

#include <stdio.h>

#include "toolstack/token/token.h"

struct reeve_token {
	struct token token; /* points into data */
	uint8_t data[];
};

/* Reports why a token is refused. Returns REEVE_ERR_TOKEN, or REEVE_ERR_MEMORY
 * if memory was short. name may be NULL. */
int token_refuse(const struct token *token, const struct token_error *error,
		 const char *name, struct reeve_report *report);
/* The same as a text that the caller frees. NULL: out of memory. */
char *token_refusal_text(const struct token *token,
			 const struct token_error *error);

/*
 * Reads a whole file and puts a NUL behind it; the path "-" means the standard
 * input. The caller frees *data. A file longer than limit gives limit + 1
 * bytes, so that the caller can tell. REEVE_ERR_IO or REEVE_ERR_MEMORY.
 */
int file_read(const char *path, size_t limit, char **data, size_t *size,
	      struct reeve_report *report);

#endif
