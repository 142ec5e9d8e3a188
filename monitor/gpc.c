/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granule protection on the machine (Arm DDI0487 D9). The order of maintenance
 * is that of the Arm Architecture Procedures for changes of PAS; the encodings
 * of its instructions stand beside it (docs/machine.md, Cache and TLB duties).
 */
#include "monitor/gpc.h"

#include <stddef.h>
#include <string.h>

#include "abi/machine_map.h"
#include "lib/a64.h"
#include "lib/number.h"
#include "lib/spinlock.h"
#include "monitor/core/dma_window.h"
#include "monitor/core/gpt.h"
#include "monitor/mmu.h"
#include "monitor/panic.h"

#define TABLES_BASE (MACHINE_MONITOR_BASE + MACHINE_MONITOR_SIZE)
#define TABLES_SIZE (MACHINE_SECURE_RAM_SIZE - MACHINE_MONITOR_SIZE)

/* GPCCR_EL3: walks are write-back and inner shareable; granules of 4 KiB. */
#define GPCCR_IRGN_WB  (1 << 8)
#define GPCCR_ORGN_WB  (1 << 10)
#define GPCCR_SH_INNER (3 << 12)
#define GPCCR_GPC      (1 << 16)
#define GPCCR_TABLE    (GPT_PPS | GPCCR_IRGN_WB | GPCCR_ORGN_WB | GPCCR_SH_INNER)

/* A physical address with its space, as DC CIPAPA takes it. */
#define CIPAPA_NS    (UINT64_C(1) << 63)
#define CIPAPA_REALM (UINT64_C(3) << 62)

/* docs/machine.md, Partition. A later row overrides those before it. */
static const struct gpt_range board[] = {
	{ MACHINE_FLASH0_BASE, MACHINE_FLASH0_SIZE, GPI_ROOT },
	{ MACHINE_FLASH1_BASE, MACHINE_FLASH1_SIZE, GPI_NON_SECURE },
	/* EL3 uses the Secure view of the GIC, the hypervisor the other. */
	{ MACHINE_GICD_BASE, MACHINE_UART0_BASE - MACHINE_GICD_BASE, GPI_ANY },
	{ MACHINE_UART0_BASE, MACHINE_DEVICES_END - MACHINE_UART0_BASE,
	  GPI_NON_SECURE },
	/* QEMU holds no access of a device against this table. Devices that
	 * read or write memory on request, and are not behind the SMMU, are
	 * closed; so is the SMMU, which is EL3's. */
	{ MACHINE_ITS_BASE, MACHINE_ITS_SIZE, GPI_ROOT },
	{ MACHINE_FW_CFG_BASE, MACHINE_PAGE_SIZE, GPI_ROOT },
	{ MACHINE_SMMU_BASE, MACHINE_SMMU_SIZE, GPI_ROOT },
	{ MACHINE_VIRTIO_BASE, MACHINE_VIRTIO_SIZE, GPI_ROOT },
	{ MACHINE_PLATFORM_BUS_BASE, MACHINE_PLATFORM_BUS_SIZE, GPI_ROOT },
	/* All worlds log here. */
	{ MACHINE_UART0_BASE, MACHINE_PAGE_SIZE, GPI_ANY },
	{ MACHINE_UART1_BASE, MACHINE_PAGE_SIZE, GPI_ROOT },
	{ MACHINE_SEC_GPIO, MACHINE_PAGE_SIZE, GPI_ROOT },
	{ MACHINE_SECURE_RAM_BASE, MACHINE_SECURE_RAM_SIZE, GPI_ROOT },
};
/* Devices on PCIe are behind the SMMU, and closed if there is none. */
static const struct gpt_range pcie = { MACHINE_PCIE_BASE,
				       MACHINE_PCIE_END - MACHINE_PCIE_BASE,
				       GPI_NON_SECURE };
/* Whole GiBs, so that no level 1 table is needed. */
static const struct gpt_range pcie_config = { MACHINE_HIGH_IO_BASE,
					      MACHINE_HIGH_IO_SIZE,
					      GPI_NON_SECURE };

static uint64_t l0[GPT_L0_ENTRIES]
	__attribute__((aligned(GPT_L0_ENTRIES * sizeof(uint64_t))));
