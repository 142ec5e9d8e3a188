/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of address-range descriptors (RMI_RANGE_* in abi/rmi.h): the memory
 * that the host names to a mapping command, or gets back from one. A list in
 * the host's memory never crosses its page.
 */
#ifndef REEVE_RMM_CORE_RTT_RANGE_LIST_H
#define REEVE_RMM_CORE_RTT_RANGE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"

struct rmm;

/* 4 KiB: one on the stack of a command, not two. */
struct range_list {
	unsigned max; /* 1..RMI_RANGE_LIST_MAX */
	unsigned count;
	uint64_t ranges[RMI_RANGE_LIST_MAX];
};

/* One block of memory, and what its descriptor says of it. */
struct range_block {
	pa_t pa;
	int level;
	unsigned state; /* RMI_RANGE_DELEGATED or _UNDELEGATED */
};

/*
 * Copies count descriptors, clipped, from the host. false: pa is not aligned
 * or not readable, or there are none.
 */
bool range_list_read(struct rmm *rmm, pa_t pa, uint64_t count,
		     struct range_list *out);

/* Writes all of a list to the host; it fits. false: not writable. */
bool range_list_write(struct rmm *rmm, pa_t pa, const struct range_list *list);

/* The first block that a descriptor names, whether or not it is empty. */
struct range_block range_block_of(uint64_t range);

/* Goes through the blocks of a list; zero starts it. */
struct range_cursor {
	unsigned range;
	unsigned block; /* within it */
};

/* false: there is no further block. */
bool range_list_next(const struct range_list *list, struct range_cursor *cursor,
		     struct range_block *out);

/* Appends a block, as part of the last descriptor if it continues it. false:
 * the list is full. */
bool range_list_add(struct range_list *list, struct range_block block);

#endif
