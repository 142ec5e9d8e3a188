/* SPDX-License-Identifier: BSD-3-Clause */
/* Boots the RMM, and carries requests to it and results back. */
#include "monitor/rmm.h"

#include "abi/smccc.h"
#include "lib/log.h"
#include "monitor/core/manifest.h"
#include "monitor/services.h"

#define REQUEST_WORDS 8

/* Set for good when any CPU's RMM did not boot: it serves nobody then. */
static bool has_failed;

static bool is_failed(void)
{
	return __atomic_load_n(&has_failed, __ATOMIC_RELAXED);
}

/* The Realm world's frame, at the RMM's entry. */
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

struct frame *rmm_request(struct cpu *cpu)
{
	struct frame *ns = &cpu->context[WORLD_NS].frame;
	struct frame *realm = &cpu->context[WORLD_REALM].frame;

	if (is_failed()) {
		ns->x[0] = SMCCC_NOT_SUPPORTED;
		return ns;
	}
	for (unsigned i = 0; i < REQUEST_WORDS; i++)
		realm->x[i] = ns->x[i];
	return world_switch(cpu, WORLD_REALM);
}

struct frame *rmm_complete(struct cpu *cpu)
{
	struct frame *ns = &cpu->context[WORLD_NS].frame;
	struct frame *realm = &cpu->context[WORLD_REALM].frame;

	/* Before its BOOT_COMPLETE there is no request. */
	if (cpu->is_rmm_booting) {
		realm->x[0] = SMCCC_NOT_SUPPORTED;
		return realm;
	}
	for (unsigned i = 0; i < REQUEST_WORDS; i++)
		ns->x[i] = realm->x[i + 1];
	return world_switch(cpu, WORLD_NS);
}

static struct frame *boot_complete(struct cpu *cpu, const struct frame *realm)
{
	int result = (int)realm->x[1];

	cpu->is_rmm_booting = false;
	cpu->rmm_token = realm->x[2];
	if (result != RMM_EL3_BOOT_OK) {
		__atomic_store_n(&has_failed, true, __ATOMIC_RELAXED);
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
