/* SPDX-License-Identifier: BSD-3-Clause */
/* The device. It asserts that whatever it is told can be carried out. */
#include "hypervisor/port/inprocess/fake_backend.h"

#include <assert.h>
#include <string.h>

static uint64_t host_features(void *ctx)
{
	struct fake_backend *theirs = ctx;

	return theirs->features;
}

static void host_features_set(void *ctx, uint64_t features)
{
	struct fake_backend *theirs = ctx;

	assert((features & ~theirs->features) == 0);
	theirs->accepted = features;
}

static uint8_t host_status(void *ctx)
{
	struct fake_backend *theirs = ctx;

	return theirs->status;
}

static void host_reset(struct fake_backend *theirs)
{
	memset(theirs->queues, 0, sizeof(theirs->queues));
	memset(theirs->seen, 0, sizeof(theirs->seen));
	theirs->isr = 0;
	theirs->status = 0;
	theirs->reset_due = false;
	theirs->resets++;
}

void fake_backend_unstick(struct fake_backend *theirs)
{
	theirs->reset_sticks = false;
	if (theirs->reset_due)
		host_reset(theirs);
}

static void host_status_set(void *ctx, uint8_t status)
{
	struct fake_backend *theirs = ctx;

	if (status == 0 && theirs->reset_sticks) {
		theirs->reset_due = true;
		return;
	}
	if (status == 0) {
		host_reset(theirs);
		return;
	}
	if (theirs->picky)
		status &= (uint8_t)~VIRTIO_STATUS_FEATURES_OK;
	theirs->status = status;
}

static unsigned host_queue_max(void *ctx, unsigned queue)
{
	struct fake_backend *theirs = ctx;

	return queue < FAKE_BACKEND_QUEUES ? theirs->queue_max : 0;
}

static bool host_queue_set(void *ctx, const struct virtio_backend_queue *queue)
{
	struct fake_backend *theirs = ctx;

	assert(queue->number < FAKE_BACKEND_QUEUES && queue->size != 0 &&
	       (queue->size & (queue->size - 1)) == 0);
	assert(queue->desc.value % VIRTQ_DESC_ALIGN == 0 &&
	       queue->driver.value % VIRTQ_AVAIL_ALIGN == 0 &&
	       queue->device.value % VIRTQ_USED_ALIGN == 0);
	assert((theirs->status & VIRTIO_STATUS_DRIVER_OK) == 0 &&
	       theirs->queues[queue->number].size == 0);
	if (queue->size > theirs->queue_max)
		return false;
	theirs->queues[queue->number] = *queue;
	return true;
}

static void host_notify(void *ctx, unsigned queue)
{
	struct fake_backend *theirs = ctx;

	assert(queue < FAKE_BACKEND_QUEUES && theirs->queues[queue].size != 0);
	assert((theirs->status & VIRTIO_STATUS_DRIVER_OK) != 0);
	theirs->notified[queue]++;
}

static uint8_t host_isr(void *ctx)
{
	struct fake_backend *theirs = ctx;
	uint8_t isr = theirs->isr;

	theirs->isr = 0;
	return isr;
}

static uint8_t host_generation(void *ctx)
{
	struct fake_backend *theirs = ctx;

	return theirs->generation;
}

static uint64_t host_config(void *ctx, unsigned offset, unsigned size)
{
	struct fake_backend *theirs = ctx;
	uint64_t value = 0;

	assert(size <= 8 && offset % size == 0);
	if (theirs->in_config != NULL)
		theirs->in_config(theirs, offset);
	if (offset + size <= FAKE_BACKEND_CONFIG)
		memcpy(&value, theirs->config + offset, size);
	return value;
}

static void host_config_set(void *ctx, unsigned offset, unsigned size,
			    uint64_t value)
{
	struct fake_backend *theirs = ctx;

	assert(size <= 8 && offset % size == 0);
	if (offset + size <= FAKE_BACKEND_CONFIG)
		memcpy(theirs->config + offset, &value, size);
}

static const struct virtio_backend_ops host_ops = {
	.features = host_features,
	.features_set = host_features_set,
	.status = host_status,
	.status_set = host_status_set,
	.queue_max = host_queue_max,
	.queue_set = host_queue_set,
	.notify = host_notify,
	.isr = host_isr,
	.generation = host_generation,
	.config = host_config,
	.config_set = host_config_set,
};

static void *host_at(struct fake_backend *theirs, pa_t ring, uint64_t offset)
{
	return theirs->at(theirs->ctx, ring.value + offset, 2);
}

