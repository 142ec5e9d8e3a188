/* SPDX-License-Identifier: BSD-3-Clause */
/* Making a device, its memory, and its state for a person. */
#include <string.h>

#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/number.h"

/* The features about queues and transports that guests get: the carrier offers
 * them by itself, whatever the host's device offers. */
#define OFFERED                                                                \
	(VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC) | VIRTIO_BIT(VIRTIO_F_EVENT_IDX) | \
	 VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM))

static unsigned queue_max(const struct virtio_backend *backend, unsigned queue)
{
	return backend->ops->queue_max(backend->ctx, queue);
}

const char *virtio_probe(const struct virtio_backend *backend, unsigned *queues)
{
	uint64_t features;

	backend->ops->status_set(backend->ctx, 0);
	if (backend->ops->status(backend->ctx) != 0)
		return "does not reset";
	features = backend->ops->features(backend->ctx);
	if ((features & VIRTIO_BIT(VIRTIO_F_VERSION_1)) == 0)
		return "lacks VIRTIO_F_VERSION_1";
	if ((features & VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM)) == 0)
		return "lacks VIRTIO_F_ACCESS_PLATFORM (iommu_platform=on)";
	if ((features & VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC)) == 0)
		return "lacks VIRTIO_F_INDIRECT_DESC (indirect_desc=on)";
	*queues = 0;
	while (*queues < CONTROL_QUEUES && queue_max(backend, *queues) != 0)
		(*queues)++;
	return *queues == 0 ? "has no queues" : NULL;
}

size_t virtio_memory_size(unsigned queues)
{
	return sizeof(struct virtio_device) +
	       queues * sizeof(struct virtio_queue);
}

size_t virtio_shared_size(unsigned queues)
{
	return queues * sizeof(struct virtio_shared);
}

/* Returns the length of the longest queue that is no longer than max. */
static unsigned queue_size_max(unsigned max)
{
	unsigned size = CONTROL_QUEUE_SIZE;

	while (size > max)
		size /= 2;
	return size;
}

struct virtio_device *virtio_device_init(const struct virtio_plan *plan)
{
	uint64_t generic = VIRTIO_BIT(VIRTIO_F_GENERIC_END) -
			   VIRTIO_BIT(VIRTIO_F_GENERIC_FIRST);
	struct virtio_device *device = plan->memory;
	struct virtio_shared *shared = plan->shared;
	uint64_t features = plan->backend->ops->features(plan->backend->ctx);

	device->ops = plan->ops;
	device->backend = *plan->backend;
	device->index = plan->index;
	device->id = plan->id;
	device->queue_count = plan->queues;
	device->offered = (features & ~generic) | OFFERED;
	device->host_events = (features & VIRTIO_BIT(VIRTIO_F_EVENT_IDX)) != 0;
	device->halted = true;
	device->next_ns = UINT64_MAX;
	for (unsigned i = 0; i < plan->queues; i++) {
		struct virtio_queue *queue = &device->queues[i];

		queue->size_max = queue_size_max(queue_max(plan->backend, i));
		queue->shared = &shared[i];
		queue->shared_base =
			pa_add(plan->shared_base, i * sizeof(*shared));
		queue->poll_ns = UINT64_MAX;
	}
	return device;
}

void virtio_state_read(struct virtio_device *device, struct virtio_state *state)
{
	*state = (struct virtio_state){ .broken = false };
	virtio_lock(device);
	state->broken = device->broken;
	state->stopping = device->halting;
	state->status = device->status;
	for (unsigned i = 0; i < device->queue_count; i++)
		state->queues += device->queues[i].ready;
	if ((device->status & VIRTIO_STATUS_FEATURES_OK) != 0)
		state->features = device->wanted;
	state->requests = device->requests;
	state->in_flight = device->in_flight;
	state->pages_pinned = device->pages;
	state->exits = __atomic_load_n(&device->exits, __ATOMIC_RELAXED);
	state->notifications = device->notifications;
	state->interrupts = device->interrupts;
	memcpy(state->why, device->why, sizeof(state->why));
	virtio_unlock(device);
}

uint64_t virtio_in_flight(const struct virtio_device *device, uint64_t *pages)
{
	*pages += __atomic_load_n(&device->pages, __ATOMIC_RELAXED);
	return __atomic_load_n(&device->in_flight, __ATOMIC_RELAXED);
}
