/* SPDX-License-Identifier: BSD-3-Clause */
/* The shape of a Realm's stage 2. */
#include "hypervisor/core/rmi/rtt_layout.h"

#include "lib/ipa.h"

#define IPA_BITS_MAX 48 /* without LPA2 */
#define ROOTS_MAX    16

/* Returns the width of the IPA space that one root table of a level covers. */
static unsigned root_bits(int start_level)
{
	return 9 * (unsigned)(RTT_DEEPEST - start_level) + 21;
}

static unsigned roots_needed(unsigned ipa_bits, int start_level)
{
	unsigned bits = root_bits(start_level);

	return ipa_bits > bits ? 1u << (ipa_bits - bits) : 1;
}

/* Returns true if a walk of so many bits can start at that level: with up to 16
 * concatenated root tables, or with exactly one at level 0. */
static bool start_level_fits(unsigned ipa_bits, int start_level)
{
	unsigned roots = roots_needed(ipa_bits, start_level);

	return roots <= (start_level > 0 ? ROOTS_MAX : 1);
}

bool rtt_layout_choose(uint64_t ram_top, unsigned max_bits,
		       struct rtt_layout *out)
{
	unsigned bits = ipa_bits_for(ram_top);
	int level = RTT_DEEPEST - 1;

	if (bits > IPA_BITS_MAX || bits > max_bits)
		return false;
	while (!start_level_fits(bits, level))
		level--;
	*out = (struct rtt_layout){ bits, level, roots_needed(bits, level) };
	return true;
}
