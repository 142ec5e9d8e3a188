/* SPDX-License-Identifier: BSD-3-Clause */
/* Carrying requests from the guest's ring to the host's. */
#include "hypervisor/core/virtio/virtio_internal.h"

static struct virtq_desc piece_desc(const struct virtio_piece *piece)
{
	return (struct virtq_desc){
		.addr = piece->pa.value,
		.len = piece->size,
		.flags = piece->write ? VIRTQ_DESC_WRITE : 0,
	};
}

/* Writes the descriptor of a request for the host's device, and its table. */
static void request_write(const struct virtio_device *device,
			  struct virtio_queue *queue, unsigned place)
{
	unsigned first = queue->requests[place].chunk * VIRTIO_CHUNK;
	struct virtq_desc *table = &queue->shared->tables[first];
	unsigned count = device->piece_count;

	if (count == 1) {
		queue->shared->desc[place] = piece_desc(&device->pieces[0]);
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		table[i] = piece_desc(&device->pieces[i]);
		if (i + 1 < count) {
			table[i].flags |= VIRTQ_DESC_NEXT;
			table[i].next = (uint16_t)(i + 1);
		}
	}
	queue->shared->desc[place] = (struct virtq_desc){
		.addr = pa_add(queue->shared_base,
			       offsetof(struct virtio_shared, tables) +
				       VIRTQ_DESC_SIZE((uint64_t)first))
				.value,
		.len = (uint32_t)VIRTQ_DESC_SIZE(count),
		.flags = VIRTQ_DESC_INDIRECT,
	};
}

static void request_post(struct virtio_queue *queue, unsigned place)
{
	uint8_t *ring = queue->shared->avail + VIRTQ_AVAIL_RING(0);

	virtio_store16(ring + (size_t)2 * (queue->posted_idx % queue->size),
		       (uint16_t)place);
	queue->posted_idx++;
}

enum carried {
	CARRIED,
	CARRY_LATER, /* there is no room for it until others are answered */
	CARRY_BROKEN,
};

/* Reads a request, and pins its pages in a place for it. The caller holds the
 * lock of the guest's memory. */
static enum carried request_take(struct virtio_device *device,
				 struct virtio_queue *queue, uint16_t head)
{
	unsigned place;

	if (!virtio_chain_read(device, queue, head))
		return CARRY_BROKEN;
	if (!virtio_request_alloc(device, queue, head, &place))
		return CARRY_LATER;
	request_write(device, queue, place);
	request_post(queue, place);
	return CARRIED;
}

/* Carries the next request of the guest's ring. */
static enum carried request_carry(struct virtio_device *device,
				  struct virtio_queue *queue)
{
	const struct virtio_ops *ops = device->ops;
	unsigned place = queue->avail_idx % queue->size;
	uint16_t head = virtio_load16(
		virtio_window_at(&queue->avail, VIRTQ_AVAIL_RING(place)));
	enum carried carried;

	if (queue->free_count == 0) {
		virtio_break(device, "more requests than descriptors");
		return CARRY_BROKEN;
	}
	ops->memory_lock(ops->ctx);
	carried = request_take(device, queue, head);
	ops->memory_unlock(ops->ctx);
	if (carried == CARRIED) {
		queue->avail_idx++;
		device->requests++;
	}
	return carried;
}

/* Shows the host's device the requests from `from` on, and notifies it if it
 * wants that. */
static void posted_show(struct virtio_device *device,
			struct virtio_queue *queue, uint16_t from)
{
	const uint8_t *used = queue->shared->used;
	bool wanted;

	/* Release: the descriptors before the index that covers them. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	virtio_store16(queue->shared->avail + VIRTQ_IDX, queue->posted_idx);
	/* The index before the device is asked whether it looks by itself. */
	virtio_fence();
	if (device->host_events) {
		wanted = virtio_event_passed(
			virtio_load16(used + VIRTQ_USED_RING(queue->size)),
			from, queue->posted_idx);
	} else {
		wanted = (virtio_load16(used + VIRTQ_FLAGS) &
			  VIRTQ_USED_NO_NOTIFY) == 0;
	}
	if (!wanted)
		return;
	device->notifications++;
	device->backend.ops->notify(device->backend.ctx,
				    (unsigned)(queue - device->queues));
}

/*
 * A round carries no further request after so many looks for memory: 256 MiB of
 * pages. It holds the device's lock, and whoever stops the device or reports on
 * it waits for that. The thread of the domain comes for the rest.
 */
#define ROUND_LOOKS 65536

unsigned virtio_carry(struct virtio_device *device, struct virtio_queue *queue,
		      bool *all)
{
	uint16_t idx = virtio_load16(virtio_window_at(&queue->avail, VIRTQ_IDX));
	uint16_t waiting = (uint16_t)(idx - queue->avail_idx);
	uint16_t posted = queue->posted_idx;
	enum carried carried = CARRIED;
	unsigned count = 0;

	if (waiting > queue->size) {
		virtio_break(device, "the available index jumps by %u", waiting);
		return 0;
	}
	/* Acquire: the index before what it covers. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	while (count < waiting && carried == CARRIED &&
	       device->looks < ROUND_LOOKS) {
		carried = request_carry(device, queue);
		count += carried == CARRIED;
	}
	if (carried == CARRY_LATER)
		*all = false;
	if (carried == CARRIED && count < waiting)
		__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
	if (queue->posted_idx != posted)
		posted_show(device, queue, posted);
	return count;
}
