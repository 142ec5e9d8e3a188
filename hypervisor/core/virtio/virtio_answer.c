/* SPDX-License-Identifier: BSD-3-Clause */
/* Carrying answers from the host's ring to the guest's. */
#include "hypervisor/core/virtio/virtio_internal.h"

/* Copies an answer, which the host's device can still change. */
static struct virtq_used_elem answer_copy(const struct virtio_queue *queue)
{
	unsigned place = queue->taken_idx % queue->size;
	const uint8_t *at = queue->shared->used + VIRTQ_USED_RING(place);

	return (struct virtq_used_elem){ virtio_load32(at),
					 virtio_load32(at + 4) };
}

/* Writes an answer to the guest's ring, unless the device is broken. */
static void answer_give(struct virtio_queue *queue, struct virtq_used_elem elem)
{
	unsigned place;
	uint64_t at;

	if (queue->used.size == 0)
		return;
	place = queue->used_idx % queue->size;
	at = VIRTQ_USED_RING((uint64_t)place);
	virtio_store32(virtio_window_at(&queue->used, at), elem.id);
	virtio_store32(virtio_window_at(&queue->used, at + 4), elem.len);
	queue->used_idx++;
}

static bool answer_take(struct virtio_device *device, struct virtio_queue *queue)
{
	struct virtq_used_elem elem = answer_copy(queue);
	unsigned number = (unsigned)(queue - device->queues);
	const struct virtio_request *request;

	if (elem.id >= queue->size || queue->requests[elem.id].pieces == 0) {
		virtio_lose(device, "queue %u: an answer to no request", number);
		return false;
	}
	request = &queue->requests[elem.id];
	if (elem.len > request->writable) {
		virtio_lose(device, "queue %u: an answer of %u bytes in %u",
			    number, elem.len, request->writable);
		return false;
	}
	queue->taken_idx++;
	answer_give(queue, (struct virtq_used_elem){ request->head, elem.len });
	virtio_request_free(device, queue, elem.id);
	return true;
}

/* Shows the guest its answers from `from` on, and interrupts it if it wants
 * that. */
static void answers_show(struct virtio_device *device,
			 struct virtio_queue *queue, uint16_t from)
{
	const struct virtio_window *avail = &queue->avail;
	bool wanted;

	/* Release: the answers before the index that covers them. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	virtio_store16(virtio_window_at(&queue->used, VIRTQ_IDX),
		       queue->used_idx);
	/* The index before the guest is asked whether it looks by itself. */
	virtio_fence();
	if (virtio_agreed(device, VIRTIO_F_EVENT_IDX)) {
		wanted = virtio_event_passed(
			virtio_load16(virtio_window_at(
				avail, VIRTQ_AVAIL_RING(queue->size))),
			from, queue->used_idx);
	} else {
		wanted = (virtio_load16(virtio_window_at(avail, VIRTQ_FLAGS)) &
			  VIRTQ_AVAIL_NO_INTERRUPT) == 0;
	}
	if (!wanted)
		return;
	device->interrupts++;
	virtio_isr_raise(device, VIRTIO_ISR_QUEUE);
}

unsigned virtio_answers_take(struct virtio_device *device,
			     struct virtio_queue *queue)
{
	uint16_t idx = virtio_load16(queue->shared->used + VIRTQ_IDX);
	uint16_t waiting = (uint16_t)(idx - queue->taken_idx);
	uint16_t given = queue->used_idx;
	unsigned count = 0;

	if (waiting > queue->in_flight) {
		virtio_lose(device, "queue %u: %u answers to %u requests",
			    (unsigned)(queue - device->queues), waiting,
			    queue->in_flight);
		return 0;
	}
	/* Acquire: the index before what it covers. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	while (count < waiting && answer_take(device, queue))
		count++;
	if (queue->used.size != 0 && queue->used_idx != given)
		answers_show(device, queue, given);
	return count;
}
