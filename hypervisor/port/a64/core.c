/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts the other cores. */
#include "hypervisor/port/a64/core.h"

#include <stdbool.h>

#include "abi/psci.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/mmu.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/a64.h"
#include "lib/log.h"
#include "lib/mpidr.h"

/* How long a core may take from CPU_ON to its first line of C, in seconds. */
#define START_SECONDS 10

struct core cores[MACHINE_MAX_CPUS] __attribute__((section(".bss.page")));

void core_main(struct core *core)
{
	mmu_enable();
	irq_core_init(core);
	__atomic_store_n(&core->data.online, 1, __ATOMIC_RELEASE);
	threads_run();
}

static bool core_wait(const struct core *core)
{
	uint64_t limit = START_SECONDS * sysreg_read(cntfrq_el0);
	uint64_t start = sysreg_read(cntpct_el0);

	while (!__atomic_load_n(&core->data.online, __ATOMIC_ACQUIRE)) {
		if (sysreg_read(cntpct_el0) - start > limit)
			return false;
	}
	return true;
}

static bool core_start(struct core *core, uint64_t affinity)
{
	int result;

	core->data.affinity = affinity;
	core->data.index = (unsigned)(core - cores);
	/* The started core reads its struct core with the MMU off. */
	dcache_clean((uintptr_t)core, MACHINE_PAGE_SIZE);
	result = power_core_on(affinity, (uintptr_t)core_entry, (uintptr_t)core);
	if (result != PSCI_SUCCESS) {
		log_line("core %llx cannot be started: PSCI error %d",
			 (unsigned long long)affinity, result);
	} else if (!core_wait(core)) {
		log_line("core %llx does not come up",
			 (unsigned long long)affinity);
	} else {
		return true;
	}
	return false;
}

unsigned cores_start(const struct board *board)
{
	unsigned running = 1;

	cores[0].data.affinity = sysreg_read(mpidr_el1) & MPIDR_AFFINITY;
	irq_machine_init();
	irq_core_init(&cores[0]);
	for (unsigned i = 0, next = 1; i < board->cpu_count; i++) {
		if (board->cpus[i] == cores[0].data.affinity)
			continue;
		if (next == MACHINE_MAX_CPUS)
			break;
		if (core_start(&cores[next], board->cpus[i]))
			running++;
		next++;
	}
	return running;
}
