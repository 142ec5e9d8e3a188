/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocator of pages. It does not access the pages: it keeps one bit for
 * each in memory that its owner provides, and allocates the lowest run that
 * fits. Its time does not grow with the size of the memory, since pages from
 * `top` on are known to be free without a look at their bits.
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
	uint64_t lowest; /* no page below this one is free */
	uint64_t top; /* no page from this one on was ever in use */
	uint64_t reserved; /* pages that are never allocated */
	uint64_t used;
	uint64_t peak; /* the largest value of used so far */
};

/* Returns the bytes of the map for that much memory: whole words. */
uint64_t pages_map_size(uint64_t size);

/*
 * Begins with [base, base + size), which is whole pages, all free. map has
 * pages_map_size(size) bytes, all zero, and belongs to *pages from now on.
 */
void pages_init(struct pages *pages, pa_t base, uint64_t size, uint64_t *map);

/*
 * Makes every page that [base, base + size) touches unavailable for good. None
 * of them may be allocated at the time. They count as reserved, each once, and
 * not as used. Parts of the range that are not managed are ignored.
 */
void pages_reserve(struct pages *pages, pa_t base, uint64_t size);

/* Allocates count consecutive pages. The address of the first is aligned to
 * align pages (a power of two). Returns false if there is no such run. */
bool pages_alloc(struct pages *pages, uint64_t count, uint64_t align,
		 pa_t *base);

/*
 * Allocates the first run of free pages from *at on, at most max pages, that
 * were in use once. Sets *at to the first of them, and returns their number.
 * Only PAGES_LOOKS pages are looked at: 0 says that none of them is free, and
 * *at is where to go on, or 0 if there are no more.
 */
#define PAGES_LOOKS 65536
uint64_t pages_take(struct pages *pages, uint64_t max, pa_t *at);

/* Does the same with two allocators: the pages of high lie above those of low.
 * high may manage none. */
uint64_t pages_take_either(struct pages *low, struct pages *high, uint64_t max,
			   pa_t *at);

/* Frees consecutive pages, all of which must be in use: an assertion checks. */
void pages_free(struct pages *pages, pa_t base, uint64_t count);

/* Returns how many pages are free. */
static inline uint64_t pages_unused(const struct pages *pages)
{
	return pages->count - pages->reserved - pages->used;
}

#endif
