/* SPDX-License-Identifier: BSD-3-Clause */
/* The bench of the Realm builder's tests. */
#include "tests/builder/bench.h"

#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "abi/rsi.h"

#define MEMORY_BASE  UINT64_C(0x80000000)
#define MEMORY_SIZE  UINT64_C(0x10000000)
#define HANDLE       UINT64_C(0x5eed) /* of deferred calls, not the RMM's */
#define SOURCE_PAGES UINT64_C(520)

#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

/* ---- Plans ---- */

const char *const plan_names[PLANS] = { "small",     "smp",  "odd",
					"two_banks", "high", "large" };

static struct realm_ram small_ram[] = { { { GIB(1) }, MIB(256) } };
static struct realm_segment small_segments[] = {
	{ { GIB(1) + 0x80000 }, 0x2801, { MEMORY_BASE } },
	{ { GIB(1) + MIB(128) }, 0x1000, { MEMORY_BASE + 0x5000 } },
};

static struct realm_ram smp_ram[] = { { { GIB(1) }, GIB(3) } };
static struct realm_segment smp_segments[] = {
	{ { GIB(1) + MIB(2) - 0x2000 }, 0x4000, { MEMORY_BASE } },
};

/* Neither end falls on the boundary of an entry above the pages. */
static struct realm_ram odd_ram[] = { { { GIB(1) + 0x3000 }, MIB(4) + 0x5000 } };
static struct realm_segment odd_segments[] = {
	{ { GIB(1) + 0x3000 }, 0x1000, { MEMORY_BASE } },
};

static struct realm_ram two_ram[] = { { { GIB(1) }, GIB(3) },
				      { { GIB(8) }, GIB(2) + MIB(2) } };
static struct realm_segment two_segments[] = {
	{ { GIB(1) }, 0x2000, { MEMORY_BASE } },
	{ { GIB(10) }, 0x1fff, { MEMORY_BASE + 0x2000 } },
};

/* For IPAs above 2^43 a walk has to start at level 0. */
static struct realm_ram high_ram[] = { { { UINT64_C(1) << 44 }, MIB(6) } };
static struct realm_segment high_segments[] = {
	{ { UINT64_C(1) << 44 }, 0x1000, { MEMORY_BASE } },
};

/* More pages than are delegated at a time, and than one table maps. */
static struct realm_segment large_segments[] = {
	{ { GIB(1) + MIB(1) }, SOURCE_PAGES *RMI_GRANULE_SIZE, { MEMORY_BASE } },
};

#define PLAN(name, load, n, hash)                                              \
	{                                                                      \
		.ram = name,                                                   \
		.ram_count = sizeof(name) / sizeof(name[0]),                   \
		.segments = load,                                              \
		.segment_count = sizeof(load) / sizeof(load[0]),               \
		.vcpus = n,                                                    \
		.pc = 0x40080000,                                              \
		.gprs = { 0x48000000 },                                        \
		.hash_algo = hash,                                             \
		.rpv = { 1, 2, 3 },                                            \
	}

static const struct realm_plan plans[PLANS] = {
	PLAN(small_ram, small_segments, 1, RMI_HASH_SHA_256),
	PLAN(smp_ram, smp_segments, 4, RMI_HASH_SHA_512),
	PLAN(odd_ram, odd_segments, 1, RMI_HASH_SHA_384),
	PLAN(two_ram, two_segments, 2, RMI_HASH_SHA_256),
	PLAN(high_ram, high_segments, 1, RMI_HASH_SHA_512),
	PLAN(small_ram, large_segments, 1, RMI_HASH_SHA_256),
};

const struct realm_plan *bench_plan(unsigned number)
{
	return &plans[number];
}

/* ---- The meddler ---- */

static bool struck(const struct bench *bench, uint64_t number)
{
	const struct meddler *meddler = &bench->meddler;

	return meddler->at != NEVER && number >= meddler->at &&
	       number - meddler->at < meddler->times;
}

/* Plays an RMM that refuses to undelegate one page, and moves the pages before
 * it. */
static bool kept(struct bench *bench, struct smccc_regs *regs)
{
	struct meddler *meddler = &bench->meddler;
	uint64_t page = meddler->kept.value;

	if (regs->x[0] != RMI_GRANULE_RANGE_UNDELEGATE ||
	    meddler->kept_times == 0 || page < regs->x[1] || page >= regs->x[2])
		return false;
	if (regs->x[1] < page) {
		regs->x[2] = page;
		return false;
	}
	meddler->kept_times--;
	regs->x[0] = RMI_ERROR_INPUT;
	return true;
}

static void defer(struct bench *bench, struct smccc_regs *regs)
{
	bench->deferred = *regs;
	regs->x[0] = RMI_INCOMPLETE;
	regs->x[1] = HANDLE;
}

