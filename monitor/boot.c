/* SPDX-License-Identifier: BSD-3-Clause */
/* The main path: from reset to the first instruction of the hypervisor. */
#include "monitor/boot.h"

#include <string.h>

#include "abi/machine_map.h"
#include "lib/log.h"
#include "lib/number.h"
#include "lib/pl011.h"
#include "monitor/core/dram.h"
#include "monitor/core/el3_regs.h"
#include "monitor/core/firmware.h"
#include "monitor/dma_guard.h"
#include "monitor/gic.h"
#include "monitor/gpc.h"
#include "monitor/mmu.h"
#include "monitor/panic.h"
#include "monitor/psci_calls.h"
#include "monitor/rmm.h"
#include "monitor/services.h"

#define COUNTER_HZ 1000000000

/*
 * The levels below may use FP, SVE and SME. Accesses to trace and activity
 * monitor registers trap: the CPU has neither.
 */
#define CPTR_BELOW (CPTR_EL3_EZ | CPTR_EL3_ESM | CPTR_EL3_TTA | CPTR_EL3_TAM)

/*
 * The levels below have the PMU and self-hosted debug. No counter counts, and
 * no debugger works, in EL3.
 */
#define MDCR_BELOW                                                             \
	(MDCR_EL3_ENPM2 | MDCR_EL3_SPD32 | MDCR_EL3_SDD | MDCR_EL3_SCCD |      \
	 MDCR_EL3_MTPME | MDCR_EL3_MCCD)

#define VECTOR_LENGTH_MAX 0xf
#define SMCR_FA64         UINT64_C(0x80000000)

#define ID_PFR0_SVE(id) ((id) >> 32 & 0xf)
#define ID_PFR1_SME(id) ((id) >> 24 & 0xf)

static void console_put(char c)
{
	pl011_put(MACHINE_UART0_BASE, c);
}

static void console_init(void)
{
	pl011_init(MACHINE_UART0_BASE);
	log_init("monitor", console_put);
}

/*
 * Sets what EL3 allows the levels below, in both worlds (docs/machine.md, EL3
 * registers).
 */
static void traps_init(void)
{
	sysreg_write(CPTR_EL3, CPTR_BELOW);
	sysreg_write(MDCR_EL3, MDCR_BELOW);
	isb();
	if (ID_PFR0_SVE(sysreg_read(ID_AA64PFR0_EL1)))
		sysreg_write(ZCR_EL3, VECTOR_LENGTH_MAX);
	if (ID_PFR1_SME(sysreg_read(ID_AA64PFR1_EL1)))
		sysreg_write(SMCR_EL3, SMCR_FA64 | VECTOR_LENGTH_MAX);
	sysreg_write(CNTFRQ_EL0, COUNTER_HZ);
}

static const struct firmware_header *firmware_find(void)
{
	const struct firmware_header *header =
		(const struct firmware_header *)FIRMWARE_HEADER_OFFSET;
	const char *fault = firmware_fault(header);

	if (fault != NULL)
		panic(fault);
	return header;
}

/* The room that a hypervisor gets: at least ours, or all of its file. */
static uint64_t hypervisor_room(const struct firmware_header *header)
{
	return align_up(larger(header->part[FIRMWARE_HYPERVISOR].size,
			       MACHINE_HYP_SIZE),
			MACHINE_PAGE_SIZE);
}

static void memory_find(struct rmm_el3_bank *dram, uint64_t room)
{
	if (!dram_find((const void *)MACHINE_DTB_BASE, MACHINE_DTB_MAX,
		       "memory@", dram))
		panic("the board's device tree names no memory");
	if (dram->base != MACHINE_DRAM_BASE ||
	    dram->size < MACHINE_HYP_BASE + room - MACHINE_DRAM_BASE)
		panic("too little memory");
}

/*
 * Copies a part out of flash and zeroes the rest of its room, which is its bss.
 * The program starts with caches off, so both are cleaned to memory.
 */
static void part_load(const struct firmware_part *part, uint64_t to,
		      uint64_t room)
{
	uint8_t *image = (uint8_t *)to;

	memcpy(image, (const void *)part->offset, part->size);
	memset(image + part->size, 0, room - part->size);
	dcache_clean(to, room);
	icache_invalidate_all();
}

static void images_load(const struct firmware_header *header)
{
	part_load(&header->part[FIRMWARE_RMM], MACHINE_RMM_BASE,
		  MACHINE_RMM_IMAGE_SIZE);
	part_load(&header->part[FIRMWARE_HYPERVISOR], MACHINE_HYP_BASE,
		  hypervisor_room(header));
}

/* The steps of each CPU at each start, cold or warm. */
static struct cpu *cpu_start(uint64_t index)
{
	struct cpu *cpu = &cpus[index];
	uint64_t stack = (uint64_t)cpu_stacks[index + 1];

	sysreg_write(TPIDR_EL3, (uint64_t)cpu);
	cpu->index = (uint32_t)index;
	cpu->context[WORLD_NS].frame.stack = stack;
	cpu->context[WORLD_REALM].frame.stack = stack;
	gpc_enable();
	traps_init();
	gic_cpu_hand_over();
	return cpu;
}

static void ns_prepare(struct cpu *cpu, uint64_t entry, uint64_t context)
{
	struct frame *frame = &cpu->context[WORLD_NS].frame;

	context_init(cpu, WORLD_NS);
	frame->elr = entry;
	frame->x[0] = context;
}

struct frame *monitor_cold_boot(void)
{
	const struct firmware_header *header;
	struct rmm_el3_bank dram;
	struct rmm_el3_bank window;
	uint32_t cpu_count;
	struct cpu *cpu;

	console_init();
	mmu_init();
	mmu_enable();
	header = firmware_find();
	memory_find(&dram, hypervisor_room(header));
	window = dma_guard_start(&dram, header->dma_memory);
	gpc_init(&dram, &window,
		 (header->flags & FIRMWARE_FOREIGN_HYPERVISOR) != 0);
	cpu = cpu_start(0);
	images_load(header);
	services_init(header);
	gic_init();
	gic_cpu_setup(0);
	cpu_count = gic_count_cpus();
	psci_calls_init(cpu_count);
	log_line("RMM-EL3 %u.%u, %u CPUs, %llu MiB", RMM_EL3_VERSION >> 16,
		 RMM_EL3_VERSION & 0xffff, cpu_count,
		 (unsigned long long)dram.size >> 20);
	ns_prepare(cpu, MACHINE_HYP_BASE, MACHINE_DTB_BASE);
	return rmm_cold_boot(cpu, &dram);
}

struct frame *monitor_warm_boot(uint64_t index)
{
	struct psci_cpu start;
	struct cpu *cpu;

	mmu_enable();
	if (!psci_calls_started((uint32_t)index, &start))
		return NULL;
	cpu = cpu_start(index);
	ns_prepare(cpu, start.entry, start.context);
	return rmm_warm_boot(cpu);
}
