/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages with the registers of a guest's devices (virtio_show()), which the guest
 * can read and not write. A read then needs no exit: after each interrupt of a
 * device its driver reads InterruptStatus. A page is mapped at the first read.
 */
#include "hypervisor/core/domain/domain_devices.h"

#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/domain/memory.h"
#include "lib/log.h"

_Static_assert(GUEST_VIRTIO_MMIO_BASE % GUEST_PAGE_SIZE == 0,
	       "the devices' registers begin a page");

#define PER_PAGE (GUEST_PAGE_SIZE / GUEST_VIRTIO_MMIO_STEP)

/* Calls a function for each device of a page, in the order of their numbers. */
static void page_each(const struct domain_devices *devices, unsigned number,
		      void (*fn)(struct virtio_device *device))
{
	unsigned end = (number + 1) * PER_PAGE;

	for (unsigned i = number * PER_PAGE; i < devices->count && i < end; i++)
		fn(devices->devices[i]);
}

/* Has the devices of a page show their registers there. Their locks are held.
 */
static void page_fill(const struct domain_devices *devices, unsigned number,
		      uint8_t *shown)
{
	unsigned first = number * PER_PAGE;

	for (unsigned i = 0; i < PER_PAGE && first + i < devices->count; i++)
		virtio_show(devices->devices[first + i],
			    shown + (size_t)i * VIRTIO_WINDOW);
}

/* The devices' locks are held. */
static void page_hide(struct domain *domain, unsigned number)
{
	struct device_page *page = &domain->devices->registers[number];
	const struct host_ops *host = domain_host(domain);

	page_each(domain->devices, number, virtio_hide);
	host->page_unmap(host->ctx, page->pa, page->shown);
	page->shown = NULL;
}

/* The content is there before the guest can read it, and nothing writes to the
 * page any more when it is dropped. */
static bool page_map(struct domain *domain, unsigned number,
		     struct granules_range *taken)
{
	struct device_page *page = &domain->devices->registers[number];
	const struct host_ops *host = domain_host(domain);
	ipa_t ipa = ipa_make(GUEST_VIRTIO_MMIO_BASE +
			     number * (uint64_t)GUEST_PAGE_SIZE);

	page->pa = taken->base;
	page->shown = host->page_map(host->ctx, page->pa);
	page_fill(domain->devices, number, page->shown);
	if (memory_page_show(domain, ipa, taken))
		return true;
	page_hide(domain, number);
	return false;
}

/* Logs, once for a domain, that a page is not shown: nothing else tells that
 * its devices are slower. */
static void failure_tell(struct domain *domain, const char *text)
{
	struct domain_devices *devices = domain->devices;

	if (text[0] == '\0' ||
	    __atomic_exchange_n(&devices->show_failed, true, __ATOMIC_RELAXED))
		return;
	log_line("domain %u: each read of a device's registers is an exit,",
		 domain->domid);
	log_line("  since this failed: %s", text);
}

static bool page_show(struct domain *domain, unsigned number)
{
	struct granules_range taken = { .count = 0 };
	char text[CONTROL_TEXT_SIZE];
	bool shown;

	page_each(domain->devices, number, virtio_lock);
	domain_memory_lock(domain);
	shown = memory_page_take(domain, &taken) &&
		page_map(domain, number, &taken);
	if (!shown)
		memory_page_drop(domain, &taken, text);
	domain_memory_unlock(domain);
	page_each(domain->devices, number, virtio_unlock);
	if (!shown)
		failure_tell(domain, text);
	return shown;
}

/* Other vCPUs' reads are emulated as long as one vCPU is at it, and all reads
 * if it failed: the pages were promised, so only an RMM that refuses is a
 * reason. */
bool domain_devices_show(struct domain *domain, ipa_t ipa)
{
	struct domain_devices *devices = domain->devices;
	uint64_t offset = ipa.value - GUEST_VIRTIO_MMIO_BASE;
	unsigned number = (unsigned)(offset / GUEST_PAGE_SIZE);

	if (devices == NULL || ipa.value < GUEST_VIRTIO_MMIO_BASE ||
	    offset / GUEST_VIRTIO_MMIO_STEP >= devices->count ||
	    __atomic_exchange_n(&devices->registers[number].begun, true,
				__ATOMIC_SEQ_CST))
		return false;
	return page_show(domain, number);
}

void domain_devices_hide(struct domain *domain)
{
	const struct domain_devices *devices = domain->devices;

	for (unsigned i = 0; i < DEVICE_PAGES; i++) {
		if (devices->registers[i].shown == NULL)
			continue;
		page_each(devices, i, virtio_lock);
		page_hide(domain, i);
		page_each(devices, i, virtio_unlock);
	}
}
