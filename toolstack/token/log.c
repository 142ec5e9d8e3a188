/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches a log byte by byte. It keeps no more of the log than the token that
 * it is in. */
#include "toolstack/token/log.h"

#include <stdlib.h>

#include "toolstack/token/base64.h"
#include "toolstack/token/token.h"

static const struct span begin_mark = SPAN("-----BEGIN " LOG_MARK "-----");
static const struct span end_mark = SPAN("-----END " LOG_MARK "-----");

/* Letters of the longest token: four for three bytes, and as many line ends and
 * blanks again. */
#define BLOCK_MAX ((size_t)TOKEN_SIZE_MAX / 3 * 8)
#define MARK_MAX  40 /* more bytes than a mark has */

struct search {
	struct log_tokens *found;
	bool inside; /* between two marks */
	bool short_of_memory;
	/* The bytes since the beginning mark, or the last ones outside. */
	char *block;
	size_t size;
};

bool log_has_mark(struct span text)
{
	return memmem(text.data, text.size, begin_mark.data, begin_mark.size) !=
	       NULL;
}

/* Returns whether the block ends with a mark. */
static bool ends_with(const struct search *search, struct span mark)
{
	return search->size >= mark.size &&
	       memcmp(search->block + search->size - mark.size, mark.data,
		      mark.size) == 0;
}

/* Takes the block without the mark at its end as a token. */
static void token_take(struct search *search)
{
	size_t length = search->size - end_mark.size;
	uint8_t *data = malloc(BASE64_BYTES(length));
	size_t size;

	search->inside = false;
	search->size = 0;
	if (data == NULL) {
		search->short_of_memory = true;
		return;
	}
	if (!base64_read(search->block, length, data, BASE64_BYTES(length),
			 &size)) {
		free(data);
		return;
	}
	free(search->found->data);
	search->found->data = data;
	search->found->size = size;
	search->found->count++;
	search->found->last_is_broken = false;
}

/* Makes room when the block is full. */
static void block_shrink(struct search *search)
{
	if (search->inside) {
		search->inside = false; /* longer than any token */
		search->size = 0;
		return;
	}
	memmove(search->block, search->block + search->size - MARK_MAX,
		MARK_MAX);
	search->size = MARK_MAX;
}

static void byte_take(struct search *search, char byte)
{
	if (search->size == BLOCK_MAX)
		block_shrink(search);
	search->block[search->size++] = byte;
	if (byte != '-')
		return;
	if (ends_with(search, begin_mark)) {
		search->inside = true;
		search->size = 0;
		search->found->last_is_broken = true;
	} else if (search->inside && ends_with(search, end_mark)) {
		token_take(search);
	}
}

bool log_search(struct span head, FILE *file, struct log_tokens *found)
{
	struct search search = { .found = found };
	char buffer[0x4000];
	size_t size;

	*found = (struct log_tokens){ 0 };
	search.block = malloc(BLOCK_MAX);
	if (search.block == NULL)
		return false;
	for (size_t i = 0; i < head.size; i++)
		byte_take(&search, (char)head.data[i]);
	while ((size = fread(buffer, 1, sizeof(buffer), file)) > 0) {
		for (size_t i = 0; i < size; i++)
			byte_take(&search, buffer[i]);
	}
	free(search.block);
	if (search.short_of_memory)
		free(found->data);
	return !search.short_of_memory;
}
