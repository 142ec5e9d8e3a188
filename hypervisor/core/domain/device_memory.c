/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a guest that its devices use: what may be taken back of it, and
 * what is known of the pages that a Realm shares. */
#include "hypervisor/core/domain/domain_devices.h"

#include "abi/guest_map.h"
#include "lib/pgtable.h"

/* ---- Memory that is taken back ---- */

void domain_devices_release(struct domain *domain, ipa_t base, ipa_t top)
{
	const struct domain_devices *devices = domain->devices;

	if (devices == NULL)
		return;
	for (unsigned i = 0; i < devices->count; i++)
		virtio_release(devices->devices[i], base, top);
}

ipa_t domain_devices_free_up_to(const struct domain *domain, ipa_t base,
				ipa_t top)
{
	const struct domain_devices *devices = domain->devices;

	if (devices == NULL)
		return top;
	for (unsigned i = 0; i < devices->count; i++)
		top = virtio_pinned(devices->devices[i], base, top);
	return ipa_align_down(top, GUEST_PAGE_SIZE);
}

/* ---- What is known about shared pages ---- */

static struct stage2_run *cache_place(struct domain_devices *devices, ipa_t ipa,
				      uint64_t size)
{
	struct stage2_run *known = size == PGTABLE_BLOCK
					   ? devices->shared_blocks
					   : devices->shared_pages;

	return &known[ipa.value / size % DEVICE_CACHE];
}

/* Finds a page in what is known of that size. */
static bool cache_find(struct domain_devices *devices, ipa_t page,
		       uint64_t size, struct stage2_run *memory)
{
	ipa_t ipa = ipa_align_down(page, size);

	*memory = *cache_place(devices, ipa, size);
	return memory->size == size && memory->ipa.value == ipa.value;
}

bool domain_devices_recall(const struct domain *domain, ipa_t page,
			   struct stage2_run *memory)
{
	struct domain_devices *devices = domain->devices;

	return cache_find(devices, page, PGTABLE_BLOCK, memory) ||
	       cache_find(devices, page, GUEST_PAGE_SIZE, memory);
}

void domain_devices_remember(struct domain *domain,
			     const struct stage2_run *shared)
{
	*cache_place(domain->devices, shared->ipa, shared->size) = *shared;
}

static void shared_forget(struct stage2_run *known, ipa_t base, ipa_t top)
{
	if (known->ipa.value < top.value &&
	    known->ipa.value + known->size > base.value)
		known->size = 0;
}

void domain_devices_forget(struct domain *domain, ipa_t base, ipa_t top)
{
	struct domain_devices *devices = domain->devices;

	if (devices == NULL)
		return;
	devices->memory_changes++;
	for (unsigned i = 0; i < DEVICE_CACHE; i++) {
		shared_forget(&devices->shared_pages[i], base, top);
		shared_forget(&devices->shared_blocks[i], base, top);
	}
}
