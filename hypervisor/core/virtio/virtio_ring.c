/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows on the rings in a guest's memory. */
#include <assert.h>

#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/number.h"

/* Maps the page of the window with that number. The caller holds the lock of
 * the guest's memory. */
static const char *page_open(const struct virtio_device *device,
			     struct virtio_window *window, unsigned number,
			     uint64_t address)
{
	const struct virtio_ops *ops = device->ops;
	struct virtio_run run;
	const char *why = ops->memory_find(ops->ctx, address, &run);
	uint64_t offset;

	if (why != NULL)
		return why;
	offset = address - run.address;
	if (number == 0)
		window->ipa = ipa_add(run.ipa, offset);
	window->pa[number] = pa_add(run.pa, align_down(offset, PAGE_SIZE));
	window->pages[number] =
		ops->host->page_map(ops->host->ctx, window->pa[number]);
	return NULL;
}

const char *virtio_window_open(const struct virtio_device *device,
			       struct virtio_window *window, uint64_t address,
			       uint64_t size)
{
	const struct virtio_ops *ops = device->ops;
	const char *why = NULL;
	unsigned pages;

	assert(size > 0 && size <= (VIRTIO_WINDOW_PAGES - 1) * PAGE_SIZE);
	if (address > UINT64_MAX - size)
		return "is beyond the end of all addresses";
	*window = (struct virtio_window){ .size = 0 };
	pages = (unsigned)pages_for(address % PAGE_SIZE + size);
	ops->memory_lock(ops->ctx);
	for (unsigned i = 0; i < pages && why == NULL; i++)
		why = page_open(device, window, i, address + i * PAGE_SIZE);
	if (why == NULL)
		__atomic_store_n(&window->size, size, __ATOMIC_RELEASE);
	ops->memory_unlock(ops->ctx);
	if (why != NULL)
		virtio_window_close(device, window);
	return why;
}

void virtio_window_close(const struct virtio_device *device,
			 struct virtio_window *window)
{
	const struct host_ops *host = device->ops->host;

	for (unsigned i = 0; i < VIRTIO_WINDOW_PAGES; i++) {
		if (window->pages[i] != NULL)
			host->page_unmap(host->ctx, window->pa[i],
					 window->pages[i]);
		window->pages[i] = NULL;
	}
	/* Release: whoever finds the window closed may take its pages. */
	__atomic_store_n(&window->size, 0, __ATOMIC_RELEASE);
}

uint8_t *virtio_window_at(const struct virtio_window *window, uint64_t offset)
{
	uint64_t at = window->ipa.value % PAGE_SIZE + offset;

	assert(offset < window->size);
	return window->pages[at / PAGE_SIZE] + at % PAGE_SIZE;
}
