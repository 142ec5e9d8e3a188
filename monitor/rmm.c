/* SPDX-License-Identifier: BSD-3-Clause */
/* Boots the RMM on each CPU, and takes its calls to EL3. */
#include "monitor/rmm.h"

#include "abi/smccc.h"
#include "lib/log.h"
#include "monitor/core/manifest.h"
#include "monitor/services.h"

uint32_t rmm_failed;

static bool is_failed(void)
{
	return __atomic_load_n(&rmm_failed, __ATOMIC_RELAXED) != 0;
}

/*
 * Returns the Realm world's frame, set up for the RMM's entry (docs/machine.md,
 * Entry of the RMM).
 */
static struct frame *rmm_prepare(struct cpu *cpu)
{
	struct frame *frame = &cpu->context[WORLD_REALM].frame;

	context_init(cpu, WORLD_REALM);
	frame->elr = MACHINE_RMM_BASE;
	frame->x[0] = cpu->index;
	cpu->is_rmm_booting = true;
	return frame;
}

struct frame *rmm_cold_boot(struct cpu *cpu, const struct rmm_el3_bank *dram)
{
	struct manifest_page *page = (struct manifest_page *)MACHINE_RMM_SHARED;
	struct frame *frame = rmm_prepare(cpu);

	manifest_make(page, MACHINE_RMM_SHARED, dram);
	dcache_clean(MACHINE_RMM_SHARED, MACHINE_PAGE_SIZE);
	frame->x[1] = RMM_EL3_VERSION;
	frame->x[2] = MACHINE_MAX_CPUS;
	frame->x[3] = MACHINE_RMM_SHARED;
	return world_load(cpu, WORLD_REALM);
}

struct frame *rmm_warm_boot(struct cpu *cpu)
{
	struct frame *frame;

	if (is_failed())
		return world_load(cpu, WORLD_NS);
	frame = rmm_prepare(cpu);
	frame->x[1] = cpu->rmm_token;
	return world_load(cpu, WORLD_REALM);
}

static struct frame *boot_complete(struct cpu *cpu, const struct frame *realm)
{
	int result = (int)realm->x[1];

	cpu->is_rmm_booting = false;
	cpu->rmm_token = realm->x[2];
	if (result != RMM_EL3_BOOT_OK) {
		__atomic_store_n(&rmm_failed, 1, __ATOMIC_RELAXED);
		log_line("the RMM did not boot on CPU %u: %d", cpu->index,
			 result);
	}
	return world_switch(cpu, WORLD_NS);
}

struct frame *rmm_service(struct cpu *cpu)
{
	struct frame *frame = &cpu->context[WORLD_REALM].frame;

	if ((uint32_t)frame->x[0] == RMM_EL3_BOOT_COMPLETE && cpu->is_rmm_booting)
		return boot_complete(cpu, frame);
	services_rmm(frame);
	return frame;
}
