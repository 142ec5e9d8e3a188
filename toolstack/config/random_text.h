/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: random texts that are made of pieces, the same in every run. */
#ifndef REEVE_TOOLSTACK_CONFIG_RANDOM_TEXT_H
#define REEVE_TOOLSTACK_CONFIG_RANDOM_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RANDOM_SEED UINT64_C(0x9e3779b97f4a7c15)

/* Returns a number below bound; *state begins with RANDOM_SEED. */
static inline size_t random_below(uint64_t *state, size_t bound)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (size_t)(*state % bound);
}

/* The pieces of texts: a piece that is there more often is taken more often. */
struct random_pieces {
	const char *const *pieces;
	size_t count;
	size_t most; /* pieces of a text, at most, plus one */
};

/* Writes a text, for which there must be room. Returns its length. */
static inline size_t random_text(uint64_t *state,
				 const struct random_pieces *from, char *text)
{
	size_t count = random_below(state, from->most);
	char *end = text;

	*end = '\0';
	for (size_t i = 0; i < count; i++) {
		end = stpcpy(end,
			     from->pieces[random_below(state, from->count)]);
	}
	return (size_t)(end - text);
}

#endif
