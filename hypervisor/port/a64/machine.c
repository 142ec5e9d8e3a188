/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory and SMCs, for the portable core. */
#include "hypervisor/port/a64/machine.h"

#include <stddef.h>
#include <string.h>

#include "abi/machine_map.h"
#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/guest.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/mmu.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/smc.h"

#define HYP_END (MACHINE_HYP_BASE + MACHINE_HYP_SIZE)

static void machine_smc(void *ctx, struct smccc_regs *regs)
{
	(void)ctx;
	guest_forget();
	smc_call(regs);
}

static bool machine_pages_alloc(void *ctx, uint64_t count, uint64_t align,
				pa_t *base)
{
	struct machine *machine = ctx;
	bool taken;

	spinlock_acquire(&machine->lock);
	taken = pages_alloc(&machine->pages, count, align, base);
	spinlock_release(&machine->lock);
	return taken;
}

static bool machine_dma_pages_alloc(void *ctx, uint64_t count, uint64_t align,
				    pa_t *base)
{
	struct machine *machine = ctx;
	bool taken;

	spinlock_acquire(&machine->lock);
	taken = pages_alloc(&machine->dma_pages, count, align, base);
	spinlock_release(&machine->lock);
	return taken;
}

/* The memory for devices follows the other, and so a run may have pages of
 * both. */
static void machine_pages_free(void *ctx, pa_t base, uint64_t count)
{
	struct machine *machine = ctx;
	uint64_t dma = host_dma_count(&machine->ops, base, count);

	count -= dma;
	spinlock_acquire(&machine->lock);
	if (count > 0)
		pages_free(&machine->pages, base, count);
	base = pa_add(base, count * PAGE_SIZE);
	if (dma > 0)
		pages_free(&machine->dma_pages, base, dma);
	spinlock_release(&machine->lock);
}

static uint64_t machine_pages_take(void *ctx, uint64_t max, pa_t *at)
{
	struct machine *machine = ctx;
	uint64_t count;

	spinlock_acquire(&machine->lock);
	count = pages_take_either(&machine->pages, &machine->dma_pages, max, at);
	spinlock_release(&machine->lock);
	return count;
}

/* All memory is mapped at its physical address. */
static void *machine_page_map(void *ctx, pa_t page)
{
	(void)ctx;
	return (void *)(uintptr_t)page.value;
}

static void machine_page_unmap(void *ctx, pa_t page, void *address)
{
	(void)ctx;
	(void)page;
	(void)address;
}

/*
 * While the machine starts there is no thread, and no other thread to wait for.
 */
static void machine_relax(void *ctx, bool waiting)
{
	(void)ctx;
	if (thread_current() == NULL)
		return;
	irq_poll();
	if (waiting)
		thread_yield();
	else
		thread_yield_if_due();
}

static uint64_t machine_now_ns(void *ctx)
{
	(void)ctx;
	return time_ns();
}

static void machine_code_sync(void *ctx, pa_t base, uint64_t count)
{
	(void)ctx;
	code_sync(base.value, count * MACHINE_PAGE_SIZE);
}

/* Returns the part of the board's memory that abi/machine_map.h does not
 * assign. */
static struct host_ram machine_ram(const struct board *board)
{
	uint64_t base = board->ram.base.value;
	uint64_t end = base + board->ram.size;

	if (base < HYP_END)
		base = HYP_END;
	return (struct host_ram){ pa_make(base), base < end ? end - base : 0 };
}

/* Returns true if a range overlaps one that the device tree reserves. */
static bool board_reserves(const struct board *board, uint64_t base,
			   uint64_t size)
{
	for (unsigned i = 0; i < board->reserved_count; i++) {
		const struct host_ram *range = &board->reserved[i];

		if (range->base.value < base + size &&
		    base < range->base.value + range->size)
			return true;
	}
	return false;
}

/* Starts the allocators, whose maps are placed at the start of the memory,
 * where devices cannot access them. Returns NULL, or what is wrong. */
static const char *machine_pages_start(struct machine *machine,
				       const struct board *board)
{
	const struct host_ram *ram = &machine->ram;
	uint64_t size = pages_map_size(ram->size);
	uint64_t map_size = size + pages_map_size(machine->dma.size);
	uint64_t *map = machine_page_map(machine, ram->base);

	if (map_size > ram->size ||
	    board_reserves(board, ram->base.value, map_size))
		return "there is no place for the map of the memory";
	memset(map, 0, map_size);
	pages_init(&machine->pages, ram->base, ram->size, map);
	pages_init(&machine->dma_pages, machine->dma.base, machine->dma.size,
		   map + size / sizeof(*map));
	pages_reserve(&machine->pages, ram->base, map_size);
	for (unsigned i = 0; i < board->reserved_count; i++) {
		pages_reserve(&machine->pages, board->reserved[i].base,
			      board->reserved[i].size);
		pages_reserve(&machine->dma_pages, board->reserved[i].base,
			      board->reserved[i].size);
	}
	return NULL;
}

/* Cuts the memory for devices off the end of the rest. Returns NULL, or what is
 * wrong. */
static const char *machine_ram_divide(struct machine *machine)
{
	struct host_ram *ram = &machine->ram;
	struct host_ram dma = dma_window();

	if (dma.size == 0)
		return NULL;
	if (dma.base.value < ram->base.value ||
	    dma.base.value - ram->base.value > ram->size)
		return "EL3 lets devices access memory that is not there";
	ram->size = dma.base.value - ram->base.value;
	machine->dma = dma;
	machine->ops.dma_base = dma.base;
	machine->ops.dma_size = dma.size;
	return NULL;
}

const char *machine_open(struct machine *machine, const struct board *board)
{
	const char *why;

	*machine = (struct machine){
		.ops = {
			.ctx = machine,
			.smc = machine_smc,
			.pages_alloc = machine_pages_alloc,
			.dma_pages_alloc = machine_dma_pages_alloc,
			.pages_free = machine_pages_free,
			.pages_take = machine_pages_take,
			.page_map = machine_page_map,
			.page_unmap = machine_page_unmap,
			.relax = machine_relax,
			.code_sync = machine_code_sync,
			.now_ns = machine_now_ns,
		},
		.ram = machine_ram(board),
	};
	if (machine->ram.size == 0)
		return "the memory ends below the hypervisor's";
	if (!mmu_map_ram(&machine->ram))
		return "the memory does not fit into the translation tables";
	why = machine_ram_divide(machine);
	return why != NULL ? why : machine_pages_start(machine, board);
}
