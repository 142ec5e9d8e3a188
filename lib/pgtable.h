/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A builder of stage 1 translation tables for the one-range regimes of EL2
 * (E2H = 0) and EL3: 4 KiB granules, 39-bit virtual addresses, so that walks
 * start at level 1. Portable: it writes memory and touches no register.
 * Register values are usable from assembly.
 */
#ifndef REEVE_LIB_PGTABLE_H
#define REEVE_LIB_PGTABLE_H

#define PGTABLE_ENTRIES 512
#define PGTABLE_VA_BITS 39
#define PGTABLE_BLOCK   0x200000 /* bytes that an entry of level 2 maps */

/* Lower and upper attributes of a leaf, or'ed together. */
#define PGTABLE_NORMAL    (UINT64_C(0) << 2) /* MAIR index 0 */
#define PGTABLE_DEVICE    (UINT64_C(1) << 2) /* MAIR index 1 */
#define PGTABLE_NS        (UINT64_C(1) << 5) /* EL3, R-EL2: Non-secure PAS */
#define PGTABLE_READ_ONLY (UINT64_C(1) << 7)
#define PGTABLE_NSE       (UINT64_C(1) << 11) /* EL3: with NS=0 Root, 1 Realm */
#define PGTABLE_XN        (UINT64_C(1) << 54)

#define PGTABLE_CODE   (PGTABLE_NORMAL | PGTABLE_READ_ONLY)
#define PGTABLE_RODATA (PGTABLE_NORMAL | PGTABLE_READ_ONLY | PGTABLE_XN)
#define PGTABLE_DATA   (PGTABLE_NORMAL | PGTABLE_XN)
#define PGTABLE_IO     (PGTABLE_DEVICE | PGTABLE_XN)

/* MAIR_ELx for the two indexes: Normal write-back, Device-nGnRnE. */
#define PGTABLE_MAIR 0x00ff

/*
 * TCR_EL2 and TCR_EL3 without PS and the reserved-one bits: T0SZ, inner
 * shareable write-back walks, 4 KiB granules.
 */
#define PGTABLE_TCR_T0SZ     (64 - PGTABLE_VA_BITS)
#define PGTABLE_TCR_IRGN_WB  (1 << 8)
#define PGTABLE_TCR_ORGN_WB  (1 << 10)
#define PGTABLE_TCR_SH_INNER (3 << 12)
#define PGTABLE_TCR                                                            \
	(PGTABLE_TCR_T0SZ | PGTABLE_TCR_IRGN_WB | PGTABLE_TCR_ORGN_WB |        \
	 PGTABLE_TCR_SH_INNER)
#define PGTABLE_TCR_PS_40BIT (2 << 16)
#define PGTABLE_TCR_RES1     0x80800000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

/* Bits of a descriptor. */
#define PGTABLE_DESC_VALID         UINT64_C(1)
#define PGTABLE_DESC_TABLE_OR_PAGE UINT64_C(2)
#define PGTABLE_DESC_ADDRESS       UINT64_C(0x0000fffffffff000)
#define PGTABLE_DESC_AP1           (UINT64_C(1) << 6)
#define PGTABLE_DESC_SH_INNER      (UINT64_C(3) << 8)
#define PGTABLE_DESC_AF            (UINT64_C(1) << 10)
/*
 * The bits of each block and page. AP[1] is reserved as one in these regimes.
 */
#define PGTABLE_DESC_LEAF                                                      \
	(PGTABLE_DESC_AF | PGTABLE_DESC_SH_INNER | PGTABLE_DESC_AP1)

struct pgtable {
	uint64_t *root; /* one page, what TTBR0_ELx takes */
	uint64_t *pool; /* zeroed pages for further tables */
	uint32_t pool_pages;
	uint32_t pool_used;
};

struct pgtable_range {
	uint64_t va;
	uint64_t pa;
	uint64_t size;
	uint64_t attributes;
};

/*
 * Maps a range, page-aligned, with the largest blocks that fit. Tables are
 * reached at their physical addresses. Returns false, with part of the range
 * mapped, when the pool is used up or something is mapped there already.
 */
bool pgtable_map(struct pgtable *table, const struct pgtable_range *range);

/*
 * Returns the entry that maps one page, for callers that keep a last-level
 * table themselves.
 */
static inline uint64_t pgtable_page(uint64_t pa, uint64_t attributes)
{
	return pa | attributes | PGTABLE_DESC_LEAF | PGTABLE_DESC_VALID |
	       PGTABLE_DESC_TABLE_OR_PAGE;
}

/* Returns the entry that maps one block, for the same callers. */
static inline uint64_t pgtable_block(uint64_t pa, uint64_t attributes)
{
	return pa | attributes | PGTABLE_DESC_LEAF | PGTABLE_DESC_VALID;
}

#endif
#endif
