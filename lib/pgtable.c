/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds stage 1 tables (Arm DDI0487 D8.3, VMSAv8-64 descriptors). */
#include "lib/pgtable.h"

#include <stddef.h>

#include "lib/addr.h"
#include "lib/number.h"

#define PAGE_SHIFT 12
#define LEVEL_BITS 9
#define LAST_LEVEL 3

static unsigned level_shift(int level)
{
	return PAGE_SHIFT + LEVEL_BITS * (unsigned)(LAST_LEVEL - level);
}

static uint64_t *entry_of(uint64_t *table, uint64_t va, int level)
{
	return &table[(va >> level_shift(level)) % PGTABLE_ENTRIES];
}

/*
 * Returns the table below an entry, made if there is none; NULL if the entry is
 * a block or the pool is used up.
 */
static uint64_t *table_below(struct pgtable *table, uint64_t *entry)
{
	uint64_t *page;

	if ((*entry & (PGTABLE_DESC_VALID | PGTABLE_DESC_TABLE_OR_PAGE)) ==
	    (PGTABLE_DESC_VALID | PGTABLE_DESC_TABLE_OR_PAGE))
		return (uint64_t *)(uintptr_t)(*entry & PGTABLE_DESC_ADDRESS);
	if (*entry != 0 || table->pool_used == table->pool_pages)
		return NULL;
	page = table->pool + (size_t)table->pool_used++ * PGTABLE_ENTRIES;
	*entry = (uint64_t)(uintptr_t)page | PGTABLE_DESC_VALID |
		 PGTABLE_DESC_TABLE_OR_PAGE;
	return page;
}

static bool fits_block(const struct pgtable_range *range, int level)
{
	uint64_t size = UINT64_C(1) << level_shift(level);

	return is_aligned(range->va | range->pa, size) && range->size >= size;
}

/* Maps the first block or page of a range; returns its size, 0 on failure. */
static uint64_t map_first(struct pgtable *table,
			  const struct pgtable_range *range)
{
	uint64_t *page = table->root;
	uint64_t *entry;
	int level = 1;

	for (; !fits_block(range, level); level++) {
		page = table_below(table, entry_of(page, range->va, level));
		if (page == NULL)
			return 0;
	}
	entry = entry_of(page, range->va, level);
	if (*entry != 0)
		return 0;
	*entry = range->pa | range->attributes | PGTABLE_DESC_LEAF |
		 PGTABLE_DESC_VALID |
		 (level == LAST_LEVEL ? PGTABLE_DESC_TABLE_OR_PAGE : 0);
	return UINT64_C(1) << level_shift(level);
}

bool pgtable_map(struct pgtable *table, const struct pgtable_range *range)
{
	struct pgtable_range rest = *range;
	uint64_t done;

	for (; rest.size > 0; rest.size -= done) {
		done = map_first(table, &rest);
		if (done == 0)
			return false;
		rest.va += done;
		rest.pa += done;
	}
	return true;
}
