/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers in memory that the guest can read but not write. A guest that
 * reads one does not leave for it; what it writes comes to virtio_access() as
 * before. So the memory has to show at any time what a read would return. Each
 * change is shown before the device's lock is released, and before an interrupt
 * that tells of it.
 */
#include <string.h>

#include "hypervisor/core/virtio/virtio_internal.h"

/* The registers that change under the device's lock: at a write of the guest,
 * and where rings are closed or the device breaks (virtio_status.c). So most
 * rounds change none. InterruptStatus has a lock of its own, and the
 * configuration is the host's device's. */
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

static void registers_show(struct virtio_device *device)
{
	for (unsigned i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		register_show(device, changing[i]);
}

#define CONFIG_SIZE (VIRTIO_WINDOW - VIRTIO_MMIO_CONFIG)

/* Reads the configuration, byte by byte, since its end need not be aligned.
 * Returns its generation. */
static uint32_t config_read(struct virtio_device *device, uint8_t *bytes)
{
	const struct virtio_backend *backend = &device->backend;
	uint32_t generation =
		virtio_register_read(device, VIRTIO_MMIO_GENERATION);

	for (unsigned i = 0; i < CONFIG_SIZE; i++)
		bytes[i] = (uint8_t)backend->ops->config(backend->ctx, i, 1);
	return generation;
}

/*
 * To read the configuration takes long, and a guest may read what is shown at
 * that time: so all of it is read before any is shown. The host's device may
 * change it meanwhile, and tells that afterwards. The generation is read first:
 * bytes that are newer than it get a newer one then. It is shown last, so that
 * a driver which saw a part of a change reads another one.
 */
static void config_show(struct virtio_device *device)
{
	uint8_t bytes[CONFIG_SIZE];
	uint32_t generation = config_read(device, bytes);

	for (unsigned i = 0; i < CONFIG_SIZE; i += sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, bytes + i, sizeof(word));
		virtio_store32(device->shown + VIRTIO_MMIO_CONFIG + i, word);
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	virtio_store32(device->shown + VIRTIO_MMIO_GENERATION, generation);
}

void virtio_shown_update(struct virtio_device *device)
{
	if (device->shown == NULL)
		return;
	if (device->registers_changed)
		registers_show(device);
	if (device->config_changed)
		config_show(device);
	device->registers_changed = false;
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
