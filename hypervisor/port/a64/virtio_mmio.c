/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtio over MMIO: finding a device, starting and notifying it. */
#include "hypervisor/port/a64/virtio_mmio.h"

#include <stddef.h>

#include "abi/machine_map.h"
#include "abi/virtio.h"
#include "lib/a64.h"

static uint32_t virtio_reg_read(const struct virtio_mmio *device,
				uint32_t offset)
{
	return mmio_read32(device->base + offset);
}

static void virtio_reg_write(const struct virtio_mmio *device, uint32_t offset,
			     uint32_t value)
{
	mmio_write32(device->base + offset, value);
}

bool virtio_mmio_find(uint32_t id, struct virtio_mmio *device)
{
	for (unsigned slot = 0; slot < MACHINE_VIRTIO_SLOTS; slot++) {
		*device = (struct virtio_mmio){
			.base = MACHINE_VIRTIO_BASE + slot * MACHINE_VIRTIO_STEP,
			.intid = MACHINE_VIRTIO_INTID + slot,
		};
		if (virtio_reg_read(device, VIRTIO_MMIO_MAGIC) ==
			    VIRTIO_MMIO_MAGIC_VALUE &&
		    virtio_reg_read(device, VIRTIO_MMIO_DEVICE_ID) == id)
			return true;
	}
	return false;
}

static void virtio_status_add(const struct virtio_mmio *device, uint32_t bits)
{
	uint32_t status = virtio_reg_read(device, VIRTIO_MMIO_STATUS);

	virtio_reg_write(device, VIRTIO_MMIO_STATUS, status | bits);
}

/* Resets the device by writing zero. The reset is complete when zero is read
 * (VIRTIO 1.2, 4.2.2.1); on QEMU it is at once. */
static bool virtio_reset(const struct virtio_mmio *device)
{
	virtio_reg_write(device, VIRTIO_MMIO_STATUS, 0);
	return virtio_reg_read(device, VIRTIO_MMIO_STATUS) == 0;
}

static uint64_t virtio_features_offered(const struct virtio_mmio *device)
{
	uint64_t high;

	virtio_reg_write(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	high = virtio_reg_read(device, VIRTIO_MMIO_DEVICE_FEATURES);
	virtio_reg_write(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	return high << 32 | virtio_reg_read(device, VIRTIO_MMIO_DEVICE_FEATURES);
}

static void virtio_features_accept(const struct virtio_mmio *device,
				   uint64_t features)
{
	virtio_reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	virtio_reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES,
			 (uint32_t)(features >> 32));
	virtio_reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	virtio_reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES,
			 (uint32_t)features);
}

const char *virtio_mmio_begin(const struct virtio_mmio *device,
			      uint64_t features)
{
	if (virtio_reg_read(device, VIRTIO_MMIO_VERSION) !=
	    VIRTIO_MMIO_VERSION_2) {
		return "it has the legacy registers "
		       "(virtio-mmio.force-legacy=false is missing)";
	}
	if (!virtio_reset(device))
		return "it does not reset";
	virtio_status_add(device, VIRTIO_STATUS_ACKNOWLEDGE);
	virtio_status_add(device, VIRTIO_STATUS_DRIVER);
	if ((virtio_features_offered(device) & features) != features)
		return "it lacks a feature";
	virtio_features_accept(device, features);
	virtio_status_add(device, VIRTIO_STATUS_FEATURES_OK);
	if ((virtio_reg_read(device, VIRTIO_MMIO_STATUS) &
	     VIRTIO_STATUS_FEATURES_OK) == 0)
		return "it does not agree to the features";
	return NULL;
}

static void virtio_address_write(const struct virtio_mmio *device,
				 uint32_t offset, pa_t pa)
{
	virtio_reg_write(device, offset, (uint32_t)pa.value);
	virtio_reg_write(device, offset + 4, (uint32_t)(pa.value >> 32));
}

bool virtio_mmio_queue_set(const struct virtio_mmio *device,
			   const struct virtio_mmio_queue *queue)
{
	virtio_reg_write(device, VIRTIO_MMIO_QUEUE_SEL, queue->number);
	if (virtio_reg_read(device, VIRTIO_MMIO_QUEUE_READY) != 0 ||
	    virtio_reg_read(device, VIRTIO_MMIO_QUEUE_NUM_MAX) < queue->size)
		return false;
	virtio_reg_write(device, VIRTIO_MMIO_QUEUE_NUM, queue->size);
	virtio_address_write(device, VIRTIO_MMIO_QUEUE_DESC, queue->desc);
	virtio_address_write(device, VIRTIO_MMIO_QUEUE_DRIVER, queue->avail);
	virtio_address_write(device, VIRTIO_MMIO_QUEUE_DEVICE, queue->used);
	dsb(st); /* the rings before the device may read them */
	virtio_reg_write(device, VIRTIO_MMIO_QUEUE_READY, 1);
	return true;
}

uint32_t virtio_mmio_config(const struct virtio_mmio *device, unsigned offset)
{
	return virtio_reg_read(device, VIRTIO_MMIO_CONFIG + offset);
}

void virtio_mmio_start(const struct virtio_mmio *device)
{
	virtio_status_add(device, VIRTIO_STATUS_DRIVER_OK);
}

/* A device that was reset does not access memory. */
void virtio_mmio_stop(const struct virtio_mmio *device)
{
	(void)virtio_reset(device);
	virtio_status_add(device, VIRTIO_STATUS_FAILED);
}

void virtio_mmio_notify(const struct virtio_mmio *device, unsigned queue)
{
	dsb(st); /* the queue's content before the device looks at it */
	virtio_reg_write(device, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

void virtio_mmio_acknowledge(const struct virtio_mmio *device)
{
	uint32_t status = virtio_reg_read(device, VIRTIO_MMIO_INTERRUPT_STATUS);

	virtio_reg_write(device, VIRTIO_MMIO_INTERRUPT_ACK, status);
}
