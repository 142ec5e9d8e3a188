/* SPDX-License-Identifier: BSD-3-Clause */
/* A driver that does what it should, with requests that may name any memory. */
#include "tests/fuzz/device_steps.h"

#include <string.h>

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/domain/memory.h"
#include "tests/fakehost/driver.h"

#define PAGE  ((uint64_t)GUEST_PAGE_SIZE)
#define SIZE  8 /* descriptors of the queue */
#define RINGS (GUEST_RAM0_BASE + (UINT64_C(1) << 20))
#define DESC  RINGS
#define AVAIL (RINGS + 0x400)
#define USED  (RINGS + 0x800)

static void *host_at(void *ctx, uint64_t pa, uint64_t size)
{
	struct device_steps *steps = ctx;
	uint8_t *page = inprocess_host_page(steps->rmm, pa - pa % PAGE);

	(void)size;
	require(page != NULL);
	return page + pa % PAGE;
}

void device_steps_init(struct device_steps *steps, struct inprocess *rmm)
{
	memset(steps, 0, sizeof(*steps));
	steps->rmm = rmm;
	slots_init(&steps->slots, host_at, steps);
}

/* ---- The driver ---- */

/* Returns where a device would see an address. */
static void *ring_at(void *ctx, struct domain *domain, uint64_t address)
{
	struct virtio_run run;
	const char *why;

	domain_memory_lock(domain);
	why = memory_device_find(domain, address, &run);
	domain_memory_unlock(domain);
	if (why != NULL)
		return NULL;
	return host_at(ctx, run.pa.value + (address - run.address), 1);
}

static struct driver driver_of(struct device_steps *steps, struct domain *domain)
{
	return (struct driver){
		.domain = domain,
		.desc = DESC,
		.avail = AVAIL,
		.used = USED,
		.size = SIZE,
		.at = ring_at,
		.ctx = steps,
	};
}

static void start_step(struct device_steps *steps, struct domain *domain)
{
	struct driver driver = driver_of(steps, domain);

	(void)domain_devices_show(domain, ipa_make(GUEST_VIRTIO_MMIO_BASE));
	(void)driver_start(&driver);
}

static void offer_step(struct device_steps *steps, struct domain *domain,
		       struct input *input)
{
	uint64_t page = byte_take(input) % 4 + byte_take(input) % 6 * 256U;
	struct driver driver = driver_of(steps, domain);
	struct virtq_desc desc = {
		.addr = GUEST_RAM0_BASE + page * PAGE,
		.len = 1 + byte_take(input) * 32U,
		.flags = byte_take(input) & 2,
	};

	(void)driver_offer(&driver, &desc);
}

/* ---- The host ---- */

static void take_step(struct device_steps *steps, unsigned slot)
{
	struct fake_backend *device = &steps->slots.slots[slot].device;

	if (device->device != NULL && steps->requests[slot].count == 0 &&
	    !fake_backend_take(device, 0, &steps->requests[slot]))
		steps->requests[slot].count = 0;
}

static void answer_step(struct device_steps *steps, unsigned slot)
{
	struct fake_backend *device = &steps->slots.slots[slot].device;
	struct fake_request *request = &steps->requests[slot];

	if (request->count > 0)
		fake_backend_answer(device, 0, request->id, 0);
	request->count = 0;
}

/* Puts another device into a slot that is off, or none. */
static void plug_step(struct device_steps *steps, unsigned slot, uint8_t what)
{
	static const unsigned ids[] = { 0,
					VIRTIO_ID_BLOCK,
					VIRTIO_ID_BLOCK,
					VIRTIO_ID_BLOCK,
					VIRTIO_ID_NET,
					SLOT_STRANGE };

	if (!steps->slots.slots[slot].open)
		steps->slots.slots[slot].id =
			ids[what % (sizeof(ids) / sizeof(ids[0]))];
}

static void work_step(struct domains *domains)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		struct domain *domain = &domains->table[i];

		if (domain_is_there(domain) && domain->devices != NULL &&
		    domain->devices->started)
			(void)domain_devices_work(domain);
	}
}

/* Types at the first console slot. */
static void type_step(struct domains *domains, struct input *input)
{
	uint8_t byte = byte_take(input);

	(void)domain_console_input(domains, 0, &byte, 1);
}

/* A device that was reset has no request. */
static void requests_forget(struct device_steps *steps)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if ((steps->slots.slots[i].device.status &
		     VIRTIO_STATUS_DRIVER_OK) == 0)
			steps->requests[i].count = 0;
	}
}

void device_steps_check(struct device_steps *steps)
{
	requests_forget(steps);
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct fake_request *request = &steps->requests[i];

		for (unsigned piece = 0; piece < request->count; piece++)
			(void)host_at(steps, request->pieces[piece].pa, 1);
	}
}

void device_step(struct device_steps *steps, struct domains *domains,
		 struct domain *domain, struct input *input)
{
	uint8_t choice = byte_take(input);
	unsigned slot = choice % SLOTS;
	bool driver = domain != NULL && domain->devices != NULL;

	if (choice >= 0xc0)
		work_step(domains);
	else if (choice >= 0x90)
		answer_step(steps, slot);
	else if (choice >= 0x88)
		type_step(domains, input);
	else if (choice >= 0x60)
		take_step(steps, slot);
	else if (choice >= 0x58)
		plug_step(steps, slot, byte_take(input));
	else if (driver && choice >= 0x18)
		offer_step(steps, domain, input);
	else if (driver)
		start_step(steps, domain);
	requests_forget(steps);
}

void device_steps_end(struct device_steps *steps)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct fake_backend *device = &steps->slots.slots[i].device;

		if ((device->status & VIRTIO_STATUS_DRIVER_OK) != 0)
			device->status |= VIRTIO_STATUS_NEEDS_RESET;
	}
}
