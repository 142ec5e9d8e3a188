/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of address-range descriptors (RMI_RANGE_* in abi/rmi.h; docs/rmi.md,
 * Addresses and ranges): the memory that the host gives to a mapping command,
 * or gets back from an unmapping one. A list in the host's memory never goes
 * beyond its page.
 */
#ifndef REEVE_RMM_CORE_RTT_RANGE_LIST_H
#define REEVE_RMM_CORE_RTT_RANGE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/addr.h"

struct rmm;

/* It has 4 KiB, so a command may have one on its stack, and not two. */
struct range_list {
	unsigned max; /* 1..RMI_RANGE_LIST_MAX */
	unsigned count;
	uint64_t ranges[RMI_RANGE_LIST_MAX];
};

/* One block of memory, with the level and the state of its descriptor. */
struct range_block {
	pa_t pa;
	int level;
	unsigned state; /* RMI_RANGE_DELEGATED or _UNDELEGATED */
};

/*
 * Copies count descriptors from the host, but none beyond the page of pa.
 * Returns false if pa is not aligned or not readable, or count is 0.
 */
bool range_list_read(struct rmm *rmm, pa_t pa, uint64_t count,
		     struct range_list *out);

/* Writes a list to the host's page, in which it fits. Returns false if the page
 * cannot be written. */
bool range_list_write(struct rmm *rmm, pa_t pa, const struct range_list *list);

/* Returns the first block that a descriptor names, even if its count is 0. */
struct range_block range_block_of(uint64_t range);

/* A position among the blocks of a list; zero is the first. */
struct range_cursor {
	unsigned range;
	unsigned block; /* within it */
};

/* Gives the block at the cursor and moves the cursor on. Returns false if there
 * are no more blocks. */
bool range_list_next(const struct range_list *list, struct range_cursor *cursor,
		     struct range_block *out);

/* Appends a block, as a part of the last descriptor if it continues that one.
 * Returns false if the list is full. */
bool range_list_add(struct range_list *list, struct range_block block);

#endif
