/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: a machine with a few pages, and an RMM that follows a script. */
#include "hypervisor/port/inprocess/fake_rmm.h"

#include <stdlib.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/rmi_names.h"

/* Pages that have content. */
#define MAPPED_PAGES 2

static size_t page_number(uint64_t pa)
{
	assert_true(pa >= FAKE_BASE);
	assert_true((pa - FAKE_BASE) / RMI_GRANULE_SIZE < FAKE_PAGES);
	return (pa - FAKE_BASE) / RMI_GRANULE_SIZE;
}

/* ---- The machine ---- */

static bool run_free(const struct fake *fake, uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++) {
		if (i >= FAKE_PAGES || fake->allocated[i])
			return false;
	}
	return true;
}

static bool fake_alloc(void *ctx, uint64_t count, uint64_t align, pa_t *base)
{
	struct fake *fake = ctx;

	if (count > fake->budget)
		return false;
	for (uint64_t first = 0; first < FAKE_PAGES; first += align) {
		if (!run_free(fake, first, count))
			continue;
		for (uint64_t i = 0; i < count; i++)
			fake->allocated[first + i] = true;
		*base = pa_make(FAKE_BASE + first * RMI_GRANULE_SIZE);
		return true;
	}
	return false;
}

static void fake_free(void *ctx, pa_t base, uint64_t count)
{
	struct fake *fake = ctx;

	for (uint64_t i = 0; i < count; i++) {
		size_t page = page_number(base.value) + i;

		assert_true(fake->allocated[page]);
		assert_false(fake->delegated[page]);
		fake->allocated[page] = false;
	}
}

static void *fake_map(void *ctx, pa_t page)
{
	struct fake *fake = ctx;

	assert_true(page_number(page.value) < MAPPED_PAGES);
	return fake->memory +
	       page_number(page.value) * (RMI_GRANULE_SIZE / sizeof(uint64_t));
}

static void fake_unmap(void *ctx, pa_t page, void *address)
{
	assert_ptr_equal(address, fake_map(ctx, page));
}

static void fake_relax(void *ctx, bool waiting)
{
	struct fake *fake = ctx;

	fake->waits += waiting;
	fake->now_ns += waiting ? fake->wait_ns : 0;
}

static uint64_t fake_now_ns(void *ctx)
{
	struct fake *fake = ctx;

	return fake->now_ns;
}

/* ---- The RMM ---- */

/* Delegates or undelegates a range as far as possible. */
static void range_play(struct fake *fake, struct smccc_regs *regs, bool to)
{
	uint64_t at = regs->x[1];

	while (!fake->stalls && at < regs->x[2] && at != fake->refused.value &&
	       fake->delegated[page_number(at)] != to) {
		fake->delegated[page_number(at)] = to;
		at += RMI_GRANULE_SIZE;
	}
	regs->x[0] =
		fake->stalls || at > regs->x[1] ? RMI_SUCCESS : RMI_ERROR_INPUT;
	regs->x[1] = at;
}

/* The RMM takes the first pages that are offered. */
static void donation_play(struct fake *fake, uint64_t consumed)
{
	uint64_t word = fake->memory[0];
	uint64_t base = BITS_GET(word, RMI_RANGE_ADDR) << RMI_GRANULE_SHIFT;

	fake->offered = word;
	if (consumed > FAKE_PAGES)
		return;
	for (uint64_t i = 0; i < consumed; i++)
		fake->inside[fake->inside_count++] = base + i * RMI_GRANULE_SIZE;
}

/* The RMM returns the pages that it got last, in the state in which it got
 * them. */
static void reclaim_play(struct fake *fake, uint64_t count)
{
	for (uint64_t i = 0; i < count && fake->inside_count > 0; i++) {
		uint64_t page = fake->inside[--fake->inside_count];

		fake->memory[i] = page | BITS_PUT(RMI_RANGE_COUNT, 1) |
				  BITS_PUT(RMI_RANGE_STATE,
					   !fake->delegated[page_number(page)]);
	}
}

static void reply_play(struct fake *fake, struct smccc_regs *regs)
{
	const struct reply *reply = fake->script;

	assert_string_equal(rmi_command_name((uint32_t)regs->x[0]),
			    rmi_command_name(reply->fid));
	for (unsigned i = 0; i < 4; i++)
		fake->last[i] = regs->x[i];
	if (regs->x[0] == RMI_OP_MEM_DONATE)
		donation_play(fake, reply->out[0]);
	if (regs->x[0] == RMI_OP_MEM_RECLAIM)
		reclaim_play(fake, reply->out[0]);
	regs->x[0] = reply->x0;
	for (unsigned i = 0; i < 3; i++)
		regs->x[1 + i] = reply->out[i];
	if (reply->drains)
		fake->budget = 0;
	fake->calls++;
	if (++fake->repeated >= reply->times) {
		fake->script++;
		fake->repeated = 0;
	}
}

static void fake_smc(void *ctx, struct smccc_regs *regs)
{
	struct fake *fake = ctx;

	if (regs->x[0] == RMI_GRANULE_RANGE_DELEGATE &&
	    fake->script->fid != RMI_GRANULE_RANGE_DELEGATE)
		range_play(fake, regs, true);
	else if (regs->x[0] == RMI_GRANULE_RANGE_UNDELEGATE &&
		 fake->script->fid != RMI_GRANULE_RANGE_UNDELEGATE)
		range_play(fake, regs, false);
	else
		reply_play(fake, regs);
}

/* ---- Set-up ---- */

int fake_setup(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->memory = calloc(MAPPED_PAGES, RMI_GRANULE_SIZE);
	assert_non_null(fake->memory);
	fake->budget = FAKE_PAGES;
	fake->wait_ns = FAKE_WAIT_NS;
	fake->ops = (struct host_ops){
		.ctx = fake,
		.smc = fake_smc,
		.pages_alloc = fake_alloc,
		.pages_free = fake_free,
		.page_map = fake_map,
		.page_unmap = fake_unmap,
		.relax = fake_relax,
		.now_ns = fake_now_ns,
	};
	granules_init(&fake->granules, &fake->ops, &fake->failure);
	fake->rmi = (struct rmi){ .ops = &fake->ops,
				  .failure = &fake->failure,
				  .granules = &fake->granules,
				  .list = pa_make(FAKE_BASE) };
	fake->allocated[0] = true;
	*state = fake;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake *fake = *state;

	free(fake->memory);
	free(fake);
	return 0;
}

void fake_play(struct fake *fake, const struct reply *script)
{
	fake->script = script;
	fake->repeated = 0;
	fake->calls = 0;
}

void assert_played(const struct fake *fake)
{
	assert_string_equal(rmi_command_name(fake->script->fid),
			    rmi_command_name(0));
}

void assert_returned(const struct fake *fake)
{
	for (unsigned i = 0; i < FAKE_PAGES; i++) {
		assert_false(fake->delegated[i]);
		assert_int_equal(fake->allocated[i], i == 0);
	}
	assert_int_equal(fake->granules.account.total, 0);
}
