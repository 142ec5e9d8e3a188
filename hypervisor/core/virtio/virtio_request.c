/* SPDX-License-Identifier: BSD-3-Clause */
/* The requests that the host's device has: room for their pieces, and the pages
 * that they pin. */
#include <assert.h>

#include "hypervisor/core/virtio/virtio_internal.h"

/* ---- Chunks of tables ---- */

static unsigned chunks_for(unsigned pieces)
{
	return (pieces + VIRTIO_CHUNK - 1) / VIRTIO_CHUNK;
}

static void chunks_set(struct virtio_queue *queue, unsigned first,
		       unsigned count, bool used)
{
	for (unsigned i = first; i < first + count; i++)
		queue->chunks[i] = used;
}

/* Finds so many consecutive free chunks in [from, VIRTIO_CHUNKS). */
static bool chunks_find(const struct virtio_queue *queue, unsigned from,
			unsigned count, unsigned *first)
{
	unsigned run = 0;

	for (unsigned i = from; i < VIRTIO_CHUNKS; i++) {
		run = queue->chunks[i] ? 0 : run + 1;
		if (run == count) {
			*first = i + 1 - count;
			return true;
		}
	}
	return false;
}

static bool chunks_alloc(struct virtio_queue *queue, unsigned count,
			 unsigned *first)
{
	if (!chunks_find(queue, queue->chunk_next, count, first) &&
	    !chunks_find(queue, 0, count, first))
		return false;
	chunks_set(queue, *first, count, true);
	queue->chunk_next = (*first + count) % VIRTIO_CHUNKS;
	return true;
}

/* ---- Pins ---- */

static uint32_t pages_of(const struct virtio_piece *piece)
{
	uint64_t first = piece->ipa.value / PAGE_SIZE;

	return (uint32_t)((piece->ipa.value + piece->size - 1) / PAGE_SIZE -
			  first + 1);
}

static void request_pin(struct virtio_device *device, struct virtio_queue *queue,
			struct virtio_request *request)
{
	struct virtio_extent *extents =
		&queue->extents[(size_t)request->chunk * VIRTIO_CHUNK];

	for (unsigned i = 0; i < device->piece_count; i++) {
		const struct virtio_piece *piece = &device->pieces[i];

		extents[i] =
			(struct virtio_extent){ piece->ipa.value, piece->size };
		request->writable += piece->write ? piece->size : 0;
		request->pages += pages_of(piece);
	}
	__atomic_store_n(&request->pieces, (uint16_t)device->piece_count,
			 __ATOMIC_RELEASE);
	queue->in_flight++;
	device->in_flight++;
	device->pages += request->pages;
}

bool virtio_request_alloc(struct virtio_device *device,
			  struct virtio_queue *queue, uint16_t head,
			  unsigned *place)
{
	struct virtio_request *request;
	unsigned chunk = 0;

	assert(device->piece_count > 0 && queue->free_count > 0);
	if (!chunks_alloc(queue, chunks_for(device->piece_count), &chunk))
		return false;
	*place = queue->free[--queue->free_count];
	request = &queue->requests[*place];
	*request = (struct virtio_request){ .head = head,
					    .chunk = (uint16_t)chunk };
	request_pin(device, queue, request);
	return true;
}

void virtio_request_free(struct virtio_device *device,
			 struct virtio_queue *queue, unsigned place)
{
	struct virtio_request *request = &queue->requests[place];

	chunks_set(queue, request->chunk, chunks_for(request->pieces), false);
	queue->free[queue->free_count++] = (uint16_t)place;
	queue->in_flight--;
	device->in_flight--;
	device->pages -= request->pages;
	/* Release: whoever finds the pages unpinned may take them. */
	__atomic_store_n(&request->pieces, 0, __ATOMIC_RELEASE);
}

void virtio_requests_forget(struct virtio_device *device,
			    struct virtio_queue *queue)
{
	for (unsigned i = 0; i < CONTROL_QUEUE_SIZE; i++) {
		if (queue->requests[i].pieces != 0)
			virtio_request_free(device, queue, i);
	}
}

void virtio_requests_begin(struct virtio_queue *queue)
{
	queue->free_count = 0;
	queue->chunk_next = 0;
	for (unsigned i = queue->size; i-- > 0;)
		queue->free[queue->free_count++] = (uint16_t)i;
}

/* ---- Looking for pins ---- */

/* Returns the smaller of lowest and the first address of [ipa, ipa + size) that
 * is in [base, lowest). */
static uint64_t lowest_of(uint64_t ipa, uint64_t size, uint64_t base,
			  uint64_t lowest)
{
	if (ipa >= lowest || ipa + size <= base)
		return lowest;
	return ipa > base ? ipa : base;
}

static uint64_t window_lowest(const struct virtio_window *window, uint64_t base,
			      uint64_t lowest)
{
	uint64_t size = __atomic_load_n(&window->size, __ATOMIC_ACQUIRE);

	return size == 0 ? lowest
			 : lowest_of(window->ipa.value, size, base, lowest);
}

static uint64_t rings_lowest(const struct virtio_queue *queue, uint64_t base,
			     uint64_t lowest)
{
	lowest = window_lowest(&queue->descs, base, lowest);
	lowest = window_lowest(&queue->avail, base, lowest);
	return window_lowest(&queue->used, base, lowest);
}

/* A request may be answered meanwhile; no new one can come, nor can the extents
 * of this one change. */
static uint64_t request_lowest(const struct virtio_queue *queue, unsigned place,
			       uint64_t base, uint64_t lowest)
{
	const struct virtio_request *request = &queue->requests[place];
	unsigned pieces = __atomic_load_n(&request->pieces, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < pieces; i++) {
		const struct virtio_extent *extent =
			&queue->extents[request->chunk * VIRTIO_CHUNK + i];

		lowest = lowest_of(extent->ipa, extent->size, base, lowest);
	}
	return lowest;
}

uint64_t virtio_rings_in(const struct virtio_device *device, uint64_t base,
			 uint64_t end)
{
	for (unsigned i = 0; i < device->queue_count; i++)
		end = rings_lowest(&device->queues[i], base, end);
	return end;
}

uint64_t virtio_requests_in(const struct virtio_device *device, uint64_t base,
			    uint64_t end)
{
	for (unsigned i = 0; i < device->queue_count; i++) {
		for (unsigned place = 0; place < CONTROL_QUEUE_SIZE; place++)
			end = request_lowest(&device->queues[i], place, base,
					     end);
	}
	return end;
}

ipa_t virtio_pinned(const struct virtio_device *device, ipa_t base, ipa_t end)
{
	uint64_t lowest = virtio_rings_in(device, base.value, end.value);

	return ipa_make(virtio_requests_in(device, base.value, lowest));
}
