/* SPDX-License-Identifier: BSD-3-Clause */
/* The SMMU of QEMU's board (Arm IHI0070), driven by EL3. */
#include "monitor/dma_guard.h"

#include <stdbool.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/dma_guard.h"
#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "lib/a64.h"
#include "lib/spinlock.h"
#include "monitor/core/dma_window.h"
#include "monitor/core/dram.h"
#include "monitor/panic.h"

/* More often than this, EL3 does not look whether the SMMU has obeyed. QEMU's
 * does at once. */
#define PATIENCE 1000000

#define HYP_END (MACHINE_HYP_BASE + MACHINE_HYP_SIZE)

/* A queue's index and its wrap bit. */
#define INDEX_MASK(log2) ((2u << (log2)) - 1)
/* The bit of a producer index that says that events were lost. */
#define OVERFLOW_FLAG 0x80000000u

_Static_assert(sizeof(struct dma_tables) <= MACHINE_SMMU_TABLES_SIZE, "tables");
_Static_assert(MACHINE_SMMU_TABLES_BASE %
			       sizeof((struct dma_tables){ 0 }.streams) ==
		       0,
	       "alignment");

static struct rmm_el3_bank window;
static struct dma_faults faults;
/* Guards the event queue and faults. */
static struct spinlock faults_lock;

static struct dma_tables *tables(void)
{
	return (struct dma_tables *)MACHINE_SMMU_TABLES_BASE;
}

static uint32_t reg_read(uint32_t offset)
{
	return mmio_read32(MACHINE_SMMU_BASE + offset);
}

static void reg_write(uint32_t offset, uint32_t value)
{
	mmio_write32(MACHINE_SMMU_BASE + offset, value);
}

static void base_write(uint32_t offset, const void *base, unsigned log2)
{
	mmio_write64(MACHINE_SMMU_BASE + offset, (uint64_t)base | log2);
}

/* Waits until the masked bits of a register have that value. */
static void reg_await(uint32_t offset, uint32_t mask, uint32_t value)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if ((reg_read(offset) & mask) == value)
			return;
	}
	panic("the SMMU does not obey");
}

static void cr0_write(uint32_t bits)
{
	reg_write(SMMU_CR0, bits);
	reg_await(SMMU_CR0ACK, UINT32_MAX, bits);
}

