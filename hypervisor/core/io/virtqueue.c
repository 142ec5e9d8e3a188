/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver's side of a split virtqueue. */
#include "hypervisor/core/io/virtqueue.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

void virtqueue_init(struct virtqueue *queue, struct virtqueue_memory *memory,
		    pa_t base, unsigned size, bool device_writes)
{
	uint64_t buffers = offsetof(struct virtqueue_memory, buffers);

	assert(size != 0 && size <= VIRTQUEUE_MAX && (size & (size - 1)) == 0);
	memset(memory, 0, sizeof(*memory));
	*queue = (struct virtqueue){ .memory = memory, .size = size };
	for (unsigned i = 0; i < size; i++) {
		uint64_t at = (uint64_t)i * virtqueue_buffer_size(queue);

		memory->desc[i] = (struct virtq_desc){
			.addr = pa_add(base, buffers + at).value,
			.flags = device_writes ? VIRTQ_DESC_WRITE : 0,
		};
	}
}

uint32_t virtqueue_buffer_size(const struct virtqueue *queue)
{
	return VIRTQUEUE_BUFFERS / queue->size;
}

uint8_t *virtqueue_buffer(const struct virtqueue *queue, unsigned id)
{
	assert(id < queue->size);
	return queue->memory->buffers +
	       (size_t)id * virtqueue_buffer_size(queue);
}

bool virtqueue_free(const struct virtqueue *queue, unsigned *id)
{
	for (unsigned i = 0; i < queue->size; i++) {
		if ((queue->posted & 1u << i) == 0) {
			*id = i;
			return true;
		}
	}
	return false;
}

void virtqueue_post(struct virtqueue *queue, unsigned id, uint32_t size)
{
	struct virtqueue_memory *memory = queue->memory;

	assert(id < queue->size && (queue->posted & 1u << id) == 0);
	assert(size <= virtqueue_buffer_size(queue));
	memory->desc[id].len = size;
	memory->avail.ring[queue->posted_idx % queue->size] = (uint16_t)id;
	queue->posted |= 1u << id;
	queue->posted_idx++;
	/* Release: the device must not see the new index before the descriptor
	 * and the ring entry that it covers. */
	__atomic_store_n(&memory->avail.idx, queue->posted_idx,
			 __ATOMIC_RELEASE);
}

void virtqueue_look(struct virtqueue *queue)
{
	uint16_t idx =
		__atomic_load_n(&queue->memory->used.idx, __ATOMIC_ACQUIRE);
	uint16_t answers = (uint16_t)(idx - queue->taken_idx);
	uint16_t seen = (uint16_t)(queue->seen_idx - queue->taken_idx);

	/* The device can only answer the buffers that it has, each once, and
	 * cannot take an answer back. */
	if (answers > queue->size || answers < seen)
		queue->broken = true;
	else
		queue->seen_idx = idx;
}

/* The device can still write to the ring, so checks are made on a copy. */
static struct virtq_used_elem used_copy(const struct virtqueue *queue)
{
	const volatile struct virtq_used_elem *used =
		&queue->memory->used.ring[queue->taken_idx % queue->size];

	return (struct virtq_used_elem){ .id = used->id, .len = used->len };
}

/* Returns true if the answer is plausible and to a buffer in the mask. */
static bool used_is_in(const struct virtqueue *queue,
		       struct virtq_used_elem elem, uint32_t mask)
{
	return elem.id < queue->size && (mask & 1u << elem.id) != 0 &&
	       elem.len <= virtqueue_buffer_size(queue);
}

bool virtqueue_take(struct virtqueue *queue, struct virtqueue_done *done)
{
	while (!queue->broken && queue->taken_idx != queue->seen_idx) {
		struct virtq_used_elem elem = used_copy(queue);

		if (used_is_in(queue, elem, queue->posted)) {
			queue->taken_idx++;
			queue->posted &= ~(1u << elem.id);
			*done = (struct virtqueue_done){ elem.id, elem.len };
			return true;
		}
		queue->broken = !used_is_in(queue, elem, queue->forgotten);
		if (!queue->broken) {
			queue->taken_idx++;
			queue->forgotten &= ~(1u << elem.id);
		}
	}
	return false;
}

void virtqueue_forget(struct virtqueue *queue)
{
	queue->forgotten |= queue->posted;
	queue->posted = 0;
}
