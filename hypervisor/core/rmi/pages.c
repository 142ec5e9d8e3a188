/* SPDX-License-Identifier: BSD-3-Clause */
/* The allocator of pages: a bit for each. */
#include "hypervisor/core/rmi/pages.h"

#include <assert.h>

#include "lib/number.h"

#define WORD_BITS 64
#define WORD_FULL UINT64_MAX

uint64_t pages_map_size(uint64_t size)
{
	uint64_t count = size >> PAGES_SHIFT;

	return (count + WORD_BITS - 1) / WORD_BITS * sizeof(uint64_t);
}

void pages_init(struct pages *pages, pa_t base, uint64_t size, uint64_t *map)
{
	*pages = (struct pages){ .base = base,
				 .count = size >> PAGES_SHIFT,
				 .map = map };
}

static bool page_in_use(const struct pages *pages, uint64_t page)
{
	return pages->map[page / WORD_BITS] >> page % WORD_BITS & 1;
}

static void page_mark(struct pages *pages, uint64_t page, bool use)
{
	uint64_t bit = UINT64_C(1) << page % WORD_BITS;

	if (use)
		pages->map[page / WORD_BITS] |= bit;
	else
		pages->map[page / WORD_BITS] &= ~bit;
}

/* Returns the first free page of [page, end), or end if all of them are used.
 * Pages from top on are free. */
static uint64_t page_free_after(const struct pages *pages, uint64_t page,
				uint64_t end)
{
	while (page < end) {
		if (page % WORD_BITS == 0 &&
		    pages->map[page / WORD_BITS] == WORD_FULL)
			page += WORD_BITS;
		else if (page_in_use(pages, page))
			page++;
		else
			return page;
	}
	return smaller(page, end);
}

/* Returns how far [page, page + count) is free: its end, or the first page of
 * it that is in use. */
static uint64_t run_end(const struct pages *pages, uint64_t page, uint64_t count)
{
	uint64_t end = page + count;

	while (page < end && page < pages->top && !page_in_use(pages, page))
		page++;
	return page < pages->top ? page : end;
}

/* Returns the first page from `page` on whose address is aligned. */
static uint64_t aligned_page(const struct pages *pages, uint64_t page,
			     uint64_t align)
{
	uint64_t first = pages->base.value >> PAGES_SHIFT;

	return align_up(first + page, align) - first;
}

static bool run_find(struct pages *pages, uint64_t count, uint64_t align,
		     uint64_t *out)
{
	uint64_t page;
	uint64_t end;

	pages->lowest = page_free_after(pages, pages->lowest, pages->top);
	page = aligned_page(pages, pages->lowest, align);
	while (page < pages->count && count <= pages->count - page) {
		end = run_end(pages, page, count);
		if (end == page + count) {
			*out = page;
			return true;
		}
		page = aligned_page(
			pages, page_free_after(pages, end, pages->top), align);
	}
	return false;
}

/* Marks a free run as in use. */
static void run_use(struct pages *pages, uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		page_mark(pages, first + i, true);
	if (pages->top < first + count)
		pages->top = first + count;
	if (pages->lowest == first)
		pages->lowest = first + count;
	pages->used += count;
	if (pages->peak < pages->used)
		pages->peak = pages->used;
}

static pa_t page_address(const struct pages *pages, uint64_t page)
{
	return pa_add(pages->base, page << PAGES_SHIFT);
}

bool pages_alloc(struct pages *pages, uint64_t count, uint64_t align, pa_t *base)
{
	uint64_t first;

	if (count == 0 || !run_find(pages, count, align, &first))
		return false;
	run_use(pages, first, count);
	*base = page_address(pages, first);
	return true;
}

void pages_free(struct pages *pages, pa_t base, uint64_t count)
{
	uint64_t first = (base.value - pages->base.value) >> PAGES_SHIFT;

	assert(first < pages->count && count <= pages->count - first);
	for (uint64_t i = 0; i < count; i++) {
		assert(page_in_use(pages, first + i));
		page_mark(pages, first + i, false);
	}
	if (pages->lowest > first)
		pages->lowest = first;
	pages->used -= count;
}

/* Returns the page that an address lies in, limited to the managed pages. */
static uint64_t page_clamp(const struct pages *pages, uint64_t address)
{
	uint64_t page;

	if (address <= pages->base.value)
		return 0;
	page = (address - pages->base.value) >> PAGES_SHIFT;
	return smaller(page, pages->count);
}

void pages_reserve(struct pages *pages, pa_t base, uint64_t size)
{
	uint64_t round = (UINT64_C(1) << PAGES_SHIFT) - 1;
	uint64_t first = page_clamp(pages, base.value);
	uint64_t end = page_clamp(pages, base.value + size + round);

	for (uint64_t page = first; page < end; page++) {
		pages->reserved += !page_in_use(pages, page);
		page_mark(pages, page, true);
	}
	if (first < end && pages->top < end)
		pages->top = end;
}

uint64_t pages_take(struct pages *pages, uint64_t max, pa_t *at)
{
	uint64_t from = page_clamp(pages, at->value);
	uint64_t end = smaller(from + PAGES_LOOKS, pages->top);
	uint64_t first = page_free_after(pages, from, end);
	uint64_t count;

	if (first >= end || max == 0) {
		*at = end < pages->top ? page_address(pages, end) : pa_make(0);
		return 0;
	}
	count = run_end(pages, first, smaller(max, end - first)) - first;
	run_use(pages, first, count);
	*at = page_address(pages, first);
	return count;
}

uint64_t pages_take_either(struct pages *low, struct pages *high, uint64_t max,
			   pa_t *at)
{
	uint64_t count;

	if (high->count != 0 && at->value >= high->base.value)
		return pages_take(high, max, at);
	count = pages_take(low, max, at);
	if (count == 0 && at->value == 0 && high->count != 0)
		*at = high->base;
	return count;
}
