/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One entry of a Realm Translation Table: what it says, and how that is
 * written. Valid entries and tables are VMSAv8-64 stage 2 descriptors (Arm
 * DDI 0487, 4 KiB granule, FWB); how invalid ones are written is our choice.
 */
#ifndef REEVE_RMM_CORE_RTT_RTT_ENTRY_H
#define REEVE_RMM_CORE_RTT_RTT_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"

/* HIPAS, and on which side of the IPA space. */
enum rtt_kind {
	RTT_UNASSIGNED, /* protected */
	RTT_ASSIGNED, /* protected; hardware maps it if its RIPAS is RAM */
	RTT_UNASSIGNED_NS,
	RTT_ASSIGNED_NS, /* always mapped by hardware */
	RTT_TABLE,
};

struct rtt_entry {
	enum rtt_kind kind;
	uint8_t ripas; /* protected: RMI_RIPAS_*; else 0 */
	pa_t pa; /* ASSIGNED, ASSIGNED_NS, TABLE; else 0 */
	uint64_t attrs; /* ASSIGNED_NS: the host's choice, below; else 0 */
};

/* What the host chooses of a mapping outside the protected half; these are
 * the descriptor's own bits, and what RTT_READ_ENTRY gives back. */
#define RTT_ATTR_MEMATTR_SHIFT 2
#define RTT_ATTR_MEMATTR_WIDTH 3
#define RTT_ATTR_READ          0x40
#define RTT_ATTR_WRITE         0x80

/* The word for an entry of a table at level, and what such a word says. */
uint64_t rtt_entry_encode(struct rtt_entry entry, int level);
struct rtt_entry rtt_entry_decode(uint64_t word, int level);

/* Whether hardware maps memory by it, and so may hold it in a TLB. */
static inline bool rtt_entry_mapped(struct rtt_entry entry)
{
	return entry.kind == RTT_ASSIGNED_NS ||
	       (entry.kind == RTT_ASSIGNED && entry.ripas == RMI_RIPAS_RAM);
}

/* Whether it maps or refers to a granule. */
static inline bool rtt_entry_live(struct rtt_entry entry)
{
	return entry.kind != RTT_UNASSIGNED && entry.kind != RTT_UNASSIGNED_NS;
}

/* The part of a whole (not a table) that entry i of a table at level maps. */
struct rtt_entry rtt_entry_part(struct rtt_entry whole, unsigned i, int level);

bool rtt_entry_equal(struct rtt_entry a, struct rtt_entry b);

#endif
