/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions that the Realm builder needs from a port. The core reaches the
 * RMM and the memory through nothing else, so that a test can stand between it
 * and every call.
 */
#ifndef REEVE_HYPERVISOR_CORE_HOST_H
#define REEVE_HYPERVISOR_CORE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "lib/addr.h"
#include "lib/number.h"

/* Bytes of a page of the allocator and of stage 2, and of a granule. */
#define PAGE_SIZE ((uint64_t)MACHINE_PAGE_SIZE)

/* Returns how many pages so many bytes need. */
static inline uint64_t pages_for(uint64_t bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

struct host_ops {
	void *ctx; /* the first argument of each function */

	/* Makes one SMC to the RMM: registers in, registers out. */
	void (*smc)(void *ctx, struct smccc_regs *regs);

	/*
	 * Allocates count consecutive Non-secure pages, the first aligned to
	 * align pages (a power of two). Their content is undefined. Returns
	 * false if there is no such run.
	 */
	bool (*pages_alloc)(void *ctx, uint64_t count, uint64_t align,
			    pa_t *base);
	/*
	 * Does the same with memory that devices can access: pages of
	 * [dma_base, dma_base + dma_size), which pages_alloc() does not
	 * allocate, as EL3 delegates none of them. If dma_size is 0, devices
	 * can access all memory, and this is not called.
	 */
	bool (*dma_pages_alloc)(void *ctx, uint64_t count, uint64_t align,
				pa_t *base);
	pa_t dma_base;
	uint64_t dma_size;
	/* Frees pages: all of an allocation, or any part of it, or several
	 * that follow each other. */
	void (*pages_free)(void *ctx, pa_t base, uint64_t count);

	/* Makes an allocated Non-secure page accessible; cannot fail. The
	 * address of an allocation's first page serves for all its pages. */
	void *(*page_map)(void *ctx, pa_t page);
	void (*page_unmap)(void *ctx, pa_t page, void *address);

	/*
	 * Lets other threads run. It is called between any two commands of a
	 * long operation, while no spinlock is held. With waiting the RMM
	 * answered BUSY or BLOCKED: others have to run before it can go on.
	 */
	void (*relax)(void *ctx, bool waiting);

	/* Makes the content of count consecutive pages visible to instruction
	 * fetch on all CPUs: an ordinary guest is about to get them. */
	void (*code_sync)(void *ctx, pa_t base, uint64_t count);

	/* Returns nanoseconds since some time in the past. */
	uint64_t (*now_ns)(void *ctx);

	/* Allocates free pages from *at on that were in use once, as
	 * pages_take() does. Only the control server calls it. */
	uint64_t (*pages_take)(void *ctx, uint64_t max, pa_t *at);
};

/* Allocates pages that devices can access, as host_ops.pages_alloc(). */
static inline bool host_dma_alloc(const struct host_ops *ops, uint64_t count,
				  uint64_t align, pa_t *base)
{
	if (ops->dma_size == 0)
		return ops->pages_alloc(ops->ctx, count, align, base);
	return ops->dma_pages_alloc(ops->ctx, count, align, base);
}

/* Returns how many of those pages host_dma_alloc() has allocated, where it
 * differs from pages_alloc(). */
static inline uint64_t host_dma_count(const struct host_ops *ops, pa_t base,
				      uint64_t count)
{
	uint64_t end = base.value + count * PAGE_SIZE;
	uint64_t dma_end = ops->dma_base.value + ops->dma_size;
	uint64_t from = larger(base.value, ops->dma_base.value);
	uint64_t to = smaller(end, dma_end);

	return from < to ? (to - from) / PAGE_SIZE : 0;
}

/* Returns true if devices can access the page that an address lies in. */
static inline bool host_dma_reaches(const struct host_ops *ops, pa_t pa)
{
	pa_t page = pa_make(align_down(pa.value, PAGE_SIZE));

	return ops->dma_size == 0 || host_dma_count(ops, page, 1) == 1;
}

/* Zeroes pages of one allocation, which may hold data of their last owner. */
static inline void host_pages_zero(const struct host_ops *ops, pa_t base,
				   uint64_t count)
{
	void *content = ops->page_map(ops->ctx, base);

	memset(content, 0, count * MACHINE_PAGE_SIZE);
	ops->page_unmap(ops->ctx, base, content);
}

#endif
