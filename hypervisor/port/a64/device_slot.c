/* SPDX-License-Identifier: BSD-3-Clause */
/* struct slot_ops, and struct virtio_backend on a device in a slot. */
#include "hypervisor/port/a64/device_slot.h"

#include <stddef.h>

#include "hypervisor/core/busy_lock.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/virtio/virtio.h"
#include "hypervisor/port/a64/device_thread.h"
#include "hypervisor/port/a64/virtio_pci.h"
#include "lib/log.h"

struct device_slot {
	struct virtio_pci pci;
	struct virtio_device *device; /* that it interrupts; NULL: none */
	struct pci_interrupt interrupt;
	uint64_t notify_at[CONTROL_QUEUES]; /* of queues that are enabled */
};

static struct device_slot slots[DEVICE_SLOTS];

/* Guards the hot-plug controller, whose commands take long. */
static struct busy_lock plug_lock;

/* ---- struct virtio_backend_ops: ctx is the slot ---- */

static uint64_t slot_features(void *ctx)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_features(&slot->pci);
}

static void slot_features_set(void *ctx, uint64_t features)
{
	const struct device_slot *slot = ctx;

	virtio_pci_features_set(&slot->pci, features);
}

static uint8_t slot_status(void *ctx)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_status(&slot->pci);
}

static void slot_status_set(void *ctx, uint8_t status)
{
	const struct device_slot *slot = ctx;

	virtio_pci_status_set(&slot->pci, status);
}

static unsigned slot_queue_max(void *ctx, unsigned queue)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_queue_max(&slot->pci, queue);
}

static bool slot_queue_set(void *ctx, const struct virtio_backend_queue *queue)
{
	struct device_slot *slot = ctx;
	uint64_t at = virtio_pci_notify_at(&slot->pci, queue->number);
	struct virtio_pci_queue theirs = {
		.number = queue->number,
		.size = queue->size,
		.desc = queue->desc,
		.avail = queue->driver,
		.used = queue->device,
	};

	slot->notify_at[queue->number] = at;
	return at != 0 && virtio_pci_queue_set(&slot->pci, &theirs);
}

static void slot_notify(void *ctx, unsigned queue)
{
	const struct device_slot *slot = ctx;

	virtio_pci_notify(slot->notify_at[queue], queue);
}

static uint8_t slot_isr(void *ctx)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_isr(&slot->pci);
}

static uint8_t slot_generation(void *ctx)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_generation(&slot->pci);
}

static uint64_t slot_config(void *ctx, unsigned offset, unsigned size)
{
	const struct device_slot *slot = ctx;

	return virtio_pci_config(&slot->pci, offset, size);
}

static void slot_config_set(void *ctx, unsigned offset, unsigned size,
			    uint64_t value)
{
	const struct device_slot *slot = ctx;

	virtio_pci_config_set(&slot->pci, offset, size, value);
}

static const struct virtio_backend_ops backend_ops = {
	.features = slot_features,
	.features_set = slot_features_set,
	.status = slot_status,
	.status_set = slot_status_set,
	.queue_max = slot_queue_max,
	.queue_set = slot_queue_set,
	.notify = slot_notify,
	.isr = slot_isr,
	.generation = slot_generation,
	.config = slot_config,
	.config_set = slot_config_set,
};

/* ---- struct slot_ops: ctx is struct host_ops ---- */

static enum control_status slot_plug(unsigned number, unsigned *kind, char *text)
{
	struct device_slot *slot = &slots[number];
	unsigned device;
	const char *why;

	if (!pci_slot_occupied(number + 1)) {
		return control_refuse(text, CONTROL_E_STATE, "slot %u is empty",
				      number);
	}
	if (!pci_slot_on(number + 1)) {
		return control_refuse(text, CONTROL_E_STATE,
				      "slot %u does not turn on", number);
	}
	*kind = SLOT_STRANGE;
	why = pci_slot_open(number + 1, &slot->pci);
	if (why != NULL) {
		return control_refuse(text, CONTROL_E_STATE,
				      "slot %u cannot be used: %s", number, why);
	}
	device = pci_identity_read(&slot->pci.function) >> 16;
	if (device > VIRTIO_PCI_DEVICE(0))
		*kind = device - VIRTIO_PCI_DEVICE(0);
	return CONTROL_OK;
}

/* QEMU's block devices and 9p drain their requests when they are reset. */
static bool reset_waits(unsigned id)
{
	return id == VIRTIO_ID_BLOCK || id == VIRTIO_ID_9P;
}

static enum control_status device_slot_open(void *ctx, unsigned number,
					    struct virtio_backend *backend,
					    unsigned *kind, char *text)
{
	enum control_status status;

	busy_lock_acquire(&plug_lock, ctx);
	status = slot_plug(number, kind, text);
	busy_lock_release(&plug_lock);
	*backend = (struct virtio_backend){ &backend_ops, &slots[number],
					    reset_waits(*kind) };
	return status;
}

/* Called for the interrupts of all devices that share the line. */
static void slot_interrupted(void *ctx)
{
	const struct device_slot *slot = ctx;

	(void)virtio_interrupt(slot->device);
}

static void device_slot_attach(void *ctx, unsigned number,
			       struct virtio_device *device)
{
	struct device_slot *slot = &slots[number];

	(void)ctx;
	slot->device = device;
	slot->interrupt =
		(struct pci_interrupt){ .fn = slot_interrupted, .ctx = slot };
	pci_interrupt_add(&slot->pci.function, &slot->interrupt);
}

static void device_slot_close(void *ctx, unsigned number)
{
	struct device_slot *slot = &slots[number];
	bool off;

	if (slot->device != NULL)
		pci_interrupt_remove(&slot->pci.function, &slot->interrupt);
	slot->device = NULL;
	busy_lock_acquire(&plug_lock, ctx);
	off = pci_slot_off(number + 1);
	busy_lock_release(&plug_lock);
	if (!off)
		log_line("slot %u does not turn off", number);
}

const struct slot_ops *device_slots_open(const struct host_ops *host)
{
	static struct slot_ops ops = {
		.open = device_slot_open,
		.attach = device_slot_attach,
		.close = device_slot_close,
		.thread_start = device_thread_start,
		.thread_kick = device_thread_kick,
		.thread_until = device_thread_until,
		.thread_end = device_thread_end,
	};

	ops.ctx = (void *)(uintptr_t)host;
	return &ops;
}
