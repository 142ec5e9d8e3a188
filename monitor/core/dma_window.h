/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that devices can access, and the tables with which an SMMU keeps
 * them to it (abi/smmuv3.h). Portable: it computes and writes tables, and
 * touches no register.
 */
#ifndef REEVE_MONITOR_CORE_DMA_WINDOW_H
#define REEVE_MONITOR_CORE_DMA_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmm_el3.h"
#include "abi/smmuv3.h"

/* Streams: a bus in the upper, a device and its function in the lower half. */
#define DMA_STREAM_BITS 16
#define DMA_STREAM_LOW  8

/* Bits of an address of a device, and the first level of its translation. */
#define DMA_ADDRESS_BITS 39
#define DMA_TABLE_WORDS  512

#define DMA_COMMANDS_LOG2 4
#define DMA_EVENTS_LOG2   9

/* The window begins and ends at such a boundary: it is mapped by blocks. */
#define DMA_BLOCK UINT64_C(0x200000)

/*
 * The memory that the SMMU reads and writes. It is aligned to its first
 * member's size, which is the largest.
 */
struct dma_tables {
	uint64_t streams[1 << DMA_STREAM_LOW][SMMU_STE_WORDS];
	uint64_t events[1 << DMA_EVENTS_LOG2][SMMU_EVENT_WORDS];
	uint64_t stage2[DMA_TABLE_WORDS];
	/* For the first and the last GiB, of which only a part is mapped. */
	uint64_t stage2_ends[2][DMA_TABLE_WORDS];
	uint64_t buses[1 << (DMA_STREAM_BITS - DMA_STREAM_LOW)];
	uint64_t commands[1 << DMA_COMMANDS_LOG2][SMMU_CMD_WORDS];
};

/*
 * Chooses the window: the end of DRAM, `asked` bytes of it, or if that is 0
 * about a quarter. No part of it is below `least`, where the memory of the
 * firmware ends. Returns false if there is not so much memory, or asked is not
 * made of blocks.
 */
bool dma_window_choose(const struct rmm_el3_bank *dram, uint64_t least,
		       uint64_t asked, struct rmm_el3_bank *window);

/*
 * Fills in tables, which are zero and lie at pa: every stream can access the
 * window, each address as itself, and nothing else.
 */
void dma_tables_fill(struct dma_tables *tables, uint64_t pa,
		     const struct rmm_el3_bank *window);

/* Returns how many of count granules from pa on are below the window; none of
 * those may become Realm that are not. */
uint64_t dma_window_before(const struct rmm_el3_bank *window, uint64_t pa,
			   uint64_t count);

/* The accesses that were stopped. */
struct dma_faults {
	uint64_t count;
	bool more; /* and some that were not counted */
	uint64_t address; /* of the last one */
	uint64_t what; /* stream and type, as DMA_GUARD_FAULTS has them */
};

/* Counts one event. */
void dma_fault_count(struct dma_faults *faults,
		     const uint64_t event[SMMU_EVENT_WORDS]);

#endif
