/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the commands that map and unmap ranges share: RTT_DATA_MAP and
 * RTT_UNPROT_MAP, RTT_DATA_UNMAP and RTT_UNPROT_UNMAP (rmi-rsi 2.7, 2.8).
 *
 * A call works on one table, under its lock and to the end: no other command
 * sees an entry half done, and no operation needs to outlive its call (DEN0137
 * allows these commands to be stateful ones; here they never are). So that a
 * call stays short it moves at most RTT_RANGE_DATA_MAX of Realm memory, or one
 * block that is larger, and reports how far it came.
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

/* What tells the mapping commands apart. */
struct rtt_map_kind {
	bool protected;
	/* RMI_SUCCESS, or why the flags beyond type and count are wrong. */
	uint64_t (*check)(uint64_t flags);
	/* Maps a block, aligned and below 2^48, at an entry of its level:
	 * RMI_SUCCESS, or why not. */
	uint64_t (*map)(const struct rtt_walk *walk, unsigned index,
			const struct rtt_map *map, struct range_block block);
};

/* The whole command; args and results as in handlers.h. */
uint64_t rtt_range_map(struct rmm *rmm, const struct rtt_map_kind *kind,
		       const uint64_t *args, uint64_t *results);
uint64_t rtt_range_unmap(struct rmm *rmm, bool protected, const uint64_t *args,
			 uint64_t *results);

/* Whether [base, top) lies in one half of the IPA space, that one. */
bool rtt_range_inside(const struct realm_s2 *s2, uint64_t base, uint64_t top,
		      bool protected);

/*
 * Takes all granules of a block from DELEGATED to DATA, or none (false); and
 * the way back. The leaf table that refers to the block is held.
 */
bool rtt_data_claim(struct rmm *rmm, pa_t pa, uint64_t size);
void rtt_data_release(struct rmm *rmm, pa_t pa, uint64_t size);

#endif
