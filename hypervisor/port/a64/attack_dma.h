/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accesses that a virtio device of the root bus is made to make, to memory that
 * it may or may not access: as a hypervisor that was taken over could. Only the
 * debug build and images that test it have this file. One thread at a time uses
 * a device.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_ATTACK_DMA_H
#define REEVE_HYPERVISOR_PORT_A64_ATTACK_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "hypervisor/port/a64/virtio_pci.h"
#include "lib/addr.h"

#define ATTACK_DMA_QUEUE 8

/* Memory for a queue and its buffers, which the device can access. */
struct attack_dma_memory {
	struct virtq_desc desc[ATTACK_DMA_QUEUE];
	struct {
		uint16_t flags, idx, ring[ATTACK_DMA_QUEUE];
	} avail;
	struct {
		uint16_t flags, idx;
		struct virtq_used_elem ring[ATTACK_DMA_QUEUE];
	} used __attribute__((aligned(VIRTQ_USED_ALIGN)));
	struct virtq_desc indirect[ATTACK_DMA_QUEUE]
		__attribute__((aligned(VIRTQ_DESC_ALIGN)));
	uint8_t buffer[512];
};

struct attack_dma {
	struct virtio_pci device; /* opened */
	struct attack_dma_memory *memory;
	unsigned queue;
};

/* The ways in which a device is told of an address. */
enum attack_dma_way {
	ATTACK_DMA_DIRECT, /* by a descriptor */
	ATTACK_DMA_CHAINED, /* by the second descriptor of a chain */
	ATTACK_DMA_INDIRECT, /* by a descriptor in a table */
	ATTACK_DMA_TABLE, /* as the place of such a table */
	ATTACK_DMA_DESC, /* as the place of a part of the queue */
	ATTACK_DMA_AVAIL,
	ATTACK_DMA_USED,
	ATTACK_DMA_WAYS,
};

/* An access of ATTACK_DMA_SIZE bytes. */
#define ATTACK_DMA_SIZE 64
struct attack_dma_access {
	enum attack_dma_way way;
	bool write; /* by the device */
	pa_t pa;
};

/* Resets the device and gives it the queue; then its descriptors can be filled
 * in, and given to it. Returns false if it does not agree. */
bool attack_dma_begin(const struct attack_dma *attack,
		      const struct attack_dma_access *access);
void attack_dma_fill(const struct attack_dma *attack,
		     const struct attack_dma_access *access);
void attack_dma_post(const struct attack_dma *attack);
/* Returns true if the device has used the descriptors, or will never do so. */
bool attack_dma_ended(const struct attack_dma *attack);

/*
 * Makes the access, and leaves the device stopped. Returns true if EL3 counted
 * that the device was kept from the page. QEMU's devices then go on with zeros
 * in place of what is there: whether nothing was read or written can only be
 * seen from outside. Without EL3's service (abi/dma_guard.h) returns false.
 */
bool attack_dma_stopped(const struct attack_dma *attack,
			const struct attack_dma_access *access);

#endif
