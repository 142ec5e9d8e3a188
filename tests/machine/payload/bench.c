/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A benchmark in the hypervisor's place, with its MMU on as the hypervisor's
 * is. It prints what calls cost in ticks of the counter, and turns the machine
 * off. With -icount shift=0 a tick is an instruction, otherwise a nanosecond.
 * Over bare_el3.S, which serves no calls, the only figure is two SMCs, which
 * are a round trip to the other world.
 */
#include <stdbool.h>
#include <stdint.h>

#include "abi/machine_map.h"
#include "abi/psci.h"
#include "abi/rmi.h"
#include "lib/a64.h"
#include "lib/image.h"
#include "lib/log.h"
#include "lib/pgtable.h"
#include "tests/machine/payload/bench.h"
#include "tests/machine/payload/payload.h"

#define GRANULE    UINT64_C(0x1000)
#define RANGE_BASE UINT64_C(0x50000000)
#define RANGE      256
#define ROUNDS     20
#define TURNS      2000 /* of a call of some microseconds */
#define TURNS_HASH 10
#define POOL_PAGES 8

#define TCR_VALUE (PGTABLE_TCR | PGTABLE_TCR_PS_40BIT | PGTABLE_TCR_RES1)
#define SCTLR_VALUE                                                            \
	(SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)

static uint64_t root[PGTABLE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t pool[POOL_PAGES][PGTABLE_ENTRIES] __attribute__((aligned(4096)));

static void bench_map(struct pgtable *table, uint64_t base, uint64_t end,
		      uint64_t attributes)
{
	const struct pgtable_range range = { base, base, end - base,
					     attributes };

	if (!pgtable_map(table, &range))
		log_line_unlocked("too few tables");
}

static void mmu_on(void)
{
	struct pgtable table = { root, pool[0], POOL_PAGES, 0 };

	bench_map(&table, MACHINE_UART0_BASE, MACHINE_UART0_BASE + GRANULE,
		  PGTABLE_IO);
	bench_map(&table, (uintptr_t)image_start, (uintptr_t)image_text_end,
		  PGTABLE_CODE);
	bench_map(&table, (uintptr_t)image_text_end,
		  (uintptr_t)image_rodata_end, PGTABLE_RODATA);
	bench_map(&table, (uintptr_t)image_rodata_end,
		  MACHINE_HYP_BASE + MACHINE_HYP_SIZE, PGTABLE_DATA);
	sysreg_write(MAIR_EL2, PGTABLE_MAIR);
	sysreg_write(TCR_EL2, TCR_VALUE);
	sysreg_write(TTBR0_EL2, (uintptr_t)root);
	dsb(sy);
	isb();
	sysreg_write(SCTLR_EL2, SCTLR_VALUE);
	isb();
}

static uint64_t bench_call(uint64_t fid, uint64_t a, uint64_t b)
{
	uint64_t x[4] = { fid, a, b, 0 };
	uint64_t ticks = bench_smc(x);

	if (x[0] != 0)
		log_line_unlocked("call %lx failed: %lx", fid, x[0]);
	return ticks;
}

static uint64_t nop_cost(void)
{
	uint64_t x[4] = { 0 };

	return bench_nop(x);
}

static uint64_t version_cost(void)
{
	return bench_call(RMI_VERSION, RMI_ABI_VERSION, 0);
}

static uint64_t bare_cost(void)
{
	uint64_t x[4] = { 0 };

	return bench_smc_twice(x);
}

/* Returns true if the monitor is below. The bare EL3 changes no register. */
static bool is_served(void)
{
	uint64_t x[4] = { PSCI_VERSION };

	(void)bench_smc_twice(x);
	return x[0] != PSCI_VERSION;
}

/* Moves a whole range, by as many calls as it takes, and returns the ticks. */
static uint64_t range_cost(uint64_t fid, uint64_t granules)
{
	uint64_t x[4], next = RANGE_BASE, top = next + granules * GRANULE;
	uint64_t ticks = 0;

	while (next < top) {
		x[0] = fid;
		x[1] = next;
		x[2] = top;
		ticks += bench_smc(x) - nop_cost();
		if (x[0] != RMI_SUCCESS || x[1] <= next) {
			log_line_unlocked("moving failed: %lx", x[0]);
			return 0;
		}
		next = x[1];
	}
	return ticks;
}

static void bench_report(const char *what, uint64_t ticks)
{
	log_line_unlocked("%s %lu", what, ticks);
}

static uint64_t cost_mean(uint64_t (*once)(void))
{
	uint64_t total = 0;

	for (unsigned i = 0; i < ROUNDS; i++)
		total += once();
	return total / ROUNDS;
}

/* Returns the best of several means. So the result has neither a slow moment of
 * the machine nor QEMU's translation of code that runs for the first time. */
static uint64_t cost_best(uint64_t (*once)(void), unsigned turns)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < turns; i++) {
		uint64_t ticks = cost_mean(once);

		least = ticks < least ? ticks : least;
	}
	return least;
}

/* Returns the cost of a call, less that of the measurement itself. */
static uint64_t cost_of(uint64_t (*once)(void))
{
	return cost_best(once, TURNS) - cost_best(nop_cost, TURNS);
}

static void measure_granules(void)
{
	(void)bench_call(RMI_RMM_ACTIVATE, 0, 0);
	(void)range_cost(RMI_GRANULE_RANGE_DELEGATE, RANGE);
	(void)range_cost(RMI_GRANULE_RANGE_UNDELEGATE, RANGE);
	bench_report("delegate_one", range_cost(RMI_GRANULE_RANGE_DELEGATE, 1));
	bench_report("undelegate_one",
		     range_cost(RMI_GRANULE_RANGE_UNDELEGATE, 1));
	bench_report("delegate_range",
		     range_cost(RMI_GRANULE_RANGE_DELEGATE, RANGE) / RANGE);
	bench_report("undelegate_range",
		     range_cost(RMI_GRANULE_RANGE_UNDELEGATE, RANGE) / RANGE);
}

void payload_main(uint64_t argument, uint64_t x1, uint64_t x2, uint64_t x3)
{
	(void)argument;
	(void)x1;
	(void)x2;
	(void)x3;
	console_init("bench");
	mmu_on();
	if (is_served()) {
		bench_report("version", cost_of(version_cost));
		measure_granules();
		bench_report("sign", bench_sign());
		bench_report("product_few", bench_product_few());
		bench_report("product_many", bench_product_many());
		bench_report("hash_plain",
			     cost_best(bench_hash_plain, TURNS_HASH));
		bench_report("hash_cpu", cost_best(bench_hash_cpu, TURNS_HASH));
	} else {
		bench_report("bare", cost_of(bare_cost));
	}
	(void)bench_call(PSCI_SYSTEM_OFF, 0, 0);
	for (;;)
		wfi();
}
