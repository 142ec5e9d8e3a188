/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtio transport over MMIO, version 2, in the slots of the board. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VIRTIO_MMIO_H
#define REEVE_HYPERVISOR_PORT_A64_VIRTIO_MMIO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct virtio_mmio {
	uint64_t base; /* of its registers, which are mapped */
	uint32_t intid; /* of its interrupt, an SPI, edge */
};

/* Finds the first slot with a device of that kind (VIRTIO_ID_*). */
bool virtio_mmio_find(uint32_t id, struct virtio_mmio *device);

/*
 * Resets the device and agrees with it on just these feature bits. NULL: it
 * agreed; else what is wrong.
 */
const char *virtio_mmio_begin(const struct virtio_mmio *device,
			      uint64_t features);

/* One of its queues: how many descriptors, and where the three parts are. */
struct virtio_mmio_queue {
	unsigned number;
	unsigned size;
	pa_t desc, avail, used;
};

/* Tells the device of a queue. false: it has no such queue, or none as long. */
bool virtio_mmio_queue_set(const struct virtio_mmio *device,
			   const struct virtio_mmio_queue *queue);

/* A word of the device's configuration. */
uint32_t virtio_mmio_config(const struct virtio_mmio *device, unsigned offset);

/* The queues are set: the device may use them. Or: it may not any more. */
void virtio_mmio_start(const struct virtio_mmio *device);
void virtio_mmio_stop(const struct virtio_mmio *device);

/* A queue has something new. */
void virtio_mmio_notify(const struct virtio_mmio *device, unsigned queue);

/* Acknowledges what the device raised its interrupt for. */
void virtio_mmio_acknowledge(const struct virtio_mmio *device);

#endif
