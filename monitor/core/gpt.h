/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule protection table's descriptors (Arm DDI0487 D9): 4 KiB granules,
 * 1 GiB for each entry of level 0, 40 bits of physical address. This is about
 * memory only: caches, TLBs and locks are the caller's.
 */
#ifndef REEVE_MONITOR_CORE_GPT_H
#define REEVE_MONITOR_CORE_GPT_H

#include <stdbool.h>
#include <stdint.h>

#define GPT_L0_ENTRIES 1024 /* 1 TiB */
#define GPT_L1_WORDS   16384 /* of one table, for 1 GiB */
#define GPT_L1_BYTES   (GPT_L1_WORDS * 8)
#define GPT_PPS        2 /* GPCCR_EL3.PPS: 1 TiB */

/* Granule protection information: which address spaces hold a granule. */
enum gpi {
	GPI_NONE = 0x0,
	GPI_SECURE = 0x8,
	GPI_NON_SECURE = 0x9,
	GPI_ROOT = 0xa,
	GPI_REALM = 0xb,
	GPI_ANY = 0xf,
};

struct gpt {
	uint64_t *l0; /* GPT_L0_ENTRIES words, aligned to their size */
	uint64_t *l1; /* the pool of level 1 tables, aligned to GPT_L1_BYTES */
	uint32_t l1_tables;
	uint32_t l1_used;
};

struct gpt_range {
	uint64_t base;
	uint64_t size;
	enum gpi gpi;
};

/* A change of consecutive granules from one state to another. */
struct gpt_move {
	uint64_t pa;
	uint64_t count; /* granules, not 0 */
	enum gpi from;
	enum gpi to;
};

enum gpt_result {
	GPT_OK,
	GPT_BAD_ADDRESS, /* unaligned, or no level 1 table covers it */
	GPT_BAD_GPI, /* not in the state to move from */
};

/* Makes every address inaccessible, and all level 1 tables free. */
void gpt_init(struct gpt *gpt);

/*
 * Sets whole entries of level 0: base and size are multiples of 1 GiB, and no
 * level 1 table is there. Returns false, changing nothing, if that is not so.
 */
bool gpt_set_blocks(struct gpt *gpt, const struct gpt_range *range);

/*
 * Sets a range of granules. Makes the level 1 tables that it needs; granules
 * outside of the range keep their state. Returns false if the range is
 * unaligned or the pool is used up, with part of the range set.
 */
bool gpt_set_granules(struct gpt *gpt, const struct gpt_range *range);

/* Returns the state of the granule at pa; GPI_NONE outside the table. */
enum gpi gpt_get(const struct gpt *gpt, uint64_t pa);

/*
 * Finds how many consecutive granules, from pa on and at most *count, are in a
 * state. *count becomes that number; it is 0 unless the result is GPT_OK.
 */
enum gpt_result gpt_find_run(const struct gpt *gpt, uint64_t pa, enum gpi gpi,
			     uint64_t *count);

/*
 * Finds the first run of granules in a state at or above *pa, wherever level 1
 * tables are. Returns false if there is none; else *pa and *count are the run.
 */
bool gpt_next_run(const struct gpt *gpt, enum gpi gpi, uint64_t *pa,
		  uint64_t *count);

/* Gives another state to granules that gpt_find_run() has found. */
void gpt_set_run(struct gpt *gpt, uint64_t pa, uint64_t count, enum gpi gpi);

/*
 * Returns the operand of TLBI RPALOS for the smallest aligned block that holds
 * [pa, pa + size), which is within the table (DDI0487 C5.5, TLBI RPALOS).
 */
uint64_t gpt_tlbi_operand(uint64_t pa, uint64_t size);

#endif