static void tamper(struct bench *bench)
{
	struct rmi_rec_params *params =
		inprocess_host_page(bench->rmm, bench->rec_params);

	assert_non_null(params);
	params->mpidr = 0x10; /* outside of Aff0[3:0] */
}

/* A xorshift generator, so that each run has the same faults. */
static uint32_t random_next(struct meddler *meddler)
{
	meddler->random ^= meddler->random << 13;
	meddler->random ^= meddler->random >> 17;
	meddler->random ^= meddler->random << 5;
	return meddler->random;
}

/* Refuses one call in eight, or answers BUSY. The last call of an operation is
 * not refused: the RMM would have returned its memory before. */
static void roll(struct bench *bench, struct smccc_regs *regs)
{
	static const uint64_t answers[] = { RMI_ERROR_INPUT, RMI_ERROR_RTT,
					    RMI_ERROR_GLOBAL, RMI_BUSY };

	if (regs->x[0] != RMI_OP_CONTINUE &&
	    random_next(&bench->meddler) % 8 == 0)
		regs->x[0] = answers[random_next(&bench->meddler) % 4];
	else
		inprocess_smc(bench->rmm, regs);
}

static void meddle(struct bench *bench, struct smccc_regs *regs)
{
	switch (bench->meddler.how) {
	case MEDDLE_ANSWER:
		regs->x[0] = bench->meddler.x0;
		break;
	case MEDDLE_DEFER:
		defer(bench, regs);
		break;
	case MEDDLE_RANDOM:
		roll(bench, regs);
		break;
	case MEDDLE_TAMPER:
		tamper(bench);
		inprocess_smc(bench->rmm, regs);
		break;
	}
}

static void bench_smc(void *ctx, struct smccc_regs *regs)
{
	struct bench *bench = ctx;
	uint64_t number = bench->calls++;

	if (number < BENCH_TRACE)
		bench->trace[number] = (uint32_t)regs->x[0];
	if (regs->x[0] == RMI_REC_CREATE)
		bench->rec_params = regs->x[3];
	if (struck(bench, number)) {
		meddle(bench, regs);
		return;
	}
	if (kept(bench, regs))
		return;
	if (regs->x[0] == RMI_OP_CONTINUE && regs->x[1] == HANDLE)
		*regs = bench->deferred;
	inprocess_smc(bench->rmm, regs);
}

static bool bench_alloc(void *ctx, uint64_t count, uint64_t align, pa_t *base)
{
	struct bench *bench = ctx;
	const struct meddler *meddler = &bench->meddler;
	uint64_t number = bench->allocs++;

	if (number >= meddler->alloc_at &&
	    number - meddler->alloc_at < meddler->alloc_times)
		return false;
	return bench->port.ops.pages_alloc(&bench->port, count, align, base);
}

static bool bench_dma_alloc(void *ctx, uint64_t count, uint64_t align,
			    pa_t *base)
{
	struct bench *bench = ctx;

	return bench->port.ops.dma_pages_alloc(&bench->port, count, align, base);
}

static void bench_free(void *ctx, pa_t base, uint64_t count)
{
	struct bench *bench = ctx;

	for (uint64_t i = 0; i < count; i++) {
		assert_false(inprocess_in_realm(
			bench->rmm, base.value + i * RMI_GRANULE_SIZE));
	}
	bench->port.ops.pages_free(&bench->port, base, count);
}

static uint64_t bench_take(void *ctx, uint64_t max, pa_t *at)
{
	struct bench *bench = ctx;

	return bench->port.ops.pages_take(&bench->port, max, at);
}

static void *bench_map(void *ctx, pa_t page)
{
	struct bench *bench = ctx;

	return bench->port.ops.page_map(&bench->port, page);
}

static void bench_unmap(void *ctx, pa_t page, void *address)
{
	struct bench *bench = ctx;

	bench->port.ops.page_unmap(&bench->port, page, address);
}

static void bench_code_sync(void *ctx, pa_t base, uint64_t count)
{
	struct bench *bench = ctx;

	(void)base;
	__atomic_fetch_add(&bench->code_syncs, count, __ATOMIC_RELAXED);
}

static void bench_relax(void *ctx, bool waiting)
{
	struct bench *bench = ctx;

	__atomic_fetch_add(&bench->waits, waiting, __ATOMIC_RELAXED);
}

static uint64_t bench_now_ns(void *ctx)
{
	struct bench *bench = ctx;

	return __atomic_load_n(&bench->waits, __ATOMIC_RELAXED) * BENCH_WAIT_NS;
}

