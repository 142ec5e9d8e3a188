/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of virtio over MMIO (virtio 1.2, 4.2.2), as the guest sees
 * them. */
#include "hypervisor/core/virtio/virtio_internal.h"

#define VENDOR 0x56454552 /* "REEV" */

/* ---- The selected queue ---- */

/* Returns NULL if there is no such queue. */
static struct virtio_queue *queue_selected(struct virtio_device *device)
{
	return device->queue_sel < device->queue_count
		       ? &device->queues[device->queue_sel]
		       : NULL;
}

static uint32_t queue_reg_read(struct virtio_device *device, uint64_t offset)
{
	const struct virtio_queue *queue = queue_selected(device);

	if (queue == NULL)
		return 0;
	return offset == VIRTIO_MMIO_QUEUE_NUM_MAX ? queue->size_max
						   : queue->ready;
}

static void half_set(uint64_t *value, bool high, uint32_t half)
{
	if (high)
		*value = (uint64_t)half << 32 | (uint32_t)*value;
	else
		*value = (*value & ~(uint64_t)UINT32_MAX) | half;
}

static void queue_address_write(struct virtio_queue *queue, uint64_t offset,
				uint32_t value)
{
	bool high = (offset & 4) != 0;

	switch (offset & ~UINT64_C(4)) {
	case VIRTIO_MMIO_QUEUE_DESC:
		half_set(&queue->desc, high, value);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER:
		half_set(&queue->driver, high, value);
		break;
	default:
		half_set(&queue->device, high, value);
		break;
	}
}

static void queue_reg_write(struct virtio_device *device, uint64_t offset,
			    uint32_t value)
{
	struct virtio_queue *queue = queue_selected(device);

	if (queue == NULL)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY) {
		virtio_queue_ready_write(device, queue, (value & 1) != 0);
	} else if (queue->ready || queue->enabled) {
		virtio_break(device, "queue %u changes while it is used",
			     device->queue_sel);
	} else if (offset == VIRTIO_MMIO_QUEUE_NUM) {
		queue->size = value;
	} else {
		queue_address_write(queue, offset, value);
	}
}

/* ---- Features ---- */

static uint32_t features_read(const struct virtio_device *device)
{
	switch (device->device_sel) {
	case 0:
		return (uint32_t)device->offered;
	case 1:
		return (uint32_t)(device->offered >> 32);
	default:
		return 0;
	}
}

/* Features from 64 on are not offered, so a driver that sets one is ignored. */
static void features_write(struct virtio_device *device, uint32_t value)
{
	if (device->driver_sel <= 1 &&
	    (device->status & VIRTIO_STATUS_FEATURES_OK) == 0)
		half_set(&device->wanted, device->driver_sel == 1, value);
}

/* ---- All registers ---- */

static uint32_t isr_read(const struct virtio_device *device)
{
	return __atomic_load_n(&device->isr, __ATOMIC_ACQUIRE);
}

uint32_t virtio_register_read(struct virtio_device *device, uint64_t offset)
{
	const struct virtio_backend *backend = &device->backend;

	switch (offset) {
	case VIRTIO_MMIO_MAGIC:
		return VIRTIO_MMIO_MAGIC_VALUE;
	case VIRTIO_MMIO_VERSION:
		return VIRTIO_MMIO_VERSION_2;
	case VIRTIO_MMIO_DEVICE_ID:
		return device->id;
	case VIRTIO_MMIO_VENDOR_ID:
		return VENDOR;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return features_read(device);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
	case VIRTIO_MMIO_QUEUE_READY:
		return queue_reg_read(device, offset);
	case VIRTIO_MMIO_STATUS:
		return device->status;
	case VIRTIO_MMIO_SHM_LEN:
	case VIRTIO_MMIO_SHM_LEN + 4:
	case VIRTIO_MMIO_SHM_BASE:
	case VIRTIO_MMIO_SHM_BASE + 4:
		return UINT32_MAX; /* there is no shared memory region */
	case VIRTIO_MMIO_GENERATION:
		return backend->ops->generation(backend->ctx);
	default:
		return 0;
	}
}

/* Returns false if the write has to be made again. */
static bool register_write(struct virtio_device *device, uint64_t offset,
			   uint32_t value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		device->device_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		features_write(device, value);
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		device->driver_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		device->queue_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_NUM:
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_QUEUE_DESC:
	case VIRTIO_MMIO_QUEUE_DESC + 4:
	case VIRTIO_MMIO_QUEUE_DRIVER:
	case VIRTIO_MMIO_QUEUE_DRIVER + 4:
	case VIRTIO_MMIO_QUEUE_DEVICE:
	case VIRTIO_MMIO_QUEUE_DEVICE + 4:
		queue_reg_write(device, offset, value);
		break;
	case VIRTIO_MMIO_STATUS:
		device->config_changed = true; /* with what is agreed on */
		return virtio_status_write(device, value);
	default:
		break;
	}
	return true;
}

/* Carries out an access that needs the device's lock. */
static bool locked_access(struct virtio_device *device, uint64_t offset,
			  bool write, uint64_t *value)
{
	bool done = true;

	virtio_lock(device);
	if (write) {
		done = register_write(device, offset, (uint32_t)*value);
		device->registers_changed = true;
	} else {
		*value = virtio_register_read(device, offset);
	}
	virtio_unlock(device);
	return done;
}

/* ---- The configuration of the device ---- */

static void config_access(struct virtio_device *device, uint64_t offset,
			  unsigned size, bool write, uint64_t *value)
{
	const struct virtio_backend *backend = &device->backend;
	unsigned at = (unsigned)(offset - VIRTIO_MMIO_CONFIG);

	virtio_lock(device);
	if (write) {
		backend->ops->config_set(backend->ctx, at, size, *value);
		device->config_changed = true;
	} else {
		*value = backend->ops->config(backend->ctx, at, size);
	}
	virtio_unlock(device);
}

/* ---- An access ---- */

/* Carries out an access to a register that is read and written often, without
 * the lock. Returns false if it is none of those. */
static bool quick_access(struct virtio_device *device, uint64_t offset,
			 bool write, uint64_t *value)
{
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY && write) {
		virtio_notified(device);
		return true;
	}
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK && write) {
		virtio_isr_acknowledge(device, (uint32_t)*value);
		return true;
	}
	if (offset == VIRTIO_MMIO_INTERRUPT_STATUS && !write) {
		*value = isr_read(device);
		return true;
	}
	return false;
}

enum virtio_access virtio_access(struct virtio_device *device, uint64_t offset,
				 unsigned size, bool write, uint64_t *value)
{
	if (offset >= VIRTIO_WINDOW || offset % size != 0)
		return VIRTIO_ACCESS_NONE;
	(void)__atomic_fetch_add(&device->exits, 1, __ATOMIC_RELAXED);
	if (offset >= VIRTIO_MMIO_CONFIG) {
		config_access(device, offset, size, write, value);
		return VIRTIO_ACCESS_DONE;
	}
	if (size != sizeof(uint32_t))
		return VIRTIO_ACCESS_NONE;
	if (quick_access(device, offset, write, value) ||
	    locked_access(device, offset, write, value))
		return VIRTIO_ACCESS_DONE;
	return VIRTIO_ACCESS_LATER;
}
