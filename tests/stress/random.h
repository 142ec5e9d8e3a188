/* SPDX-License-Identifier: BSD-3-Clause */
/* Random numbers that a seed, which is not zero, decides. */
#ifndef REEVE_TESTS_STRESS_RANDOM_H
#define REEVE_TESTS_STRESS_RANDOM_H

#include <assert.h>
#include <stdint.h>

/* A number less than bound, which is not zero. */
static inline unsigned random_below(uint64_t *state, unsigned bound)
{
	assert(bound != 0);
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (unsigned)((*state >> 20) % bound);
}

#endif
