/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one pair of bit-field helpers of the tree. A field F is described by
 * F_SHIFT (its lowest bit) and F_WIDTH (in bits, 1..63); both macros take and
 * give 64-bit words.
 */
#ifndef REEVE_ABI_BITS_H
#define REEVE_ABI_BITS_H

#include <stdint.h>

#define BITS_ONES(width) ((UINT64_C(1) << (width)) - 1)
#define BITS_MASK(F)     (BITS_ONES(F##_WIDTH) << F##_SHIFT)
/* The field's value, moved down to bit 0. */
#define BITS_GET(word, F)                                                      \
	(((uint64_t)(word) >> F##_SHIFT) & BITS_ONES(F##_WIDTH))
/* The value, cut to the field's width and moved up to its place. */
#define BITS_PUT(F, value)                                                     \
	(((uint64_t)(value) & BITS_ONES(F##_WIDTH)) << F##_SHIFT)

#endif