/* From here on no device accesses memory, until the SMMU is enabled. */
static void dma_stop(void)
{
	cr0_write(0);
	reg_write(SMMU_GBPA, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	reg_await(SMMU_GBPA, SMMU_GBPA_UPDATE, 0);
}

static void smmu_check(void)
{
	uint32_t idr0 = reg_read(SMMU_IDR0);

	if (!(idr0 & SMMU_IDR0_S2P))
		panic("the SMMU has no stage 2");
	if (BITS_GET(idr0, SMMU_IDR0_ST_LEVEL) != 1 ||
	    BITS_GET(reg_read(SMMU_IDR1), SMMU_IDR1_SIDSIZE) < DMA_STREAM_BITS)
		panic("the SMMU has too few streams");
}

/* Makes the SMMU forget what it may have cached, and waits until it has. */
static void caches_drop(void)
{
	static const uint64_t commands[][SMMU_CMD_WORDS] = {
		{ SMMU_CMD_CFGI_ALL, SMMU_CMD_CFGI_RANGE },
		{ SMMU_CMD_TLBI_ALL, 0 },
		{ SMMU_CMD_SYNC, 0 },
	};
	uint32_t count = sizeof(commands) / sizeof(commands[0]);

	memcpy(tables()->commands, commands, sizeof(commands));
	dcache_clean((uint64_t)tables()->commands, sizeof(commands));
	reg_write(SMMU_CMDQ_PROD, count);
	reg_await(SMMU_CMDQ_CONS, INDEX_MASK(DMA_COMMANDS_LOG2), count);
	if (reg_read(SMMU_GERROR) & SMMU_GERROR_CMDQ)
		panic("the SMMU refuses a command");
}

static void smmu_enable(void)
{
	struct dma_tables *t = tables();

	reg_write(SMMU_CR1, SMMU_CR1_CACHED);
	reg_write(SMMU_CR2, SMMU_CR2_RECINVSID);
	base_write(SMMU_STRTAB_BASE, t->buses, 0);
	reg_write(SMMU_STRTAB_BASE_CFG,
		  SMMU_STRTAB_CFG_TWO_LEVELS |
			  SMMU_STRTAB_CFG_SPLIT(DMA_STREAM_LOW) |
			  SMMU_STRTAB_CFG_SIZE(DMA_STREAM_BITS));
	base_write(SMMU_CMDQ_BASE, t->commands, DMA_COMMANDS_LOG2);
	reg_write(SMMU_CMDQ_PROD, 0);
	reg_write(SMMU_CMDQ_CONS, 0);
	base_write(SMMU_EVENTQ_BASE, t->events, DMA_EVENTS_LOG2);
	reg_write(SMMU_EVENTQ_PROD, 0);
	reg_write(SMMU_EVENTQ_CONS, 0);
	cr0_write(SMMU_CR0_CMDQEN);
	caches_drop();
	cr0_write(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN);
	cr0_write(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
}

struct rmm_el3_bank dma_guard_start(const struct rmm_el3_bank *dram,
				    uint64_t asked)
{
	struct rmm_el3_bank smmu;

	if (!dram_find((const void *)MACHINE_DTB_BASE, MACHINE_DTB_MAX,
		       "smmuv3@", &smmu))
		return window;
	if (smmu.base != MACHINE_SMMU_BASE)
		panic("the SMMU is not where it should be");
	smmu_check();
	dma_stop();
	if (!dma_window_choose(dram, HYP_END, asked, &window))
		panic("the memory for devices does not fit");
	memset(tables(), 0, sizeof(*tables()));
	dma_tables_fill(tables(), (uint64_t)tables(), &window);
	dcache_clean((uint64_t)tables(), sizeof(*tables()));
	smmu_enable();
	return window;
}

/* ---- Calls of the hypervisor ---- */

/* Events that find no place are lost: the SMMU then toggles a bit, until EL3
 * has answered by toggling the same one. */
static void losses_note(void)
{
	uint32_t error = reg_read(SMMU_GERROR);

	if (((error ^ reg_read(SMMU_GERRORN)) & SMMU_GERROR_EVENTQ) == 0)
		return;
	faults.more = true;
	reg_write(SMMU_GERRORN, error);
}

static void faults_take(void)
{
	uint32_t end = reg_read(SMMU_EVENTQ_PROD);
	uint32_t at = reg_read(SMMU_EVENTQ_CONS);

	if ((end ^ at) & OVERFLOW_FLAG)
		faults.more = true;
	for (; ((at ^ end) & INDEX_MASK(DMA_EVENTS_LOG2)) != 0; at++) {
		dma_fault_count(&faults,
				tables()->events[at % (1 << DMA_EVENTS_LOG2)]);
	}
	reg_write(SMMU_EVENTQ_CONS, end);
	losses_note();
}

static void faults_serve(struct frame *frame)
{
	spinlock_acquire(&faults_lock);
	if (window.size != 0)
		faults_take();
	frame->x[1] = faults.count;
	frame->x[2] = faults.more;
	frame->x[3] = faults.address;
	frame->x[4] = faults.what;
	spinlock_release(&faults_lock);
}

void dma_guard_serve(struct frame *frame)
{
	switch ((uint32_t)frame->x[0] & ~(uint32_t)SMCCC_SVE_HINT) {
	case DMA_GUARD_WINDOW:
		frame->x[1] = window.base;
		frame->x[2] = window.size;
		break;
	default: /* DMA_GUARD_FAULTS */
		faults_serve(frame);
	}
	frame->x[0] = SMCCC_SUCCESS;
}
