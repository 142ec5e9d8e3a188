/* SPDX-License-Identifier: BSD-3-Clause */
/* The RMM's own translation tables. tables_start() runs with the MMU off. */
#include "rmm/port/a64/tables.h"

#include "lib/a64.h"
#include "lib/addr.h"
#include "lib/image.h"
#include "lib/number.h"
#include "lib/pgtable.h"
#include "rmm/core/granule.h"
#include "rmm/port/a64/cpu.h"

#define SLOT_ENTRY  511 /* index of SLOT_WINDOW in the root table */
#define POOL_TABLES 64

typedef uint64_t table_page[PGTABLE_ENTRIES];

#define TABLE_PAGES __attribute__((section(".bss.page"), aligned(GRANULE_SIZE)))

table_page cpu_roots[RMM_CPUS] TABLE_PAGES;
static table_page slot_level2[RMM_CPUS] TABLE_PAGES;
static table_page slot_level3[RMM_CPUS] TABLE_PAGES;
static table_page pool[POOL_TABLES] TABLE_PAGES;
uint8_t cpu_stacks[RMM_CPUS][CPU_STACKS_SIZE]
	__attribute__((section(".bss.page"), aligned(CPU_STACKS_SIZE)));

static struct pgtable table;

static uint64_t pa_of(const void *address)
{
	return (uintptr_t)address;
}

bool tables_map(uint64_t base, uint64_t size, uint64_t attributes)
{
	struct pgtable_range range = { base, base, size, attributes };
	bool mapped;

	if (!is_aligned(base | size, GRANULE_SIZE) || base >= SLOT_WINDOW ||
	    size > SLOT_WINDOW - base)
		return false;
	mapped = pgtable_map(&table, &range);
	dsb(ishst);
	isb();
	return mapped;
}

static bool map_between(const void *start, const void *end, uint64_t attributes)
{
	return tables_map(pa_of(start), pa_of(end) - pa_of(start), attributes);
}

/* Maps the stacks, without the guard page below each. */
static bool map_stacks(void)
{
	for (unsigned i = 0; i < RMM_CPUS; i++) {
		uint8_t *stacks = cpu_stacks[i];

		if (!map_between(stacks + CPU_EXCEPTION_STACK,
				 stacks + CPU_EXCEPTION_TOP, PGTABLE_DATA) ||
		    !map_between(stacks + CPU_MAIN_STACK,
				 stacks + CPU_STACKS_SIZE, PGTABLE_DATA))
			return false;
	}
	return true;
}

static bool map_image(void)
{
	return map_between(image_start, image_text_end, PGTABLE_CODE) &&
	       map_between(image_text_end, image_rodata_end, PGTABLE_RODATA) &&
	       map_between(image_rodata_end, cpu_stacks, PGTABLE_DATA) &&
	       map_stacks() &&
	       map_between(cpu_stacks + RMM_CPUS, image_end, PGTABLE_DATA);
}

static uint64_t table_entry(const uint64_t *level)
{
	return pa_of(level) | PGTABLE_DESC_VALID | PGTABLE_DESC_TABLE_OR_PAGE;
}

static void link_slots(uint64_t index)
{
	cpu_roots[index][SLOT_ENTRY] = table_entry(slot_level2[index]);
	slot_level2[index][0] = table_entry(slot_level3[index]);
}

void tables_start(uint64_t index)
{
	table = (struct pgtable){
		.root = cpu_roots[index],
		.pool = pool[0],
		.pool_pages = POOL_TABLES,
	};
	link_slots(index);
	/* Too few tables for the image is a mistake in this program, and there
	 * is no console yet to report it on. */
	while (!map_image())
		wfi();
}

void tables_share(uint64_t index)
{
	for (uint64_t cpu = 0; cpu < RMM_CPUS; cpu++) {
		if (cpu == index)
			continue;
		for (unsigned i = 0; i < SLOT_ENTRY; i++)
			cpu_roots[cpu][i] = cpu_roots[index][i];
		link_slots(cpu);
	}
	dsb(ish);
}

uint64_t *tables_slots(uint64_t index)
{
	return slot_level3[index];
}

uint64_t *tables_block(uint64_t index)
{
	return &slot_level2[index][1];
}

uint64_t tables_exception_stack(uint64_t index)
{
	return pa_of(cpu_stacks[index] + CPU_EXCEPTION_TOP);
}
