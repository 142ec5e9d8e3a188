/* SPDX-License-Identifier: BSD-3-Clause */
/* Alignment, and the smaller or larger of two: once for all programs. */
#ifndef REEVE_LIB_NUMBER_H
#define REEVE_LIB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* In all three, size is a power of two. */

static inline bool is_aligned(uint64_t value, uint64_t size)
{
	return (value & (size - 1)) == 0;
}

static inline uint64_t align_down(uint64_t value, uint64_t size)
{
	return value & ~(size - 1);
}

/* 0 if no uint64_t is large enough. */
static inline uint64_t align_up(uint64_t value, uint64_t size)
{
	return align_down(value + size - 1, size);
}

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
