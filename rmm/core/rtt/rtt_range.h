/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The common part of the commands that map and unmap ranges: RMI_RTT_DATA_MAP
 * and RMI_RTT_UNPROT_MAP, RMI_RTT_DATA_UNMAP and RMI_RTT_UNPROT_UNMAP
 * (docs/rmi.md, Addresses and ranges).
 *
 * A call works on one table and holds its lock until it is done, so that no
 * other command sees an entry half changed. No operation outlives its call:
 * DEN0137 allows these commands to be stateful, but here they never are. To
 * stay short, a call moves at most RTT_RANGE_DATA_MAX of Realm memory, which is
 * the size of the largest block of it, and reports how far it came.
 */
#ifndef REEVE_RMM_CORE_RTT_RTT_RANGE_H
#define REEVE_RMM_CORE_RTT_RTT_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "rmm/core/rtt/range_list.h"
#include "rmm/core/rtt/rtt.h"

#define RTT_RANGE_DATA_MAX 0x200000

/* The arguments of a mapping command, checked and copied. */
struct rtt_map {
	uint64_t base;
	uint64_t top;
	uint64_t flags;
	int level; /* of the blocks */
	struct range_list list;
};

/* The difference between the two mapping commands. */
struct rtt_map_kind {
	bool protected;
	/* Checks the flags other than type and count; returns a status. */
	uint64_t (*check)(uint64_t flags);
	/* Maps a block, which is aligned and below 2^48, at an entry of its
	 * level; returns a status. */
	uint64_t (*map)(const struct rtt_walk *walk, unsigned index,
			const struct rtt_map *map, struct range_block block);
};

/* Serve a whole command; args and results are as in rmi/handlers.h. */
uint64_t rtt_range_map(struct rmm *rmm, const struct rtt_map_kind *kind,
		       const uint64_t *args, uint64_t *results);
uint64_t rtt_range_unmap(struct rmm *rmm, bool protected, const uint64_t *args,
			 uint64_t *results);

/* Returns whether [base, top), which is not empty, lies in the protected or, if
 * protected is false, in the unprotected half of the IPA space. */
bool rtt_range_inside(const struct realm_s2 *s2, uint64_t base, uint64_t top,
		      bool protected);

/*
 * Makes all granules of a block DATA, which must be DELEGATED; returns false,
 * with none changed, if one is not. rtt_data_release() is the way back. The
 * caller holds the table whose entry refers, or will refer, to the block, so
 * that no other command can release the same granules.
 */
bool rtt_data_claim(struct rmm *rmm, pa_t pa, uint64_t size);
void rtt_data_release(struct rmm *rmm, pa_t pa, uint64_t size);

#endif
