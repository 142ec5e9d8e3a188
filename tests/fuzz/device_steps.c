/* SPDX-License-Identifier: BSD-3-Clause */
/* A driver that does what it should, with requests that may name any memory. */
#include "tests/fuzz/device_steps.h"

#include <string.h>

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/io/bus.h"

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

static enum bus_result reg_write(struct domain *domain, uint64_t offset,
				 uint64_t value)
{
	struct bus_access access = {
		.ipa = ipa_make(GUEST_VIRTIO_MMIO_BASE + offset),
		.size = 4,
		.write = true,
		.value = value,
	};

	return bus_access(domain_vcpu(domain, 0), &access);
}

/* Copies to or from the memory that a device would see at an address. */
static bool memory_copy(struct device_steps *steps, struct domain *domain,
			uint64_t address, void *bytes, size_t size, bool write)
{
	struct virtio_run run;
	const char *why;
	void *at;

	domain_memory_lock(domain);
	why = memory_device_find(domain, address, size, &run);
	domain_memory_unlock(domain);
	if (why != NULL || run.size < size)
		return false;
	at = host_at(steps, run.pa.value, size);
	memcpy(write ? at : bytes, write ? bytes : at, size);
	return true;
}

static void start_step(struct domain *domain)
{
	static const struct {
		uint64_t offset;
		uint64_t value;
	} writes[] = {
		{ VIRTIO_MMIO_STATUS, 3 },
		{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0 },
		{ VIRTIO_MMIO_DRIVER_FEATURES, 1U << VIRTIO_F_EVENT_IDX },
		{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1 },
		{ VIRTIO_MMIO_DRIVER_FEATURES, 3 },
		{ VIRTIO_MMIO_STATUS, 11 },
		{ VIRTIO_MMIO_QUEUE_SEL, 0 },
		{ VIRTIO_MMIO_QUEUE_NUM, SIZE },
		{ VIRTIO_MMIO_QUEUE_DESC, DESC },
		{ VIRTIO_MMIO_QUEUE_DRIVER, AVAIL },
		{ VIRTIO_MMIO_QUEUE_DEVICE, USED },
		{ VIRTIO_MMIO_QUEUE_READY, 1 },
		{ VIRTIO_MMIO_STATUS, 15 },
	};

	if (reg_write(domain, VIRTIO_MMIO_STATUS, 0) != BUS_DONE)
		return;
	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		(void)reg_write(domain, writes[i].offset, writes[i].value);
}

static void offer_step(struct device_steps *steps, struct domain *domain,
		       struct input *input)
{
	uint64_t page = byte_take(input) % 4 + byte_take(input) % 6 * 256U;
	uint16_t idx, place;
	struct virtq_desc desc = {
		.addr = GUEST_RAM0_BASE + page * PAGE,
		.len = 1 + byte_take(input) * 32U,
		.flags = byte_take(input) & 2,
	};

	if (!memory_copy(steps, domain, AVAIL + VIRTQ_IDX, &idx, 2, false))
		return;
	place = idx % SIZE;
	idx++;
	(void)memory_copy(steps, domain, DESC + VIRTQ_DESC_SIZE(place), &desc,
			  sizeof(desc), true);
	(void)memory_copy(steps, domain, AVAIL + VIRTQ_AVAIL_RING(place),
			  &place, 2, true);
	(void)memory_copy(steps, domain, AVAIL + VIRTQ_IDX, &idx, 2, true);
	(void)reg_write(domain, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
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
	else if (driver && choice >= 0x18)
		offer_step(steps, domain, input);
	else if (driver)
		start_step(domain);
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