static struct gpt gpt = {
	.l0 = l0,
	.l1 = (uint64_t *)TABLES_BASE,
	.l1_tables = TABLES_SIZE / GPT_L1_BYTES,
};
static struct rmm_el3_bank dram;
static struct rmm_el3_bank dma;
/* Guards the table: a change of one granule rewrites a word of sixteen. */
static struct spinlock gpt_lock;

static void range_set(const struct gpt_range *range)
{
	if (!gpt_set_granules(&gpt, range))
		panic("more memory than the granule tables can cover");
}

/*
 * The first page of each redistributor has the addresses of its tables of LPIs,
 * which QEMU reads and writes wherever they are. There are no LPIs without an
 * ITS, and all else that the page is for is EL3's. Hypervisors of others look
 * for their redistributor there, and wake it.
 */
static void redistributors_close(void)
{
	struct gpt_range page = { MACHINE_GICR_BASE, MACHINE_PAGE_SIZE,
				  GPI_ROOT };

	for (; page.base < MACHINE_GICR_BASE + MACHINE_GICR_SIZE;
	     page.base += MACHINE_GICR_STEP)
		range_set(&page);
}

void gpc_init(const struct rmm_el3_bank *bank,
	      const struct rmm_el3_bank *window, bool whole_gic)
{
	const struct gpt_range ns = { bank->base, bank->size, GPI_NON_SECURE };
	const struct gpt_range realm = { MACHINE_RMM_BASE, MACHINE_RMM_SIZE,
					 GPI_REALM };
	const struct gpt_range smmu = { MACHINE_SMMU_TABLES_BASE,
					MACHINE_SMMU_TABLES_SIZE, GPI_ROOT };

	dram = *bank;
	dma = *window;
	gpt_init(&gpt);
	if (dma.size != 0 && !gpt_set_blocks(&gpt, &pcie_config))
		panic("the granule table of the board is wrong");
	for (size_t i = 0; i < sizeof(board) / sizeof(board[0]); i++)
		range_set(&board[i]);
	if (!whole_gic)
		redistributors_close();
	if (dma.size != 0)
		range_set(&pcie);
	range_set(&ns);
	range_set(&realm);
	range_set(&smmu);
	dcache_clean((uint64_t)l0, sizeof(l0));
	dcache_clean(TABLES_BASE, (uint64_t)gpt.l1_used * GPT_L1_BYTES);
}

static void tlbi_paallos(void)
{
	__asm__ volatile("sys #6, c8, c1, #4" ::: "memory");
	dsb(sy);
	isb();
}

void gpc_enable(void)
{
	dsb(sy);
	sysreg_write(GPTBR_EL3, (uint64_t)l0 >> MACHINE_PAGE_SHIFT);
	sysreg_write(GPCCR_EL3, GPCCR_TABLE);
	isb();
	tlbi_paallos();
	sysreg_write(GPCCR_EL3, GPCCR_TABLE | GPCCR_GPC);
	isb();
	tlbi_paallos();
}

/* Makes all CPUs forget the granules' old state (TLBI RPALOS). */
static void tlb_invalidate(const struct gpt_move *move)
{
	uint64_t operand =
		gpt_tlbi_operand(move->pa, move->count * MACHINE_PAGE_SIZE);

	dsb(oshst);
	__asm__ volatile("sys #6, c8, c4, #7, %0" ::"r"(operand) : "memory");
	dsb(osh);
}

#define GRANULE_LINES 64
_Static_assert(GRANULE_LINES *A64_CACHE_LINE == MACHINE_PAGE_SIZE, "lines");

/* DC CIPAPA of each line of a granule; %0 is the first, then the next one. */
#define DC_CIPAPA "sys #6, c7, c14, #1, %0\n\t"
#define NEXT_LINE "add %0, %0, #" A64_TEXT(A64_CACHE_LINE) "\n\t"
#define CIPAPA_GRANULE                                                         \
	".rept " A64_TEXT(GRANULE_LINES) "\n\t" DC_CIPAPA NEXT_LINE ".endr"

/*
 * Cleans and invalidates all lines of the granules in one physical address
 * space, to the point of physical aliasing. It is most of what a move costs:
 * hence a loop by granules, not by lines.
 */
