/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two halves of a Realm's IPA space (docs/glossary.md): the lower one is
 * protected, the upper one is shared with the host. The top bit of an IPA says
 * in which half it lies.
 */
#ifndef REEVE_LIB_IPA_H
#define REEVE_LIB_IPA_H

#include <stdint.h>

#define IPA_BITS_MIN 32 /* of an IPA space that we make */

/* Returns the width of the smallest IPA space whose protected half reaches
 * ram_top (exclusive, not 0), or 64 if even that is too small. */
static inline unsigned ipa_bits_for(uint64_t ram_top)
{
	unsigned bits = IPA_BITS_MIN;

	while (bits < 64 && (ram_top - 1) >> (bits - 1) != 0)
		bits++;
	return bits;
}

/* The first IPA of the shared half, which is the size of either half too.
 * ipa_bits, 1 to 64, is the width of the IPA space. */
static inline uint64_t ipa_shared_start(unsigned ipa_bits)
{
	return UINT64_C(1) << (ipa_bits - 1);
}

#endif
