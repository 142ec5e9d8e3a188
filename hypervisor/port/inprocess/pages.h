/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An allocator of page numbers: it never touches the pages, keeps a bit for
 * each in memory that is committed on first use, and gives the lowest run that
 * fits. Nothing is done in proportion to the size of the memory.
 */
#ifndef REEVE_HYPERVISOR_PORT_PAGES_H
#define REEVE_HYPERVISOR_PORT_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct pages {
	pa_t base;
	uint64_t count;
	uint64_t *map; /* bit set: in use */
	uint64_t lowest; /* no page below is free */
	uint64_t top; /* no page from here on was ever used */
	uint64_t used;
	uint64_t peak; /* the largest that used has been */
};

/* Manages [base, base + size), whole pages. false: out of memory. */
bool pages_open(struct pages *pages, pa_t base, uint64_t size);
void pages_close(struct pages *pages);

/* count pages in a row, the first aligned to align pages (a power of two; of
 * the address, not of the offset). false: there is no such run. */
bool pages_alloc(
	struct pages *pages, uint64_t count, uint64_t align, pa_t *base);

/* Any pages that are in use. Freeing others is a bug: aborts. */
void pages_free(struct pages *pages, pa_t base, uint64_t count);

#endif
