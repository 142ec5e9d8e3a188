/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the hypervisor's rules need from below. A port fills one of these; the
 * core calls nothing else, so that a test can stand between it and every call.
 */
#ifndef REEVE_HYPERVISOR_CORE_HOST_H
#define REEVE_HYPERVISOR_CORE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "lib/addr.h"

/* Bytes of a page: of the allocator, of stage 2, and of a granule. */
#define PAGE_SIZE ((uint64_t)MACHINE_PAGE_SIZE)

/* Returns how many pages so many bytes need. */
static inline uint64_t pages_for(uint64_t bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

struct host_ops {
	void *ctx; /* given back to each function */

	/* One SMC to the RMM: registers in, registers out. */
	void (*smc)(void *ctx, struct smccc_regs *regs);

	/*
	 * Takes count consecutive Non-secure pages that nothing else uses, the
	 * first aligned to align pages (a power of two). Their content is
	 * anything. false: there are none.
	 */
	bool (*pages_alloc)(void *ctx, uint64_t count, uint64_t align,
			    pa_t *base);
	/* Gives back any part of what pages_alloc gave. */
	void (*pages_free)(void *ctx, pa_t base, uint64_t count);

	/* Makes an allocated Non-secure page accessible; cannot fail. The pages
	 * of one allocation lie in a row: the address of the first serves for
	 * all of them. */
	void *(*page_map)(void *ctx, pa_t page);
	void (*page_unmap)(void *ctx, pa_t page, void *address);

	/*
	 * Called between any two commands of a long operation, when nothing is
	 * locked: the place to let others run. waiting: the RMM said BUSY or
	 * BLOCKED, so that others have to run before it can go on.
	 */
	void (*relax)(void *ctx, bool waiting);
};

/* Zeroes pages of one allocation: they may have been anybody's. */
static inline void host_pages_zero(const struct host_ops *ops, pa_t base,
				   uint64_t count)
{
	void *content = ops->page_map(ops->ctx, base);

	memset(content, 0, count * MACHINE_PAGE_SIZE);
	ops->page_unmap(ops->ctx, base, content);
}

#endif
