/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the window, and builds the tables of an SMMU for it. */
#include "monitor/core/dma_window.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/dma_guard.h"
#include "abi/machine_map.h"
#include "lib/number.h"

#define VMID   1 /* any: there is one stage 2 */
#define PS_40  2 /* S2PS: 40 bits, as many as the granule tables cover */
#define SL0_L1 1 /* S2SL0: the walk begins at level 1 */

#define GIB UINT64_C(0x40000000)

/* The most that the window has unless more is asked for. */
#define DEFAULT_MOST (8 * GIB)

#define S2_LEAF                                                                \
	(SMMU_S2_BLOCK | SMMU_S2_NORMAL | SMMU_S2_READ_WRITE | SMMU_S2_INNER | \
	 SMMU_S2_ACCESS_FLAG)

bool dma_window_choose(const struct rmm_el3_bank *dram, uint64_t least,
		       uint64_t asked, struct rmm_el3_bank *window)
{
	uint64_t end = align_down(dram->base + dram->size, DMA_BLOCK);
	uint64_t size = asked;

	if (size == 0)
		size = align_down(smaller(dram->size / 4, DEFAULT_MOST),
				  DMA_BLOCK);
	if (size == 0 || !is_aligned(size, DMA_BLOCK) || end < least ||
	    size > end - least || end > UINT64_C(1) << DMA_ADDRESS_BITS)
		return false;
	*window = (struct rmm_el3_bank){ end - size, size };
	return true;
}

/* Maps [from, to), which is part of a GiB, by blocks. */
static void blocks_fill(uint64_t *table, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += DMA_BLOCK)
		table[at / DMA_BLOCK % DMA_TABLE_WORDS] = at | S2_LEAF;
}

/*
 * A GiB of which only a part is mapped gets a table of its own: that may be the
 * first, and the last.
 */
static void stage2_fill(struct dma_tables *tables, uint64_t pa,
			const struct rmm_el3_bank *window)
{
	uint64_t end = window->base + window->size;
	unsigned used = 0;
	uint64_t to;

	for (uint64_t at = window->base; at < end; at = to) {
		to = smaller(align_down(at, GIB) + GIB, end);
		if (to - at == GIB) {
			tables->stage2[at / GIB] = at | S2_LEAF;
			continue;
		}
		blocks_fill(tables->stage2_ends[used], at, to);
		tables->stage2[at / GIB] =
			(pa + offsetof(struct dma_tables, stage2_ends) +
			 used * sizeof(tables->stage2_ends[0])) |
			SMMU_S2_TABLE;
		used++;
	}
}

static void stream_fill(uint64_t stream[SMMU_STE_WORDS], uint64_t stage2)
{
	stream[1] = SMMU_STE_SHCFG_INCOMING;
	stream[2] = SMMU_STE_S2VMID(VMID) |
		    SMMU_STE_S2T0SZ(64 - DMA_ADDRESS_BITS) |
		    SMMU_STE_S2SL0(SL0_L1) | SMMU_STE_S2_CACHED |
		    SMMU_STE_S2PS(PS_40) | SMMU_STE_S2AA64 | SMMU_STE_S2AFFD |
		    SMMU_STE_S2R;
	stream[3] = stage2;
	stream[0] = SMMU_STE_VALID | SMMU_STE_S2_ONLY;
}

/* All buses have the same streams. */
void dma_tables_fill(struct dma_tables *tables, uint64_t pa,
		     const struct rmm_el3_bank *window)
{
	stage2_fill(tables, pa, window);
	for (size_t i = 0; i < 1 << DMA_STREAM_LOW; i++) {
		stream_fill(tables->streams[i],
			    pa + offsetof(struct dma_tables, stage2));
	}
	for (size_t i = 0; i < sizeof(tables->buses) / sizeof(uint64_t); i++) {
		tables->buses[i] = pa | SMMU_L1STD_SPAN(DMA_STREAM_LOW);
	}
}

uint64_t dma_window_before(const struct rmm_el3_bank *window, uint64_t pa,
			   uint64_t count)
{
	if (pa - window->base < window->size)
		return 0;
	if (pa >= window->base)
		return count;
	return smaller((window->base - pa + MACHINE_PAGE_SIZE - 1) /
			       MACHINE_PAGE_SIZE,
		       count);
}

void dma_fault_count(struct dma_faults *faults,
		     const uint64_t event[SMMU_EVENT_WORDS])
{
	faults->count++;
	faults->address = event[2];
	faults->what =
		BITS_PUT(DMA_GUARD_STREAM,
			 BITS_GET(event[0], SMMU_EVENT_STREAM)) |
		BITS_PUT(DMA_GUARD_TYPE, BITS_GET(event[0], SMMU_EVENT_TYPE));
}
