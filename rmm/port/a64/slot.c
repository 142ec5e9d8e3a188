/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Access to granules and Non-secure memory through slots of this CPU. Slots are
 * allocated and freed in stack order. No other CPU's tables have these
 * mappings, so invalidating this CPU's TLB is enough.
 */
#include "lib/number.h"
#include "lib/pgtable.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/ns_copy.h"
#include "rmm/port/a64/panic.h"
#include "rmm/port/a64/regs.h"
#include "rmm/port/a64/tables.h"

static void *slot_address(unsigned slot)
{
	return (void *)(uintptr_t)(SLOT_WINDOW + slot_page(slot) * GRANULE_SIZE);
}

static void *slot_map(uint64_t pa, uint64_t attributes)
{
	struct cpu *cpu = cpu_this();

	if (cpu->slots == SLOTS)
		rmm_stop("too many granules mapped");
	cpu->slot_table[slot_page(cpu->slots)] = pgtable_page(pa, attributes);
	dsb(ishst);
	isb();
	return slot_address(cpu->slots++);
}

/* Drops the TLB entry of an address whose table entry is now zero. */
static void tlb_forget(const void *address)
{
	dsb(nshst);
	__asm__ volatile("tlbi vae2, %0" ::"r"((uintptr_t)address >> 12)
			 : "memory");
	dsb(nsh);
	isb();
}

static void slot_unmap(const void *address)
{
	struct cpu *cpu = cpu_this();

	if (cpu->slots == 0 || address != slot_address(cpu->slots - 1))
		rmm_stop("mappings undone out of order");
	cpu->slots--;
	cpu->slot_table[slot_page(cpu->slots)] = 0;
	tlb_forget(address);
}

void *port_granule_map(struct rmm_port *port, pa_t pa)
{
	(void)port;
	return slot_map(pa.value, PGTABLE_DATA);
}

void port_granule_unmap(struct rmm_port *port, pa_t pa, void *address)
{
	(void)port;
	(void)pa;
	slot_unmap(address);
}

void port_code_sync(struct rmm_port *port, pa_t pa, const void *address)
{
	(void)port;
	(void)pa;
	code_sync((uintptr_t)address, GRANULE_SIZE);
}

/* Not by DC ZVA: QEMU makes three calls for each, and none for these stores. */
static void page_zero(void *page)
{
	__asm__ volatile("1:	.rept 16\n\t"
			 "stp	xzr, xzr, [%0], #16\n\t"
			 ".endr\n\t"
			 "tst	%0, #0xfff\n\t"
			 "b.ne	1b"
			 : "+r"(page)::"cc", "memory");
}

static void slot_zero(struct rmm_port *port, pa_t pa)
{
	void *page = port_granule_map(port, pa);

	page_zero(page);
	port_granule_unmap(port, pa, page);
}

/* Zeroes a whole block, mapped at an address of its own. */
static void block_zero(pa_t pa)
{
	uint64_t *entry = cpu_this()->block_entry;
	char *window = (char *)(uintptr_t)(SLOT_WINDOW + PGTABLE_BLOCK);

	*entry = pgtable_block(pa.value, PGTABLE_DATA);
	dsb(ishst);
	isb();
	for (uint64_t done = 0; done < PGTABLE_BLOCK; done += GRANULE_SIZE)
		page_zero(window + done);
	*entry = 0;
	tlb_forget(window);
}

void port_granules_zero(struct rmm_port *port, pa_t pa, uint64_t count)
{
	uint64_t left = count * GRANULE_SIZE;

	while (left > 0) {
		uint64_t step = GRANULE_SIZE;

		if (left >= PGTABLE_BLOCK &&
		    is_aligned(pa.value, PGTABLE_BLOCK)) {
			step = PGTABLE_BLOCK;
			block_zero(pa);
		} else {
			slot_zero(port, pa);
		}
		left -= step;
		pa = pa_add(pa, step);
	}
}

/* Maps the granule of a Non-secure address and returns its first byte. */
static char *ns_map(pa_t pa)
{
	uint64_t offset = pa.value % GRANULE_SIZE;

	return (char *)slot_map(pa.value - offset, PGTABLE_DATA | PGTABLE_NS);
}

bool port_ns_read(struct rmm_port *port, pa_t pa, void *to, size_t size)
{
	char *page = ns_map(pa);
	bool done = ns_copy(to, page + pa.value % GRANULE_SIZE, size);

	(void)port;
	slot_unmap(page);
	return done;
}

bool port_ns_write(struct rmm_port *port, pa_t pa, const void *from, size_t size)
{
	char *page = ns_map(pa);
	bool done = ns_copy(page + pa.value % GRANULE_SIZE, from, size);

	(void)port;
	slot_unmap(page);
	return done;
}
