/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Physical and intermediate physical addresses as two distinct types, so that
 * the compiler catches a mixture. Neither can be dereferenced.
 */
#ifndef REEVE_LIB_ADDR_H
#define REEVE_LIB_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/number.h"

typedef struct {
	uint64_t value;
} pa_t;

typedef struct {
	uint64_t value;
} ipa_t;

static inline pa_t pa_make(uint64_t value)
{
	return (pa_t){ value };
}

static inline pa_t pa_add(pa_t pa, uint64_t bytes)
{
	return (pa_t){ pa.value + bytes };
}

static inline bool pa_equal(pa_t a, pa_t b)
{
	return a.value == b.value;
}

static inline ipa_t ipa_make(uint64_t value)
{
	return (ipa_t){ value };
}

static inline ipa_t ipa_add(ipa_t ipa, uint64_t bytes)
{
	return (ipa_t){ ipa.value + bytes };
}

/* size is a power of two. */
static inline ipa_t ipa_align_down(ipa_t ipa, uint64_t size)
{
	return ipa_make(align_down(ipa.value, size));
}

#endif