void bench_watch(struct bench *bench)
{
	bench->meddler = (struct meddler){
		.at = NEVER, .alloc_at = NEVER, .alloc_times = 1, .times = 1
	};
	bench->calls = 0;
	bench->allocs = 0;
}

/* ---- The machine ---- */

static void machine_smc(void *ctx, struct smccc_regs *regs)
{
	inprocess_smc(ctx, regs);
}

static void *machine_page(void *ctx, pa_t page)
{
	void *address = inprocess_host_page(ctx, page.value);

	assert_non_null(address);
	return address;
}

/* Fills the source pages so that no two are equal. */
static void sources_fill(struct bench *bench)
{
	pa_t base;

	assert_true(bench->port.ops.pages_alloc(&bench->port, SOURCE_PAGES, 1,
						&base));
	assert_int_equal(base.value, MEMORY_BASE);
	for (unsigned i = 0; i < SOURCE_PAGES; i++) {
		memset(machine_page(bench->rmm,
				    pa_add(base, (uint64_t)i * RMI_GRANULE_SIZE)),
		       (int)(i % 251 + 1), RMI_GRANULE_SIZE);
	}
	bench->used = bench->port.pages.used;
}

int bench_setup(void **state)
{
	static const struct rmm_machine machine = {
		.memory_base = { MEMORY_BASE },
		.memory_size = MEMORY_SIZE,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};
	static const struct host_ram bank = { { MEMORY_BASE }, MEMORY_SIZE };
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->rmm = inprocess_create(&machine);
	assert_non_null(bench->rmm);
	assert_true(host_inprocess_open(
		&bench->port,
		&(struct inprocess_machine){ .base = bank.base,
					     .size = bank.size,
					     .ctx = bench->rmm,
					     .smc = machine_smc,
					     .page = machine_page }));
	bench->ops = (struct host_ops){
		.ctx = bench,
		.smc = bench_smc,
		.pages_alloc = bench_alloc,
		.dma_pages_alloc = bench_dma_alloc,
		.pages_free = bench_free,
		.page_map = bench_map,
		.page_unmap = bench_unmap,
		.relax = bench_relax,
		.code_sync = bench_code_sync,
		.now_ns = bench_now_ns,
		.pages_take = bench_take,
	};
	bench_watch(bench);
	assert_true(host_init(&bench->host, &bench->ops, &bank, 1));
	sources_fill(bench);
	*state = bench;
	return 0;
}

int bench_teardown(void **state)
{
	struct bench *bench = *state;

	host_inprocess_close(&bench->port);
	inprocess_destroy(bench->rmm);
	free(bench);
	return 0;
}

/* ---- Checking the result ---- */

void assert_clean(const struct bench *bench, const struct realm *realm)
{
	const struct realm_account *account = &realm->granules.account;

	assert_int_equal(inprocess_delegated(bench->rmm), 0);
	assert_int_equal(bench->port.pages.used, bench->used);
	assert_int_equal(account->total, 0);
	for (unsigned i = 0; i < GRANULE_KINDS; i++)
		assert_int_equal(account->held[i], 0);
	assert_false(realm->rmi.op.open);
}

/* Makes an RSI call as the boot vCPU, to which it must return. */
static void rsi(struct bench *bench, const struct realm *realm,
		struct smccc_regs *regs)
{
	enum rsi_outcome outcome;
	struct rmi_rec_exit exit;

	assert_int_equal(inprocess_rsi(bench->rmm, realm->recs.base.value, regs,
				       &outcome, &exit),
			 RMI_SUCCESS);
	assert_int_equal(outcome, RSI_RETURN);
	assert_int_equal(regs->x[0], RSI_SUCCESS);
}

void bench_rim(struct bench *bench, const struct realm *realm,
	       uint8_t rim[RIM_SIZE])
{
	struct smccc_regs regs = { .x = { RSI_MEASUREMENT_READ, 0 } };

	rsi(bench, realm, &regs);
	memcpy(rim, &regs.x[1], RIM_SIZE);
}

unsigned bench_ripas(struct bench *bench, const struct realm *realm,
		     uint64_t ipa)
{
	struct smccc_regs regs = { .x = { RSI_IPA_STATE_GET, ipa,
					  ipa + RMI_GRANULE_SIZE } };

	rsi(bench, realm, &regs);
	return (unsigned)regs.x[2];
}

void bench_rim_of_plan(struct bench *bench, unsigned number,
		       uint8_t rim[RIM_SIZE])
{
	struct realm realm;

	bench_watch(bench);
	assert_true(realm_build(&bench->host, bench_plan(number), &realm));
	assert_true(realm_activate(&realm));
	bench_rim(bench, &realm, rim);
	assert_true(realm_destroy(&realm));
	assert_clean(bench, &realm);
}
