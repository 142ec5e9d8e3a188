/* SPDX-License-Identifier: BSD-3-Clause */
/* A host inside this process. */
#include "hypervisor/port/inprocess/host_inprocess.h"

#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

static void machine_smc(void *ctx, struct smccc_regs *regs)
{
	struct host_inprocess *host = ctx;

	host->machine.smc(host->machine.ctx, regs);
}

static bool pages_take(void *ctx, uint64_t count, uint64_t align, pa_t *base)
{
	struct host_inprocess *host = ctx;

	return pages_alloc(&host->pages, count, align, base);
}

static void pages_give(void *ctx, pa_t base, uint64_t count)
{
	struct host_inprocess *host = ctx;

	pages_free(&host->pages, base, count);
}

static void *machine_page(void *ctx, pa_t page)
{
	struct host_inprocess *host = ctx;

	return host->machine.page(host->machine.ctx, page);
}

/* The machine's memory is always accessible here. */
static void machine_page_done(void *ctx, pa_t page, void *address)
{
	(void)ctx;
	(void)page;
	(void)address;
}

static void machine_relax(void *ctx, bool waiting)
{
	(void)ctx;
	if (waiting)
		sched_yield();
}

/* Nothing is executed. */
static void machine_code_sync(void *ctx, pa_t base, uint64_t count)
{
	(void)ctx;
	(void)base;
	(void)count;
}

static uint64_t machine_now_ns(void *ctx)
{
	struct timespec now;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Memory is committed on first use. */
static bool pages_open(struct pages *pages, pa_t base, uint64_t size)
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
	host->ops = (struct host_ops){
		.ctx = host,
		.smc = machine_smc,
		.pages_alloc = pages_take,
		.pages_free = pages_give,
		.page_map = machine_page,
		.page_unmap = machine_page_done,
		.relax = machine_relax,
		.code_sync = machine_code_sync,
		.now_ns = machine_now_ns,
	};
	return pages_open(&host->pages, machine->base, machine->size);
}

void host_inprocess_close(struct host_inprocess *host)
{
	struct pages *pages = &host->pages;

	if (pages->map != NULL)
		munmap(pages->map, pages_map_size(pages->count << PAGES_SHIFT));
	pages->map = NULL;
}
