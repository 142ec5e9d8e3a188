/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shape of a Realm's stage 2: IPA width, start level, number of root
 * tables (DEN0137, "RTT configuration"; 4 KiB granules, no LPA2).
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_RTT_LAYOUT_H
#define REEVE_HYPERVISOR_CORE_RMI_RTT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define RTT_DEEPEST 3 /* the level of pages */

struct rtt_layout {
	unsigned ipa_bits; /* s2sz; the protected half is one bit less */
	int start_level;
	unsigned roots; /* concatenated tables, a power of two */
};

/* Returns the bytes that an entry maps: 4 KiB at level 3, 2 MiB at level 2, 1
 * GiB at level 1. */
static inline uint64_t rtt_entry_size(int level)
{
	return UINT64_C(1) << (12 + 9 * (RTT_DEEPEST - level));
}

/*
 * Chooses the smallest IPA space whose protected half holds [0, ram_top), and
 * the fewest levels of tables for it. ram_top is not 0. Returns false if the
 * space would be wider than max_bits.
 */
bool rtt_layout_choose(uint64_t ram_top, unsigned max_bits,
		       struct rtt_layout *out);

#endif
