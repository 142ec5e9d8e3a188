/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One entry of a Realm Translation Table: its meaning, and its encoding
 * (docs/rmi.md, Stage 2 entries). Valid entries and tables are VMSAv8-64 stage
 * 2 descriptors (DDI0487) for 4 KiB granules with FWB. The encoding of invalid
 * entries is our own choice.
 */
#ifndef REEVE_RMM_CORE_RTT_RTT_ENTRY_H
#define REEVE_RMM_CORE_RTT_RTT_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"

/* The HIPAS, and the half of the IPA space. */
enum rtt_kind {
	RTT_UNASSIGNED, /* protected */
	RTT_ASSIGNED, /* protected; hardware maps it if its RIPAS is RAM */
	RTT_UNASSIGNED_NS,
	RTT_ASSIGNED_NS, /* always mapped by hardware */
	RTT_TABLE,
};

/* Two words, which a call passes in registers. */
struct rtt_entry {
	enum rtt_kind kind;
	uint8_t ripas; /* protected: RMI_RIPAS_*; else 0 */
	uint8_t attrs; /* ASSIGNED_NS: RTT_ATTR_*, the host's choice; else 0 */
	pa_t pa; /* ASSIGNED, ASSIGNED_NS, TABLE; else 0 */
};

/* The attributes that the host chooses for a mapping in the unprotected half.
 * They are bits of the descriptor, and RMI_RTT_READ_ENTRY returns them. */
#define RTT_ATTR_MEMATTR_SHIFT 2
#define RTT_ATTR_MEMATTR_WIDTH 3
#define RTT_ATTR_READ          0x40
#define RTT_ATTR_WRITE         0x80

/* Return the word for an entry of a table at level, and the entry for such a
 * word. */
uint64_t rtt_entry_encode(struct rtt_entry entry, int level);
struct rtt_entry rtt_entry_decode(uint64_t word, int level);

/* Returns whether hardware maps memory by the entry, so that TLBs may hold
 * it. */
static inline bool rtt_entry_mapped(struct rtt_entry entry)
{
	return entry.kind == RTT_ASSIGNED_NS ||
	       (entry.kind == RTT_ASSIGNED && entry.ripas == RMI_RIPAS_RAM);
}

/* Returns whether the entry refers to memory: assigned, or a table. */
static inline bool rtt_entry_live(struct rtt_entry entry)
{
	return entry.kind != RTT_UNASSIGNED && entry.kind != RTT_UNASSIGNED_NS;
}

/* Returns whether hardware can read more of a word than that it is invalid. */
static inline bool rtt_word_valid(uint64_t word)
{
	return (word & 1) != 0;
}

/*
 * The parts of an entry that is no table are the entries of a table one level
 * below that map the same. Returns what one part's word is greater than the
 * word of the part before it. level is that of the parts.
 */
uint64_t rtt_entry_step(struct rtt_entry whole, int level);

bool rtt_entry_equal(struct rtt_entry a, struct rtt_entry b);

#endif
