/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers in memory that the guest can read but not write. A guest that
 * reads one does not leave for it; what it writes comes to virtio_access() as
 * before. So the memory has to show at any time what a read would return. Each
 * change is shown before the device's lock is released, and before an interrupt
 * that tells of it.
 */
#include "hypervisor/core/virtio/virtio_internal.h"

/* The registers that change under the device's lock. InterruptStatus has a lock
 * of its own (virtio_status.c), and the configuration is the host's device's. */
static const uint16_t changing[] = {
	VIRTIO_MMIO_DEVICE_FEATURES,
	VIRTIO_MMIO_QUEUE_NUM_MAX,
	VIRTIO_MMIO_QUEUE_READY,
	VIRTIO_MMIO_STATUS,
};

static void register_show(struct virtio_device *device, unsigned offset)
{
	virtio_store32(device->shown + offset,
		       virtio_register_read(device, offset));
}

/* Byte by byte: its end need not be aligned. The generation comes last, so that
 * a driver which saw a part of a change reads another one. */
static void config_show(struct virtio_device *device)
{
	const struct virtio_backend *backend = &device->backend;

	for (unsigned i = VIRTIO_MMIO_CONFIG; i < VIRTIO_WINDOW; i++) {
		uint64_t byte = backend->ops->config(backend->ctx,
						     i - VIRTIO_MMIO_CONFIG, 1);

		__atomic_store_n(&device->shown[i], (uint8_t)byte,
				 __ATOMIC_RELAXED);
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	register_show(device, VIRTIO_MMIO_GENERATION);
}

void virtio_shown_update(struct virtio_device *device)
{
	if (device->shown == NULL)
		return;
	for (unsigned i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		register_show(device, changing[i]);
	if (device->config_changed)
		config_show(device);
	device->config_changed = false;
}

void virtio_show(struct virtio_device *device, uint8_t *window)
{
	virtio_isr_show(device, window);
	for (unsigned i = 0; i < VIRTIO_MMIO_CONFIG; i += sizeof(uint32_t)) {
		if (i != VIRTIO_MMIO_INTERRUPT_STATUS)
			register_show(device, i);
	}
	config_show(device);
}

void virtio_hide(struct virtio_device *device)
{
	virtio_isr_show(device, NULL);
}