static __attribute__((noinline)) void cache_flush(const struct gpt_move *move,
						  uint64_t space)
{
	uint64_t line = move->pa | space;
	uint64_t end = line + move->count * MACHINE_PAGE_SIZE;

	while (line != end)
		__asm__ volatile(CIPAPA_GRANULE : "+r"(line)::"memory");
	dsb(osh);
}

/*
 * The flush as Non-secure, the old owner, keeps its dirty lines from being
 * written back later.
 */
static void move_to_realm(const struct gpt_move *move)
{
	cache_flush(move, CIPAPA_REALM);
	gpt_set_run(&gpt, move->pa, move->count, GPI_REALM);
	tlb_invalidate(move);
	cache_flush(move, CIPAPA_NS);
}

/*
 * No world has access between the two flushes: otherwise lines of the Realm PAS
 * could be fetched again after the first one.
 */
static void move_to_ns(const struct gpt_move *move)
{
	gpt_set_run(&gpt, move->pa, move->count, GPI_NONE);
	tlb_invalidate(move);
	cache_flush(move, CIPAPA_REALM);
	cache_flush(move, CIPAPA_NS);
	gpt_set_run(&gpt, move->pa, move->count, GPI_NON_SECURE);
	tlb_invalidate(move);
}

/*
 * Returns how many granules of a move to Non-secure come before the RMM's own
 * memory, which stays Realm whatever the RMM asks for.
 */
static uint64_t movable(const struct gpt_move *move)
{
	uint64_t before = (MACHINE_RMM_BASE - move->pa) / MACHINE_PAGE_SIZE;

	if (move->pa - MACHINE_RMM_BASE < MACHINE_RMM_SIZE)
		return 0;
	if (move->pa > MACHINE_RMM_BASE)
		return move->count;
	return smaller(before, move->count);
}

static enum gpt_result move_locked(struct gpt_move *move)
{
	enum gpt_result result =
		gpt_find_run(&gpt, move->pa, move->from, &move->count);

	if (result != GPT_OK)
		return result;
	if (move->to == GPI_REALM)
		move_to_realm(move);
	else
		move_to_ns(move);
	return GPT_OK;
}

enum gpt_result gpc_move(const struct gpt_move *move, uint64_t *done)
{
	struct gpt_move found = *move;
	enum gpt_result result = GPT_BAD_ADDRESS;

	if (move->from == GPI_REALM) {
		found.count = movable(move);
	} else {
		found.count = dma_window_before(&dma, move->pa, move->count);
		result = GPT_BAD_GPI;
	}
	if (found.count > 0) {
		spinlock_acquire(&gpt_lock);
		result = move_locked(&found);
		spinlock_release(&gpt_lock);
	}
	*done = result == GPT_OK ? found.count : 0;
	return result;
}

/*
 * Other CPUs may be running a Realm, and writing: no granule is zeroed before
 * they have lost all. The lock stays taken, so that none is moved later.
 */
static void realm_memory_take(void)
{
	struct gpt_move run = { .pa = dram.base };

	spinlock_acquire(&gpt_lock);
	for (; gpt_next_run(&gpt, GPI_REALM, &run.pa, &run.count);
	     run.pa += run.count * MACHINE_PAGE_SIZE) {
		gpt_set_run(&gpt, run.pa, run.count, GPI_ROOT);
		tlb_invalidate(&run);
	}
}

/*
 * In DRAM, only the former Realm memory and the tables of the SMMU are Root.
 * Zeroed, the tables stop all DMA.
 */
void gpc_scrub(void)
{
	struct gpt_move run = { .pa = dram.base };
	uint64_t size;

	realm_memory_take();
	mmu_map_window(dram.base, dram.size);
	for (; gpt_next_run(&gpt, GPI_ROOT, &run.pa, &run.count);
	     run.pa += size) {
		size = run.count * MACHINE_PAGE_SIZE;
		cache_flush(&run, CIPAPA_REALM);
		memset((void *)(MMU_WINDOW + run.pa), 0, size);
		dcache_clean(MMU_WINDOW + run.pa, size);
	}
}

bool gpc_is_ns(uint64_t pa)
{
	bool is_ns;

	spinlock_acquire(&gpt_lock);
	is_ns = gpt_get(&gpt, pa) == GPI_NON_SECURE;
	spinlock_release(&gpt_lock);
	return is_ns;
}
