/* SPDX-License-Identifier: BSD-3-Clause */
/* A port that only counts its calls. */
#include "tests/fakehost/still.h"

#include <assert.h>

#define ESR_DATA_ABORT 0x96000028 /* a granule protection fault */

static uint64_t now_ns(void *ctx)
{
	struct still *still = ctx;

	return still->now_ns;
}

static uint32_t utc(void *ctx)
{
	struct still *still = ctx;

	return (uint32_t)(still->now_ns / 1000000000);
}

static void vcpu_start(void *ctx, struct vcpu *vcpu, pa_t pages)
{
	struct still *still = ctx;

	(void)pages;
	still->threads++;
	vcpu->thread = still;
}

/* The thread may have ended, but its pages are there: the kick may use them. */
static void vcpu_kick(void *ctx, struct vcpu *vcpu)
{
	struct still *still = ctx;

	assert(vcpu->thread == still && vcpu->domain->thread_pages.count > 0);
	still->kicks++;
}

static void vcpu_end(void *ctx, struct vcpu *vcpu)
{
	struct still *still = ctx;

	assert(vcpu->thread == still && !domain_runs(vcpu->domain));
	still->threads--;
}

static void work_kick(void *ctx)
{
	struct still *still = ctx;

	still->work = true;
}

static void console_take(void *ctx, unsigned slot)
{
	struct still *still = ctx;

	still->consoles |= 1U << slot;
}

static void console_put(void *ctx, unsigned slot, uint8_t byte)
{
	(void)ctx;
	(void)slot;
	(void)byte;
}

static unsigned console_room(void *ctx, unsigned slot)
{
	(void)ctx;
	(void)slot;
	return VUART_FIFO;
}

static void console_ready(void *ctx, unsigned slot)
{
	(void)ctx;
	(void)slot;
}

static void tlb_flush(void *ctx, unsigned vmid)
{
	struct still *still = ctx;

	still->flushed = vmid;
}

static const char *touch(void *ctx, pa_t pa, const struct control_touch_ask *ask,
			 struct control_touch *result)
{
	struct still *still = ctx;

	(void)pa;
	still->touches++;
	if (ask->device)
		return "there is no device";
	result->faulted = 1;
	result->esr = ESR_DATA_ABORT | (ask->write ? 1U << 6 : 0);
	return NULL;
}

/* A CPU whose features are all absent. */
static uint64_t id_read(void *ctx, unsigned crm, unsigned op2)
{
	(void)ctx;
	(void)crm;
	(void)op2;
	return 0;
}

static uint64_t pages_used(void *ctx)
{
	struct still *still = ctx;

	return still->pages->used;
}

static void power_off(void *ctx)
{
	struct still *still = ctx;

	still->off = true;
}

void still_init(struct still *still, const struct pages *pages)
{
	*still = (struct still){
		.ops = {
			.ctx = still,
			.now_ns = now_ns,
			.counter = now_ns,
			.utc = utc,
			.vcpu_start = vcpu_start,
			.vcpu_kick = vcpu_kick,
			.vcpu_end = vcpu_end,
			.work_kick = work_kick,
			.console_take = console_take,
			.console_put = console_put,
			.console_room = console_room,
			.console_ready = console_ready,
			.tlb_flush = tlb_flush,
			.id_read = id_read,
			.pages_used = pages_used,
			.power_off = power_off,
		},
		.pages = pages,
	};
	attacks_init(&still->attacks, touch, still);
}
