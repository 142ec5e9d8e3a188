/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3's own address space. Each mapping names the physical address space of its
 * target (NSE, NS), which must match the granule protection table: a mismatch
 * faults at EL3 as well.
 */
#include "monitor/mmu.h"

#include <stddef.h>

#include "abi/firmware.h"
#include "abi/machine_map.h"
#include "lib/a64.h"
#include "lib/image.h"
#include "lib/number.h"
#include "lib/pgtable.h"
#include "monitor/panic.h"

#define PAS_ROOT  PGTABLE_NSE
#define PAS_NS    PGTABLE_NS
#define PAS_REALM (PGTABLE_NSE | PGTABLE_NS)

#define POOL_PAGES 16

#define WINDOW_BLOCK UINT64_C(0x40000000)

#define TABLE_ALIGNED __attribute__((aligned(MACHINE_PAGE_SIZE)))

static uint64_t root[PGTABLE_ENTRIES] TABLE_ALIGNED;
static uint64_t pool[POOL_PAGES][PGTABLE_ENTRIES] TABLE_ALIGNED;

struct mapping {
	uint64_t base;
	uint64_t size;
	uint64_t attributes;
};

/*
 * The flash is mapped from the header on, so that address 0 stays unmapped.
 * DRAM is mapped only where EL3 reads the device tree, loads an image, or
 * shares a page with the RMM.
 */
static const struct mapping board[] = {
	{ FIRMWARE_HEADER_OFFSET, MACHINE_FLASH0_SIZE - FIRMWARE_HEADER_OFFSET,
	  PGTABLE_RODATA | PAS_ROOT },
	{ MACHINE_GICD_BASE, MACHINE_GICD_SIZE, PGTABLE_IO | PAS_ROOT },
	{ MACHINE_GICR_BASE, MACHINE_GICR_SIZE, PGTABLE_IO | PAS_ROOT },
	{ MACHINE_UART0_BASE, MACHINE_PAGE_SIZE, PGTABLE_IO | PAS_ROOT },
	{ MACHINE_SEC_GPIO, MACHINE_PAGE_SIZE, PGTABLE_IO | PAS_ROOT },
	{ MACHINE_DTB_BASE, MACHINE_DTB_MAX, PGTABLE_RODATA | PAS_NS },
	{ MACHINE_SMMU_BASE, MACHINE_SMMU_SIZE, PGTABLE_IO | PAS_ROOT },
	{ MACHINE_SMMU_TABLES_BASE, MACHINE_SMMU_TABLES_SIZE,
	  PGTABLE_DATA | PAS_ROOT },
	{ MACHINE_RMM_BASE, MACHINE_RMM_SIZE, PGTABLE_DATA | PAS_REALM },
	/* A hypervisor that is not ours can be as large as the flash. */
	{ MACHINE_HYP_BASE, MACHINE_FLASH0_SIZE, PGTABLE_DATA | PAS_NS },
};

static void mmu_map(struct pgtable *table, const struct mapping *mapping)
{
	const struct pgtable_range range = {
		.va = mapping->base,
		.pa = mapping->base,
		.size = mapping->size,
		.attributes = mapping->attributes,
	};

	if (!pgtable_map(table, &range))
		panic("EL3's translation tables are too small");
}

static void mmu_map_between(struct pgtable *table, const char *from,
			    const char *to, uint64_t attributes)
{
	const struct mapping mapping = {
		.base = (uint64_t)from,
		.size = (uint64_t)to - (uint64_t)from,
		.attributes = attributes | PAS_ROOT,
	};

	mmu_map(table, &mapping);
}

void mmu_init(void)
{
	struct pgtable table = {
		.root = root,
		.pool = pool[0],
		.pool_pages = POOL_PAGES,
	};

	mmu_map_between(&table, image_start, image_text_end, PGTABLE_CODE);
	mmu_map_between(&table, image_text_end, image_rodata_end,
			PGTABLE_RODATA);
	mmu_map_between(&table, image_rodata_end,
			(const char *)(MACHINE_SECURE_RAM_BASE +
				       MACHINE_SECURE_RAM_SIZE),
			PGTABLE_DATA);
	for (size_t i = 0; i < sizeof(board) / sizeof(board[0]); i++)
		mmu_map(&table, &board[i]);
}

/* Blocks of 1 GiB are entries of the root: no table below it is needed. */
void mmu_map_window(uint64_t base, uint64_t size)
{
	struct pgtable table = { .root = root };
	const struct pgtable_range range = {
		.va = MMU_WINDOW + base,
		.pa = base,
		.size = align_up(size, WINDOW_BLOCK),
		.attributes = PGTABLE_DATA | PAS_ROOT,
	};

	if (base + range.size > MMU_WINDOW || !pgtable_map(&table, &range))
		panic("EL3's translation tables are too small");
	dsb(sy);
	isb();
}

void mmu_enable(void)
{
	sysreg_write(MAIR_EL3, PGTABLE_MAIR);
	sysreg_write(TCR_EL3,
		     PGTABLE_TCR | PGTABLE_TCR_PS_40BIT | PGTABLE_TCR_RES1);
	sysreg_write(TTBR0_EL3, (uint64_t)root);
	dsb(sy);
	isb();
	__asm__ volatile("tlbi alle3" ::: "memory");
	dsb(sy);
	isb();
	sysreg_write(SCTLR_EL3, SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA |
					SCTLR_I | SCTLR_WXN);
	isb();
}
