/* SPDX-License-Identifier: BSD-3-Clause */
/* From entry to the first request, on the first CPU and on the others. */
#include <string.h>

#include "abi/rmi.h"
#include "abi/rmm_el3.h"
#include "lib/a64.h"
#include "lib/log.h"
#include "lib/number.h"
#include "lib/pgtable.h"
#include "lib/pl011.h"
#include "rmm/core/rmm.h"
#include "rmm/port/a64/attest.h"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/el3.h"
#include "rmm/port/a64/machine.h"
#include "rmm/port/a64/manifest.h"
#include "rmm/port/a64/panic.h"
#include "rmm/port/a64/rec_switch.h"
#include "rmm/port/a64/tables.h"

_Noreturn void boot_cold(uint64_t index, uint64_t version, uint64_t cpu_count,
			 uint64_t shared);
_Noreturn void boot_warm(uint64_t index);

/* 1 once the first CPU has booted. entry.S reads it with the MMU off. */
uint32_t booted __attribute__((section(".data")));

static struct cpu cpus[RMM_CPUS];
static uint64_t cpus_supported;
static struct rmm_port port;
static struct rmm rmm;
static uint64_t console;

static void console_put(char c)
{
	pl011_put(console, c);
}

void cpu_init(uint64_t index)
{
	struct cpu *cpu = &cpus[index];

	cpu->index = (uint32_t)index;
	cpu->exception_stack = tables_exception_stack(index);
	cpu->slots = 0;
	cpu->slot_table = tables_slots(index);
	cpu->block_entry = tables_block(index);
	sysreg_write(TPIDR_EL2, (uintptr_t)cpu);
	rec_cpu_init();
}

/* Serves requests for ever. No granule of a Realm stays mapped after one. */
static _Noreturn void boot_serve(void)
{
	struct smccc_regs regs = { { (uint64_t)RMM_EL3_BOOT_OK } };

	el3_request_next(&regs, RMM_EL3_BOOT_COMPLETE);
	for (;;) {
		if ((uint32_t)regs.x[0] == (uint32_t)RMI_REC_ENTER)
			rec_expect();
		rmm_stop_check();
		rmm_handle_rmi(&rmm, &regs);
		if (cpu_this()->slots != 0)
			rmm_stop("a command left a granule mapped");
		rec_leave();
		el3_request_next(&regs, RMM_EL3_REQ_COMPLETE);
	}
}

static _Noreturn void boot_fail(int64_t result)
{
	struct smccc_regs regs = { { (uint64_t)result } };

	el3_request_next(&regs, RMM_EL3_BOOT_COMPLETE);
	rmm_stop("EL3 goes on after a failed boot");
}

static int64_t interface_check(uint64_t index, uint64_t version,
			       uint64_t cpu_count)
{
	if (version >> 16 != RMM_EL3_VERSION >> 16)
		return RMM_EL3_BOOT_VERSION;
	if (cpu_count == 0 || cpu_count > RMM_CPUS)
		return RMM_EL3_BOOT_CPU_COUNT;
	if (index >= cpu_count)
		return RMM_EL3_BOOT_CPU_INDEX;
	cpus_supported = cpu_count;
	return RMM_EL3_BOOT_OK;
}

static int64_t manifest_load(uint64_t shared, struct manifest *manifest)
{
	if (shared == 0 || !tables_map(shared, GRANULE_SIZE, PGTABLE_DATA))
		return RMM_EL3_BOOT_SHARED;
	return manifest_read((const void *)(uintptr_t)shared, shared,
			     SLOT_WINDOW, manifest);
}

static int64_t console_start(const struct manifest *manifest)
{
	if (manifest->console == 0)
		return RMM_EL3_BOOT_OK;
	if (!tables_map(manifest->console, GRANULE_SIZE, PGTABLE_IO))
		return RMM_EL3_BOOT_MANIFEST_DATA;
	console = manifest->console;
	log_init("rmm", console_put);
	return RMM_EL3_BOOT_OK;
}

static uint64_t words_size(uint64_t memory_size)
{
	return memory_size / GRANULE_SIZE * sizeof(struct granule);
}

/* Starts the core, with the granules' words in memory that EL3 chooses. */
static int64_t rmm_start(const struct manifest *manifest)
{
	struct rmm_machine machine = {
		.memory_base = pa_make(manifest->memory_base),
		.memory_size = manifest->memory_size,
	};
	uint64_t size =
		align_up(words_size(manifest->memory_size), GRANULE_SIZE);
	uint64_t granules;

	el3_identify();
	if (!el3_reserve_memory(size, &granules) ||
	    !tables_map(granules, size, PGTABLE_DATA))
		return RMM_EL3_BOOT_NO_MEMORY;
	memset((void *)(uintptr_t)granules, 0, size);
	machine_identify(&port, &machine);
	hash_init(&port);
	rmm_init(&rmm, &port, &machine, (struct granule *)(uintptr_t)granules);
	return RMM_EL3_BOOT_OK;
}

static int64_t boot_start(uint64_t shared)
{
	struct manifest manifest;
	int64_t result = manifest_load(shared, &manifest);

	if (result == RMM_EL3_BOOT_OK)
		result = console_start(&manifest);
	if (result == RMM_EL3_BOOT_OK)
		result = rmm_start(&manifest);
	if (result == RMM_EL3_BOOT_OK)
		attest_start(&rmm.attestation, shared);
	return result;
}

void boot_cold(uint64_t index, uint64_t version, uint64_t cpu_count,
	       uint64_t shared)
{
	int64_t result = interface_check(index, version, cpu_count);

	cpu_init(index);
	if (result == RMM_EL3_BOOT_OK)
		result = boot_start(shared);
	if (result != RMM_EL3_BOOT_OK)
		boot_fail(result);
	tables_share(index);
	booted = 1;
	dcache_clean((uintptr_t)&booted, sizeof(booted));
	log_line("RMI 2.0, %lu MiB of memory from %lx, %lu KiB to track it",
		 rmm.machine.memory_size >> 20, rmm.machine.memory_base.value,
		 words_size(rmm.machine.memory_size) >> 10);
	log_line("attestation: %s", rmm.attestation.platform_token != NULL
					    ? "provisioned"
					    : "not provisioned");
	boot_serve();
}

void boot_warm(uint64_t index)
{
	cpu_init(index);
	if (index >= cpus_supported)
		boot_fail(RMM_EL3_BOOT_CPU_INDEX);
	boot_serve();
}
