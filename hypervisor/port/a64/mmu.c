/* SPDX-License-Identifier: BSD-3-Clause */
/* The translation tables of NS-EL2, and turning translation on. */
#include "hypervisor/port/a64/mmu.h"

#include "abi/machine_map.h"
#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/pci.h"
#include "lib/a64.h"
#include "lib/addr.h"
#include "lib/image.h"
#include "lib/number.h"
#include "lib/pgtable.h"

/* At most one for each GiB of RAM, and some for the ends of ranges. */
#define POOL_TABLES 32

static uint64_t root[PGTABLE_ENTRIES]
	__attribute__((section(".bss.page"), aligned(MACHINE_PAGE_SIZE)));
static uint64_t pool[POOL_TABLES][PGTABLE_ENTRIES]
	__attribute__((section(".bss.page"), aligned(MACHINE_PAGE_SIZE)));
static struct pgtable tables;

static bool mmu_map(uint64_t base, uint64_t size, uint64_t attributes)
{
	struct pgtable_range range = { base, base, size, attributes };

	return pgtable_map(&tables, &range);
}

static bool mmu_map_between(const char *start, const char *end,
			    uint64_t attributes)
{
	return mmu_map((uintptr_t)start, (uint64_t)(end - start), attributes);
}

/* Maps the data and the stack of each core, but not the gap between them, which
 * catches an overflow. */
static bool mmu_map_cores(void)
{
	for (unsigned i = 0; i < MACHINE_MAX_CPUS; i++) {
		uint64_t core = (uintptr_t)&cores[i];

		if (!mmu_map(core, MACHINE_PAGE_SIZE, PGTABLE_DATA) ||
		    !mmu_map(core + CORE_STACK, CORE_SIZE - CORE_STACK,
			     PGTABLE_DATA))
			return false;
	}
	return true;
}

static bool mmu_map_data(void)
{
	const char *first = (const char *)&cores[0];
	const char *end = (const char *)&cores[MACHINE_MAX_CPUS];

	return mmu_map_between(image_rodata_end, first, PGTABLE_DATA) &&
	       mmu_map_cores() && mmu_map_between(end, image_end, PGTABLE_DATA);
}

static bool mmu_map_gic(void)
{
	return mmu_map(MACHINE_GICD_BASE, MACHINE_GICD_SIZE, PGTABLE_IO) &&
	       mmu_map(MACHINE_GICR_BASE, MACHINE_MAX_CPUS * MACHINE_GICR_STEP,
		       PGTABLE_IO);
}

bool mmu_prepare(uint64_t fdt)
{
	tables = (struct pgtable){ .root = root,
				   .pool = pool[0],
				   .pool_pages = POOL_TABLES };
	return is_aligned(fdt, MACHINE_PAGE_SIZE) &&
	       mmu_map_between(image_start, image_text_end, PGTABLE_CODE) &&
	       mmu_map_between(image_text_end, image_rodata_end,
			       PGTABLE_RODATA) &&
	       mmu_map_data() && mmu_map_gic() &&
	       mmu_map(MACHINE_UART0_BASE, MACHINE_PAGE_SIZE, PGTABLE_IO) &&
	       mmu_map(MACHINE_RTC_BASE, MACHINE_PAGE_SIZE, PGTABLE_IO) &&
	       mmu_map(MACHINE_ECAM_BASE, PCI_ECAM_USED, PGTABLE_IO) &&
	       mmu_map(MACHINE_PCIE_BASE, PCI_MMIO_SIZE, PGTABLE_IO) &&
	       mmu_map(fdt, MACHINE_DTB_MAX, PGTABLE_RODATA);
}

void mmu_enable(void)
{
	sysreg_write(mair_el2, PGTABLE_MAIR);
	sysreg_write(tcr_el2,
		     PGTABLE_TCR | PGTABLE_TCR_PS_40BIT | PGTABLE_TCR_RES1);
	sysreg_write(ttbr0_el2, (uintptr_t)root);
	isb();
	__asm__ volatile("tlbi alle2\n\tdsb nsh\n\tisb" ::: "memory");
	sysreg_write(sctlr_el2, SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA |
					SCTLR_I | SCTLR_WXN);
	isb();
}

/* Maps what is between two addresses, if that is anything. */
static bool mmu_map_to(uint64_t from, uint64_t to)
{
	return from >= to || mmu_map(from, to - from, PGTABLE_DATA);
}

/* The image is mapped already, if it is in this memory. */
bool mmu_map_ram(const struct host_ram *ram)
{
	uint64_t base = ram->base.value;
	uint64_t end = base + ram->size;
	bool done = mmu_map_to(base, smaller(end, (uintptr_t)image_start)) &&
		    mmu_map_to(larger(base, (uintptr_t)image_end), end);

	dsb(ishst);
	isb();
	return done;
}
