/* SPDX-License-Identifier: BSD-3-Clause */
/* A virtio console of the hypervisor: reading and answering requests, moving
 * their bytes. */
#include "hypervisor/core/virtio/hvc.h"

#include <string.h>

#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/number.h"

enum {
	QUEUE_IN,
	QUEUE_OUT,
};

#define STEP_BYTES 32 /* most bytes that a step moves */
#define STEPS      128 /* most steps while the lock is held */

/* ---- Requests. The callers hold the lock. ---- */

static uint8_t *ring_field(const struct hvc_queue *queue, pa_t part,
			   uint64_t offset)
{
	return queue->memory + (part.value - queue->ring.desc.value) + offset;
}

/* Returns true if there is a request; *id is its descriptor's number. */
static bool request_look(const struct hvc *hvc, const struct hvc_queue *queue,
			 uint16_t *id)
{
	unsigned place;
	uint16_t idx;

	if ((hvc->status & VIRTIO_STATUS_DRIVER_OK) == 0 ||
	    queue->memory == NULL)
		return false;
	idx = virtio_load16(ring_field(queue, queue->ring.driver, VIRTQ_IDX));
	if (idx == queue->answered)
		return false;
	/* Acquire: the index before what it covers. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	place = queue->answered % queue->ring.size;
	*id = virtio_load16(ring_field(queue, queue->ring.driver,
				       VIRTQ_AVAIL_RING((uint64_t)place)));
	return true;
}

static void request_answer(struct hvc_queue *queue, uint16_t id,
			   uint32_t written)
{
	uint64_t place = queue->answered % queue->ring.size;
	uint8_t *elem =
		ring_field(queue, queue->ring.device, VIRTQ_USED_RING(place));

	virtio_store32(elem, id);
	virtio_store32(elem + 4, written);
	/* Release: the answer before the index that covers it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	queue->answered++;
	queue->done = 0;
	virtio_store16(ring_field(queue, queue->ring.device, VIRTQ_IDX),
		       queue->answered);
}

/* Returns the request's descriptor, or its table of descriptors. */
static const struct virtq_desc *request_pieces(const struct hvc_queue *queue,
					       uint16_t id, unsigned *count)
{
	const void *ring = queue->memory + VIRTQ_DESC_SIZE((uint64_t)id);
	const struct virtq_desc *desc = ring;

	*count = 1;
	if ((desc->flags & VIRTQ_DESC_INDIRECT) == 0)
		return desc;
	*count = desc->len / (unsigned)sizeof(*desc);
	ring = queue->memory + (desc->addr - queue->ring.desc.value);
	return ring;
}

/* Finds the next piece of a request behind the bytes that are done. write: only
 * among the pieces that the device writes, else only among those that it reads.
 * Returns false at the end. */
static bool piece_find(const struct hvc_queue *queue, uint16_t id, bool write,
		       struct virtio_piece *piece)
{
	uint64_t skip = queue->done;
	unsigned count;
	const struct virtq_desc *desc = request_pieces(queue, id, &count);

	for (unsigned i = 0; i < count; i++) {
		if (((desc[i].flags & VIRTQ_DESC_WRITE) != 0) != write)
			continue;
		if (skip < desc[i].len) {
			piece->pa = pa_make(desc[i].addr + skip);
			piece->size = desc[i].len - (uint32_t)skip;
			return true;
		}
		skip -= desc[i].len;
	}
	return false;
}

/* Returns how many of these bytes are in the first page of a piece. */
static uint32_t piece_part(const struct virtio_piece *piece, uint64_t size)
{
	uint64_t in_page = PAGE_SIZE - piece->pa.value % PAGE_SIZE;

	return (uint32_t)smaller(size, smaller(piece->size, in_page));
}

static pa_t piece_page(const struct virtio_piece *piece)
{
	return pa_make(piece->pa.value - piece->pa.value % PAGE_SIZE);
}

/* Copy from, or to, the first page of a piece. Return how many bytes. */
static uint32_t piece_read(const struct hvc *hvc,
			   const struct virtio_piece *piece, uint8_t *bytes,
			   uint64_t size)
{
	const struct host_ops *host = hvc->ops.host;
	pa_t page = piece_page(piece);
	uint8_t *content = host->page_map(host->ctx, page);
	uint32_t part = piece_part(piece, size);

	memcpy(bytes, content + piece->pa.value % PAGE_SIZE, part);
	host->page_unmap(host->ctx, page, content);
	return part;
}

static uint32_t piece_write(const struct hvc *hvc,
			    const struct virtio_piece *piece,
			    const uint8_t *bytes, uint64_t size)
{
	const struct host_ops *host = hvc->ops.host;
	pa_t page = piece_page(piece);
	uint8_t *content = host->page_map(host->ctx, page);
	uint32_t part = piece_part(piece, size);

	memcpy(content + piece->pa.value % PAGE_SIZE, bytes, part);
	host->page_unmap(host->ctx, page, content);
	return part;
}

/* ---- Output ---- */

/* Outputs some bytes. Returns false if there are none, or no room for them. */
static bool output_step(struct hvc *hvc)
{
	struct hvc_queue *queue = &hvc->queues[QUEUE_OUT];
	struct virtio_piece piece;
	uint8_t bytes[STEP_BYTES];
	unsigned room;
	uint32_t size;
	uint16_t id;

	if (!request_look(hvc, queue, &id))
		return false;
	if (!piece_find(queue, id, false, &piece)) {
		request_answer(queue, id, 0);
		return true;
	}
	room = hvc->ops.room(hvc->ops.ctx);
	if (room == 0)
		return false;
	size = piece_read(hvc, &piece, bytes, smaller(room, STEP_BYTES));
	for (uint32_t i = 0; i < size; i++)
		hvc->ops.put(hvc->ops.ctx, bytes[i]);
	queue->done += size;
	return true;
}

bool hvc_work(struct hvc *hvc)
{
	unsigned steps = 0;

	spinlock_acquire(&hvc->lock);
	while (steps < STEPS && output_step(hvc))
		steps++;
	spinlock_release(&hvc->lock);
	return steps == STEPS;
}

/* ---- Input ---- */

/* Answers the next buffer of the guest with input. Returns false if there is no
 * buffer. */
static bool input_step(struct hvc *hvc, const uint8_t *bytes, size_t size,
		       size_t *taken)
{
	struct hvc_queue *queue = &hvc->queues[QUEUE_IN];
	struct virtio_piece piece;
	uint32_t written = 0;
	uint16_t id;

	if (!request_look(hvc, queue, &id))
		return false;
	if (piece_find(queue, id, true, &piece))
		written = piece_write(hvc, &piece, bytes, size);
	request_answer(queue, id, written);
	*taken += written;
	return true;
}

size_t hvc_input(struct hvc *hvc, const uint8_t *bytes, size_t size)
{
	bool answered = false;
	size_t taken = 0;

	spinlock_acquire(&hvc->lock);
	while (taken < size &&
	       input_step(hvc, bytes + taken, size - taken, &taken))
		answered = true;
	spinlock_release(&hvc->lock);
	if (answered) {
		__atomic_store_n(&hvc->isr, VIRTIO_ISR_QUEUE, __ATOMIC_SEQ_CST);
		(void)virtio_interrupt(hvc->device); /* it did */
	}
	return taken;
}

/* ---- struct virtio_backend_ops ---- */

static uint64_t hvc_features(void *ctx)
{
	(void)ctx;
	return VIRTIO_BIT(VIRTIO_F_VERSION_1) |
	       VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM) |
	       VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC);
}

