/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding tokens in the log of a console: in base64, each between two marks. */
#ifndef REEVE_TOOLSTACK_TOKEN_LOG_H
#define REEVE_TOOLSTACK_TOKEN_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "toolstack/image/bytes.h"

#define LOG_MARK "REEVE TOKEN"

struct log_tokens {
	uint8_t *data; /* the last whole token; the caller frees it */
	size_t size;
	size_t count; /* of whole tokens */
	bool last_is_broken; /* what the last mark begins is no token */
};

bool log_has_mark(struct span text);

/* Searches a log from head to the end of file, whatever its length. Returns
 * false if memory is short. */
bool log_search(struct span head, FILE *file, struct log_tokens *found);

#endif
