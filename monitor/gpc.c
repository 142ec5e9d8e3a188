// SPDX-License-Identifier: BSD-3-Clause
// Granule protection on the machine (Arm DDI0487 D9; the order of maintenance
// is that of the Arm Architecture Procedures for changes of PAS).
#include "monitor/gpc.h"

#include <stddef.h>

#include "abi/machine_map.h"
#include "lib/a64.h"
#include "lib/spinlock.h"
#include "monitor/core/gpt.h"
#include "monitor/panic.h"

#define TABLES_BASE (MACHINE_MONITOR_BASE + MACHINE_MONITOR_SIZE)
#define TABLES_SIZE (MACHINE_SECURE_RAM_SIZE - MACHINE_MONITOR_SIZE)

/* 1 TiB, write-back inner shareable walks, 4 KiB granules. */
#define GPCCR_PPS_1TIB 2
#define GPCCR_IRGN_WB  (1 << 8)
#define GPCCR_ORGN_WB  (1 << 10)
#define GPCCR_SH_INNER (3 << 12)
#define GPCCR_GPC      (1 << 16)
#define GPCCR_TABLE                                                            \
	(GPCCR_PPS_1TIB | GPCCR_IRGN_WB | GPCCR_ORGN_WB | GPCCR_SH_INNER)

/* A physical address with its space, as DC CIPAPA takes it. */
#define PAS_NS    (UINT64_C(1) << 63)
#define PAS_REALM (UINT64_C(3) << 62)

/* Later rows are exceptions from those before them. */
static const struct gpt_range board[] = {
	{ MACHINE_FLASH0_BASE, MACHINE_FLASH0_SIZE, GPI_ROOT },
	{ MACHINE_FLASH1_BASE, MACHINE_FLASH1_SIZE, GPI_NON_SECURE },
	/* EL3 has the Secure view of the GIC, the hypervisor its own. */
	{ MACHINE_GICD_BASE, MACHINE_UART0_BASE - MACHINE_GICD_BASE, GPI_ANY },
	{ MACHINE_UART0_BASE, MACHINE_DEVICES_END - MACHINE_UART0_BASE,
		GPI_NON_SECURE },
	/* The log of every world. */
	{ MACHINE_UART0_BASE, MACHINE_PAGE_SIZE, GPI_ANY },
	{ MACHINE_UART1_BASE, MACHINE_PAGE_SIZE, GPI_ROOT },
	{ MACHINE_SEC_GPIO, MACHINE_PAGE_SIZE, GPI_ROOT },
	{ MACHINE_SECURE_RAM_BASE, MACHINE_SECURE_RAM_SIZE, GPI_ROOT },
	{ MACHINE_PCIE_BASE, MACHINE_PCIE_END - MACHINE_PCIE_BASE,
		GPI_NON_SECURE },
};
static const struct gpt_range high[] = {
	{ MACHINE_HIGH_IO_BASE, MACHINE_HIGH_IO_SIZE, GPI_NON_SECURE },
	{ MACHINE_HIGH_MMIO_BASE, MACHINE_HIGH_MMIO_SIZE, GPI_NON_SECURE },
};

static uint64_t l0[GPT_L0_ENTRIES]
	__attribute__((aligned(GPT_L0_ENTRIES * sizeof(uint64_t))));
static struct gpt gpt = {
	.l0 = l0,
	.l1 = (uint64_t *)TABLES_BASE,
	.l1_tables = TABLES_SIZE / GPT_L1_BYTES,
};
/* Of the table: a change of one granule rewrites a word of sixteen. */
static struct spinlock gpt_lock;

static void set(const struct gpt_range *range)
{
	if (!gpt_set_granules(&gpt, range))
		panic("more memory than the granule tables can cover");
}

void gpc_init(const struct rmm_el3_bank *dram)
{
	const struct gpt_range ns = { dram->base, dram->size, GPI_NON_SECURE };
	const struct gpt_range realm = { MACHINE_RMM_BASE, MACHINE_RMM_SIZE,
		GPI_REALM };

	gpt_init(&gpt);
	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++) {
		if (!gpt_set_blocks(&gpt, &high[i]))
			panic("the granule table of the board is wrong");
	}
	for (size_t i = 0; i < sizeof(board) / sizeof(board[0]); i++)
		set(&board[i]);
	set(&ns);
	set(&realm);
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

/* TLBI RPALOS for one granule, on all CPUs. */
static void forget_granule(uint64_t pa)
{
	dsb(oshst);
	__asm__ volatile("sys #6, c8, c4, #7, %0" ::"r"(pa >> MACHINE_PAGE_SHIFT)
		: "memory");
	dsb(osh);
}

/* DC CIPAPA: to the point of physical aliasing, all lines of a granule. */
static void flush_granule(uint64_t pa, uint64_t space)
{
	uint64_t line = pa;

	for (; line < pa + MACHINE_PAGE_SIZE; line += A64_CACHE_LINE)
		__asm__ volatile("sys #6, c7, c14, #1, %0" ::"r"(line | space)
			: "memory");
	dsb(osh);
}

static int status_of(enum gpt_result result)
{
	static const int status[] = {
		[GPT_OK] = RMM_EL3_OK,
		[GPT_BAD_ADDRESS] = RMM_EL3_E_BAD_ADDR,
		[GPT_BAD_GPI] = RMM_EL3_E_BAD_PAS,
	};

	return status[result];
}

static enum gpt_result delegate(uint64_t pa)
{
	enum gpt_result result;

	/* What the old owner has in caches must not come out later. */
	if (gpt_get(&gpt, pa) == GPI_NON_SECURE)
		flush_granule(pa, PAS_REALM);
	result = gpt_move(&gpt, pa, GPI_NON_SECURE, GPI_REALM);
	if (result != GPT_OK)
		return result;
	forget_granule(pa);
	flush_granule(pa, PAS_NS);
	return GPT_OK;
}

static enum gpt_result undelegate(uint64_t pa)
{
	enum gpt_result result = gpt_move(&gpt, pa, GPI_REALM, GPI_NONE);

	if (result != GPT_OK)
		return result;
	forget_granule(pa);
	flush_granule(pa, PAS_REALM);
	flush_granule(pa, PAS_NS);
	result = gpt_move(&gpt, pa, GPI_NONE, GPI_NON_SECURE);
	forget_granule(pa);
	return result;
}

int gpc_delegate(uint64_t pa)
{
	enum gpt_result result;

	spinlock_acquire(&gpt_lock);
	result = delegate(pa);
	spinlock_release(&gpt_lock);
	return status_of(result);
}

/* The RMM's own memory stays its own. */
static bool is_rmm(uint64_t pa)
{
	return pa - MACHINE_RMM_BASE < MACHINE_RMM_SIZE;
}

int gpc_undelegate(uint64_t pa)
{
	enum gpt_result result;

	if (is_rmm(pa))
		return RMM_EL3_E_BAD_ADDR;
	spinlock_acquire(&gpt_lock);
	result = undelegate(pa);
	spinlock_release(&gpt_lock);
	return status_of(result);
}

bool gpc_is_ns(uint64_t pa)
{
	bool is_ns;

	spinlock_acquire(&gpt_lock);
	is_ns = gpt_get(&gpt, pa) == GPI_NON_SECURE;
	spinlock_release(&gpt_lock);
	return is_ns;
}
