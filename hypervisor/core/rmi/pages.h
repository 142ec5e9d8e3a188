/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An allocator of page numbers: it never touches the pages, keeps a bit for
 * each in memory that its owner provides, and gives the lowest run that fits.
 * Nothing is done in proportion to the size of the memory.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_PAGES_H
#define REEVE_HYPERVISOR_CORE_RMI_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define PAGES_SHIFT 12 /* a page is 4 KiB */

struct pages {
	pa_t base;
	uint64_t count;
	uint64_t *map; /* bit set: in use */
	uint64_t lowest; /* no page below is free */
	uint64_t top; /* no page from here on was ever used */
	uint64_t used;
	uint64_t peak; /* the largest that used has been */
};

/* Bytes of the map for that much memory, whole words. */
uint64_t pages_map_size(uint64_t size);

/*
 * Manages [base, base + size), whole pages, all free. map has
 * pages_map_size(size) bytes, all zero, and belongs to *pages from here on.
 */
void pages_init(struct pages *pages, pa_t base, uint64_t size, uint64_t *map);

/*
 * Withholds for good what of [base, base + size) is managed, the pages that it
 * touches included. None of it may be allocated. It does not count as used.
 */
void pages_reserve(struct pages *pages, pa_t base, uint64_t size);

/* count pages in a row, the first aligned to align pages (a power of two; of
 * the address, not of the offset). false: there is no such run. */
bool pages_alloc(struct pages *pages, uint64_t count, uint64_t align,
		 pa_t *base);

/* Any pages that are in use. Freeing others is a bug: aborts. */
void pages_free(struct pages *pages, pa_t base, uint64_t count);

#endif
