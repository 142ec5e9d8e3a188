/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtio transport over MMIO, version 2, in the slots of the board. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VIRTIO_MMIO_H
#define REEVE_HYPERVISOR_PORT_A64_VIRTIO_MMIO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct virtio_mmio {
	uint64_t base; /* address of its registers, which are mapped */
	uint32_t intid; /* its interrupt: an SPI, edge-triggered */
};

/* Finds the first slot with a device of that kind (VIRTIO_ID_*). Returns false
 * if there is none. */
bool virtio_mmio_find(uint32_t id, struct virtio_mmio *device);

/* Resets the device, and agrees with it on exactly these feature bits. Returns
 * NULL, or what is wrong. */
const char *virtio_mmio_begin(const struct virtio_mmio *device,
			      uint64_t features);

/* One queue of the device: how many descriptors it has, and where its three
 * parts are. */
struct virtio_mmio_queue {
	unsigned number;
	unsigned size;
	pa_t desc, avail, used;
};

/* Tells the device about a queue. Returns false if the device has no such
 * queue, or only a shorter one. */
bool virtio_mmio_queue_set(const struct virtio_mmio *device,
			   const struct virtio_mmio_queue *queue);

/* Returns a word of the device's configuration. */
uint32_t virtio_mmio_config(const struct virtio_mmio *device, unsigned offset);

/* Lets the device use the queues that were set, or stops it. */
void virtio_mmio_start(const struct virtio_mmio *device);
void virtio_mmio_stop(const struct virtio_mmio *device);

/* Tells the device that a queue has new buffers. */
void virtio_mmio_notify(const struct virtio_mmio *device, unsigned queue);

/* Acknowledges the device's interrupt. */
void virtio_mmio_acknowledge(const struct virtio_mmio *device);

#endif
