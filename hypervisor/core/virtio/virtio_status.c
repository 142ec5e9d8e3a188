/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a device: its status, its reset, its queues, and how it breaks. */
#include <stdarg.h>
#include <string.h>

#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/log.h"
#include "lib/number.h"

/* How often a device tells that it broke. A guest can break it at will. */
#define BREAKS_TOLD 8

/* The status bits that a driver sets. */
#define STATUS_DRIVER                                                          \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |                    \
	 VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK |                 \
	 VIRTIO_STATUS_FAILED)

/* ---- Interrupts ---- */

static void isr_change(struct virtio_device *device, uint32_t set,
		       uint32_t clear)
{
	const struct virtio_ops *ops = device->ops;
	uint32_t before, after;

	spinlock_acquire(&device->isr_lock);
	before = device->isr;
	after = (before | set) & ~clear;
	/* Release: what the bits tell of before the bits. A guest reads them
	 * without the lock, and need not have been interrupted. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&device->isr, after, __ATOMIC_RELAXED);
	if (device->shown != NULL)
		virtio_store32(device->shown + VIRTIO_MMIO_INTERRUPT_STATUS,
			       after);
	if ((before != 0) != (after != 0))
		ops->line_set(ops->ctx, device->index, after != 0);
	spinlock_release(&device->isr_lock);
}

void virtio_isr_raise(struct virtio_device *device, uint32_t bits)
{
	isr_change(device, bits, 0);
}

void virtio_isr_acknowledge(struct virtio_device *device, uint32_t bits)
{
	isr_change(device, 0, bits);
}

void virtio_isr_show(struct virtio_device *device, uint8_t *window)
{
	spinlock_acquire(&device->isr_lock);
	device->shown = window;
	if (window != NULL)
		virtio_store32(window + VIRTIO_MMIO_INTERRUPT_STATUS,
			       device->isr);
	spinlock_release(&device->isr_lock);
}

/* ---- How it breaks ---- */

/* A queue is ready as long as its rings are open, so that no queue can be given
 * to the host's device without them. */
static void rings_close(struct virtio_device *device, struct virtio_queue *queue)
{
	queue->ready = false;
	device->registers_changed = true;
	virtio_window_close(device, &queue->descs);
	virtio_window_close(device, &queue->avail);
	virtio_window_close(device, &queue->used);
	queue->poll_ns = UINT64_MAX;
}

static void all_rings_close(struct virtio_device *device)
{
	for (unsigned i = 0; i < device->queue_count; i++)
		rings_close(device, &device->queues[i]);
}

static void device_break(struct virtio_device *device, const char *format,
			 va_list arguments)
{
	const struct virtio_ops *ops = device->ops;

	if (device->broken)
		return;
	(void)log_format(device->why, VIRTIO_TEXT, format, arguments);
	device->broken = true;
	device->status |= VIRTIO_STATUS_NEEDS_RESET;
	device->registers_changed = true;
	all_rings_close(device);
	if (device->breaks++ < BREAKS_TOLD)
		ops->broken(ops->ctx, device->index, device->why);
	virtio_shown_update(device);
	virtio_isr_raise(device, VIRTIO_ISR_CONFIG);
}

void virtio_break(struct virtio_device *device, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	device_break(device, format, arguments);
	va_end(arguments);
}

void virtio_lose(struct virtio_device *device, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	device_break(device, format, arguments);
	va_end(arguments);
	device->lost = true;
	(void)virtio_halt(device);
}

/* ---- Reset of the host's device ---- */

/* A device that is broken by its own account does not answer any more. */
static bool host_answers(struct virtio_device *device)
{
	const struct virtio_backend *backend = &device->backend;

	return !device->lost && (backend->ops->status(backend->ctx) &
				 VIRTIO_STATUS_NEEDS_RESET) == 0;
}

static bool reset_has_to_wait(struct virtio_device *device)
{
	for (unsigned i = 0; i < device->queue_count && !device->lost; i++) {
		if (device->queues[i].enabled)
			(void)virtio_answers_take(device, &device->queues[i]);
	}
	return device->backend.reset_waits && device->in_flight > 0 &&
	       host_answers(device);
}

static void requests_end(struct virtio_device *device)
{
	for (unsigned i = 0; i < device->queue_count; i++) {
		virtio_requests_forget(device, &device->queues[i]);
		device->queues[i].enabled = false;
	}
}

bool virtio_halt(struct virtio_device *device)
{
	const struct virtio_backend *backend = &device->backend;

	if (device->halted)
		return true;
	device->halting = true;
	all_rings_close(device);
	if (!device->reset_written) {
		if (reset_has_to_wait(device) || device->halted)
			return device->halted;
		device->reset_written = true;
		backend->ops->status_set(backend->ctx, 0);
	}
	if (backend->ops->status(backend->ctx) != 0)
		return false;
	requests_end(device);
	device->halted = true;
	device->halting = false;
	device->lost = false;
	return true;
}

bool virtio_stop(struct virtio_device *device)
{
	bool halted;

	virtio_lock(device);
	halted = virtio_halt(device);
	virtio_unlock(device);
	return halted;
}

void virtio_release(struct virtio_device *device, ipa_t base, ipa_t end)
{
	uint64_t in_ring, in_request;

	virtio_lock(device);
	in_ring = virtio_rings_in(device, base.value, end.value);
	in_request = virtio_requests_in(device, base.value, end.value);
	if (in_ring < end.value) {
		virtio_break(device, "the guest took back 0x%llx, in a ring",
			     (unsigned long long)in_ring);
	}
	if (in_request < end.value && !device->backend.reset_waits) {
		virtio_break(device, "the guest took back 0x%llx, in a request",
			     (unsigned long long)in_request);
		(void)virtio_halt(device);
	}
	virtio_unlock(device);
}

/* ---- Queues ---- */

static const char *ring_open(struct virtio_device *device,
			     struct virtio_window *window, uint64_t address,
			     uint64_t size, uint64_t align)
{
	if (!is_aligned(address, align))
		return "is not aligned";
	return virtio_window_open(device, window, address, size);
}

static const char *rings_open(struct virtio_device *device,
			      struct virtio_queue *queue)
{
	uint64_t size = queue->size;
	const char *why = ring_open(device, &queue->descs, queue->desc,
				    VIRTQ_DESC_SIZE(size), VIRTQ_DESC_ALIGN);

	if (why == NULL)
		why = ring_open(device, &queue->avail, queue->driver,
				VIRTQ_AVAIL_SIZE(size), VIRTQ_AVAIL_ALIGN);
	if (why == NULL)
		why = ring_open(device, &queue->used, queue->device,
				VIRTQ_USED_SIZE(size), VIRTQ_USED_ALIGN);
	return why;
}

static bool queue_size_fits(const struct virtio_queue *queue)
{
	return queue->size != 0 && queue->size <= queue->size_max &&
	       is_aligned(queue->size, queue->size);
}

static void queue_open(struct virtio_device *device, struct virtio_queue *queue)
{
	unsigned number = (unsigned)(queue - device->queues);
	const char *why;

	if (!queue_size_fits(queue)) {
		virtio_break(device, "queue %u of %u descriptors", number,
			     queue->size);
		return;
	}
	why = rings_open(device, queue);
	if (why != NULL) {
		rings_close(device, queue);
		virtio_break(device, "a ring of queue %u, which %s", number,
			     why);
		return;
	}
	queue->ready = true;
	queue->avail_idx = 0;
	queue->used_idx = 0;
}

void virtio_queue_ready_write(struct virtio_device *device,
			      struct virtio_queue *queue, bool ready)
{
	if (ready == queue->ready || device->broken)
		return;
	if ((device->status & VIRTIO_STATUS_DRIVER_OK) != 0) {
		virtio_break(device, "queue %u changes while it is used",
			     (unsigned)(queue - device->queues));
		return;
	}
	if (ready) {
		queue_open(device, queue);
		return;
	}
	rings_close(device, queue);
}

/* Gives the host's device a queue of its own for one of the guest's. */
static bool queue_enable(struct virtio_device *device,
			 struct virtio_queue *queue)
{
	const struct virtio_backend *backend = &device->backend;
	pa_t base = queue->shared_base;
	struct virtio_backend_queue theirs = {
		.number = (unsigned)(queue - device->queues),
		.size = queue->size,
		.desc = pa_add(base, offsetof(struct virtio_shared, desc)),
		.driver = pa_add(base, offsetof(struct virtio_shared, avail)),
		.device = pa_add(base, offsetof(struct virtio_shared, used)),
	};

	memset(queue->shared, 0, sizeof(*queue->shared));
	queue->posted_idx = 0;
	queue->taken_idx = 0;
	queue->requests_wait = 0;
	queue->answers_wait = 0;
	virtio_requests_begin(queue);
	queue->enabled = backend->ops->queue_set(backend->ctx, &theirs);
	if (!queue->enabled) {
		virtio_lose(device, "the host's device refuses queue %u",
			    theirs.number);
	}
	return queue->enabled;
}

static bool queues_enable(struct virtio_device *device)
{
	for (unsigned i = 0; i < device->queue_count; i++) {
		if (device->queues[i].ready &&
		    !queue_enable(device, &device->queues[i]))
			return false;
	}
	return true;
}

/* ---- The register Status ---- */

/* Puts the registers into the state after a reset. */
static void registers_reset(struct virtio_device *device)
{
	for (unsigned i = 0; i < device->queue_count; i++) {
		struct virtio_queue *queue = &device->queues[i];

		rings_close(device, queue);
		queue->size = 0;
		queue->desc = 0;
		queue->driver = 0;
		queue->device = 0;
	}
	device->wanted = 0;
	device->device_sel = 0;
	device->driver_sel = 0;
	device->queue_sel = 0;
	device->status = 0;
	device->broken = false;
	virtio_isr_acknowledge(device, UINT32_MAX);
}

static bool features_fit(const struct virtio_device *device)
{
	return (device->wanted & ~device->offered) == 0 &&
	       virtio_agreed(device, VIRTIO_F_VERSION_1) &&
	       virtio_agreed(device, VIRTIO_F_ACCESS_PLATFORM);
}

/* Returns the features that the host's device gets: what the driver wants of
 * it, and what the carrier needs. */
static uint64_t features_for_host(const struct virtio_device *device)
{
	uint64_t generic = VIRTIO_BIT(VIRTIO_F_GENERIC_END) -
			   VIRTIO_BIT(VIRTIO_F_GENERIC_FIRST);

	return (device->wanted & ~generic) | VIRTIO_BIT(VIRTIO_F_VERSION_1) |
	       VIRTIO_BIT(VIRTIO_F_ACCESS_PLATFORM) |
	       VIRTIO_BIT(VIRTIO_F_INDIRECT_DESC) |
	       (device->host_events ? VIRTIO_BIT(VIRTIO_F_EVENT_IDX) : 0);
}

/* Passes bits of the status on to the host's device. */
static void host_status_add(struct virtio_device *device, uint32_t bits)
{
	const struct virtio_backend *backend = &device->backend;
	uint8_t status = (uint8_t)(device->status | bits);

	device->halted = false;
	device->reset_written = false;
	backend->ops->status_set(backend->ctx, status);
	device->status |= bits;
}

/* The bit is set only if the host's device agrees too. */
static void features_ok_write(struct virtio_device *device)
{
	const struct virtio_backend *backend = &device->backend;

	if (!features_fit(device))
		return;
	backend->ops->features_set(backend->ctx, features_for_host(device));
	host_status_add(device, VIRTIO_STATUS_FEATURES_OK);
	if ((backend->ops->status(backend->ctx) & VIRTIO_STATUS_FEATURES_OK) == 0)
		device->status &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
}

/* The queues may have requests already, of which the driver need not notify the
 * device. */
static void driver_ok_write(struct virtio_device *device)
{
	if ((device->status & VIRTIO_STATUS_FEATURES_OK) == 0) {
		virtio_break(device, "a driver without agreed features");
		return;
	}
	if (!queues_enable(device))
		return;
	host_status_add(device, VIRTIO_STATUS_DRIVER_OK);
	__atomic_store_n(&device->pending, 1, __ATOMIC_SEQ_CST);
}

bool virtio_status_write(struct virtio_device *device, uint32_t status)
{
	uint32_t fresh = status & STATUS_DRIVER & ~device->status;

	if (status == 0) {
		if (!virtio_halt(device))
			return false;
		registers_reset(device);
		return true;
	}
	if (device->broken || device->halting) {
		device->status |= fresh & VIRTIO_STATUS_FAILED;
		return true;
	}
	if ((fresh & ~(uint32_t)(VIRTIO_STATUS_FEATURES_OK |
				 VIRTIO_STATUS_DRIVER_OK)) != 0)
		host_status_add(device,
				fresh & ~(uint32_t)(VIRTIO_STATUS_FEATURES_OK |
						    VIRTIO_STATUS_DRIVER_OK));
	if ((fresh & VIRTIO_STATUS_FEATURES_OK) != 0)
		features_ok_write(device);
	if ((fresh & VIRTIO_STATUS_DRIVER_OK) != 0)
		driver_ok_write(device);
	return true;
}