static void hvc_features_set(void *ctx, uint64_t features)
{
	(void)ctx;
	(void)features;
}

static uint8_t hvc_status(void *ctx)
{
	struct hvc *hvc = ctx;

	return __atomic_load_n(&hvc->status, __ATOMIC_RELAXED);
}

static void hvc_status_set(void *ctx, uint8_t status)
{
	struct hvc *hvc = ctx;

	spinlock_acquire(&hvc->lock);
	__atomic_store_n(&hvc->status, status, __ATOMIC_RELAXED);
	if (status == 0)
		memset(hvc->queues, 0, sizeof(hvc->queues));
	spinlock_release(&hvc->lock);
}

static unsigned hvc_queue_max(void *ctx, unsigned queue)
{
	(void)ctx;
	return queue < HVC_QUEUES ? HVC_QUEUE_SIZE : 0;
}

/* The carrier's memory of a queue is one allocation, which begins with the
 * descriptors. */
static bool hvc_queue_set(void *ctx, const struct virtio_backend_queue *ring)
{
	struct hvc *hvc = ctx;
	const struct host_ops *host = hvc->ops.host;

	spinlock_acquire(&hvc->lock);
	hvc->queues[ring->number] = (struct hvc_queue){
		.memory = host->page_map(host->ctx, ring->desc),
		.ring = *ring,
	};
	spinlock_release(&hvc->lock);
	return true;
}

static void hvc_notify(void *ctx, unsigned queue)
{
	struct hvc *hvc = ctx;
	const struct virtio_ops *carrier = hvc->device->ops;

	if (queue == QUEUE_IN)
		hvc->ops.ready(hvc->ops.ctx);
	else if (hvc_work(hvc))
		carrier->kick(carrier->ctx);
}

static uint8_t hvc_isr(void *ctx)
{
	struct hvc *hvc = ctx;

	return (uint8_t)__atomic_exchange_n(&hvc->isr, 0, __ATOMIC_SEQ_CST);
}

static uint8_t hvc_generation(void *ctx)
{
	(void)ctx;
	return 0;
}

/* All fields belong to features that the device does not have. */
static uint64_t hvc_config(void *ctx, unsigned offset, unsigned size)
{
	(void)ctx;
	(void)offset;
	(void)size;
	return 0;
}

static void hvc_config_set(void *ctx, unsigned offset, unsigned size,
			   uint64_t value)
{
	(void)ctx;
	(void)offset;
	(void)size;
	(void)value;
}

static const struct virtio_backend_ops backend_ops = {
	.features = hvc_features,
	.features_set = hvc_features_set,
	.status = hvc_status,
	.status_set = hvc_status_set,
	.queue_max = hvc_queue_max,
	.queue_set = hvc_queue_set,
	.notify = hvc_notify,
	.isr = hvc_isr,
	.generation = hvc_generation,
	.config = hvc_config,
	.config_set = hvc_config_set,
};

void hvc_init(struct hvc *hvc, const struct hvc_ops *ops,
	      struct virtio_backend *backend)
{
	*hvc = (struct hvc){ .ops = *ops };
	*backend = (struct virtio_backend){
		.ops = &backend_ops,
		.ctx = hvc,
		.answers_at_once = true,
	};
}
