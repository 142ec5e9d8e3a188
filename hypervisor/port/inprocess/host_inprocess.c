/* SPDX-License-Identifier: BSD-3-Clause */
/* struct host_ops over a machine inside this process. */
#include "hypervisor/port/inprocess/host_inprocess.h"

#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

static void host_inprocess_smc(void *ctx, struct smccc_regs *regs)
{
	struct host_inprocess *host = ctx;

	host->machine.smc(host->machine.ctx, regs);
}

static bool host_inprocess_pages_alloc(void *ctx, uint64_t count,
				       uint64_t align, pa_t *base)
{
	struct host_inprocess *host = ctx;

	return pages_alloc(&host->pages, count, align, base);
}

static bool host_inprocess_dma_pages_alloc(void *ctx, uint64_t count,
					   uint64_t align, pa_t *base)
{
	struct host_inprocess *host = ctx;

	return pages_alloc(&host->dma_pages, count, align, base);
}

static void host_inprocess_pages_free(void *ctx, pa_t base, uint64_t count)
{
	struct host_inprocess *host = ctx;
	uint64_t dma = host_dma_count(&host->ops, base, count);

	if (count > dma)
		pages_free(&host->pages, base, count - dma);
	base = pa_add(base, (count - dma) * PAGE_SIZE);
	if (dma > 0)
		pages_free(&host->dma_pages, base, dma);
}

static uint64_t host_inprocess_pages_take(void *ctx, uint64_t max, pa_t *at)
{
	struct host_inprocess *host = ctx;

	return pages_take_either(&host->pages, &host->dma_pages, max, at);
}

static void *host_inprocess_page_map(void *ctx, pa_t page)
{
	struct host_inprocess *host = ctx;

	return host->machine.page(host->machine.ctx, page);
}

/* Nothing to undo: the machine's memory is always accessible here. */
static void host_inprocess_page_unmap(void *ctx, pa_t page, void *address)
{
	(void)ctx;
	(void)page;
	(void)address;
}

static void host_inprocess_relax(void *ctx, bool waiting)
{
	(void)ctx;
	if (waiting)
		sched_yield();
}

/* Nothing is executed in this process. */
static void host_inprocess_code_sync(void *ctx, pa_t base, uint64_t count)
{
	(void)ctx;
	(void)base;
	(void)count;
}

static uint64_t host_inprocess_now_ns(void *ctx)
{
	struct timespec now;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Reserves the map of pages. The system commits its memory on first use. */
static bool host_inprocess_pages_open(struct pages *pages, pa_t base,
				      uint64_t size)
{
	uint64_t *map = mmap(NULL, pages_map_size(size), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	pages_init(pages, base, size, map == MAP_FAILED ? NULL : map);
	return pages->map != NULL;
}

bool host_inprocess_open(struct host_inprocess *host,
			 const struct inprocess_machine *machine)
{
	host->machine = *machine;
	host->dma_pages = (struct pages){ .map = NULL };
	host->ops = (struct host_ops){
		.ctx = host,
		.smc = host_inprocess_smc,
		.pages_alloc = host_inprocess_pages_alloc,
		.dma_pages_alloc = host_inprocess_dma_pages_alloc,
		.pages_free = host_inprocess_pages_free,
		.pages_take = host_inprocess_pages_take,
		.page_map = host_inprocess_page_map,
		.page_unmap = host_inprocess_page_unmap,
		.relax = host_inprocess_relax,
		.code_sync = host_inprocess_code_sync,
		.now_ns = host_inprocess_now_ns,
	};
	return host_inprocess_pages_open(&host->pages, machine->base,
					 machine->size);
}

bool host_inprocess_divide(struct host_inprocess *host, uint64_t dma_size)
{
	const struct inprocess_machine *machine = &host->machine;
	pa_t base = pa_add(machine->base, machine->size - dma_size);

	pages_reserve(&host->pages, base, dma_size);
	host->ops.dma_base = base;
	host->ops.dma_size = dma_size;
	return host_inprocess_pages_open(&host->dma_pages, base, dma_size);
}

static void pages_close(struct pages *pages)
{
	if (pages->map != NULL)
		munmap(pages->map, pages_map_size(pages->count << PAGES_SHIFT));
	pages->map = NULL;
}

void host_inprocess_close(struct host_inprocess *host)
{
	pages_close(&host->pages);
	pages_close(&host->dma_pages);
}