static uint16_t *host_field(struct fake_backend *theirs, pa_t ring,
			    uint64_t offset)
{
	return host_at(theirs, ring, offset);
}

uint16_t *fake_backend_idx(struct fake_backend *theirs, unsigned queue)
{
	return host_field(theirs, theirs->queues[queue].device, VIRTQ_IDX);
}

struct virtq_used_elem *fake_backend_elem(struct fake_backend *theirs,
					  unsigned queue, uint16_t number)
{
	const struct virtio_backend_queue *ring = &theirs->queues[queue];
	uint64_t offset = VIRTQ_USED_RING((uint64_t)number % ring->size);

	return host_at(theirs, ring->device, offset);
}

static void host_piece(struct fake_request *request,
		       const struct virtq_desc *desc)
{
	assert(request->count < VIRTIO_PIECES && desc->len > 0);
	request->pieces[request->count++] =
		(struct fake_piece){ desc->addr, desc->len,
				     (desc->flags & VIRTQ_DESC_WRITE) != 0 };
}

static void host_table(struct fake_backend *theirs,
		       const struct virtq_desc *desc,
		       struct fake_request *request)
{
	const struct virtq_desc *table =
		(const void *)theirs->at(theirs->ctx, desc->addr, desc->len);
	unsigned count = desc->len / (unsigned)sizeof(*table);

	assert(desc->flags == VIRTQ_DESC_INDIRECT && count > 1);
	for (unsigned i = 0; i < count; i++) {
		bool more = (table[i].flags & VIRTQ_DESC_NEXT) != 0;

		assert(more == (i + 1 < count));
		assert(!more || table[i].next == i + 1);
		host_piece(request, &table[i]);
	}
}

bool fake_backend_take(struct fake_backend *theirs, unsigned queue,
		       struct fake_request *request)
{
	const struct virtio_backend_queue *ring = &theirs->queues[queue];
	const struct virtq_desc *desc;
	uint16_t seen = theirs->seen[queue];

	if (ring->size == 0 ||
	    seen == *host_field(theirs, ring->driver, VIRTQ_IDX))
		return false;
	/* Acquire: the index before what it covers. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*request = (struct fake_request){
		.id = *host_field(theirs, ring->driver,
				  VIRTQ_AVAIL_RING((uint64_t)seen % ring->size))
	};
	assert(request->id < ring->size);
	desc = (const void *)theirs->at(
		theirs->ctx,
		ring->desc.value + VIRTQ_DESC_SIZE((uint64_t)request->id),
		sizeof(*desc));
	if ((desc->flags & VIRTQ_DESC_INDIRECT) != 0)
		host_table(theirs, desc, request);
	else
		host_piece(request, desc);
	for (unsigned i = 0; i < request->count; i++)
		(void)theirs->at(theirs->ctx, request->pieces[i].pa, 1);
	theirs->seen[queue] = (uint16_t)(seen + 1);
	return true;
}

/* Returns true if the carrier wants to hear of the answer to which the index is
 * about to move. */
static bool host_wanted(struct fake_backend *theirs, unsigned queue,
			uint16_t from)
{
	const struct virtio_backend_queue *ring = &theirs->queues[queue];

	if ((theirs->accepted >> VIRTIO_F_EVENT_IDX & 1) != 0)
		return *host_field(theirs, ring->driver,
				   VIRTQ_AVAIL_RING((uint64_t)ring->size)) ==
		       from;
	return (*host_field(theirs, ring->driver, VIRTQ_FLAGS) &
		VIRTQ_AVAIL_NO_INTERRUPT) == 0;
}

void fake_backend_answer(struct fake_backend *theirs, unsigned queue,
			 unsigned id, uint32_t size)
{
	uint16_t *idx = fake_backend_idx(theirs, queue);
	uint16_t from = *idx;

	*fake_backend_elem(theirs, queue, from) =
		(struct virtq_used_elem){ id, size };
	/* The answer before the index, and that before the look at whether
	 * somebody wants to hear of it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	*idx = (uint16_t)(from + 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!host_wanted(theirs, queue, from))
		return;
	theirs->isr |= VIRTIO_ISR_QUEUE;
	if (theirs->device != NULL)
		(void)virtio_interrupt(theirs->device);
}

void fake_backend_init(struct fake_backend *theirs, uint64_t features,
		       bool reset_waits)
{
	*theirs = (struct fake_backend){
		.backend = { &host_ops, theirs, reset_waits },
		.features = features,
		.queue_max = FAKE_BACKEND_DEPTH,
	};
}
