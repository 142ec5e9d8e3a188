/* SPDX-License-Identifier: BSD-3-Clause */
/* The slots. They assert that each is opened and closed in turn. */
#include "tests/fakehost/slots.h"

#include <assert.h>

#include "abi/virtio.h"
#include "hypervisor/core/control_refuse.h"

static enum control_status slot_open(void *ctx, unsigned slot,
				     struct virtio_backend *backend,
				     unsigned *kind, char *text)
{
	struct slots *slots = ctx;
	struct slot *place = &slots->slots[slot];

	assert(slot < SLOTS && !place->open);
	if (place->id == 0)
		return control_refuse(text, CONTROL_E_STATE, "slot %u is empty",
				      slot);
	place->open = true;
	*kind = place->id;
	if (place->id == SLOT_STRANGE)
		return control_refuse(text, CONTROL_E_STATE,
				      "slot %u cannot be used", slot);
	*backend = place->device.backend;
	return CONTROL_OK;
}

static void slot_attach(void *ctx, unsigned slot, struct virtio_device *device)
{
	struct slots *slots = ctx;

	assert(slots->slots[slot].open);
	slots->slots[slot].device.device = device;
}

/* The device must have stopped: it could still access memory. */
static void slot_close(void *ctx, unsigned slot)
{
	struct slots *slots = ctx;
	struct slot *place = &slots->slots[slot];

	assert(place->open && place->device.status == 0);
	place->open = false;
	place->closed++;
	place->device.device = NULL;
}

static void thread_start(void *ctx, struct domain *domain, pa_t pages)
{
	struct slots *slots = ctx;

	(void)domain;
	assert(pages.value != 0);
	slots->threads++;
}

static void thread_kick(void *ctx, struct domain *domain)
{
	struct slots *slots = ctx;

	(void)domain;
	slots->kicked = true;
}

/* It comes at once: the tests do not wait. */
static void thread_until(void *ctx, struct domain *domain, uint64_t ns)
{
	struct slots *slots = ctx;

	(void)domain;
	slots->until_ns = ns;
	slots->kicked = true;
}

static void thread_end(void *ctx, struct domain *domain)
{
	struct slots *slots = ctx;

	(void)domain;
	assert(slots->threads > 0);
	slots->threads--;
}

void slots_init(struct slots *slots,
		void *(*at)(void *ctx, uint64_t pa, uint64_t size), void *ctx)
{
	*slots = (struct slots){
		.ops = { .ctx = slots,
			 .open = slot_open,
			 .attach = slot_attach,
			 .close = slot_close,
			 .thread_start = thread_start,
			 .thread_kick = thread_kick,
			 .thread_until = thread_until,
			 .thread_end = thread_end },
	};
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *place = &slots->slots[i];

		place->id = VIRTIO_ID_BLOCK;
		fake_backend_init(&place->device, UINT64_MAX, i % 2 == 1);
		place->device.at = at;
		place->device.ctx = ctx;
	}
}
