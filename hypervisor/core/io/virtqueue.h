/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver's side of a split virtqueue (abi/virtio.h). Descriptors are never
 * chained: descriptor i always stands for buffer i of the queue's own memory.
 * The device's answers are checked. A queue whose device gave an impossible
 * answer is broken, and nothing more is taken from it.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_VIRTQUEUE_H
#define REEVE_HYPERVISOR_CORE_IO_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "lib/addr.h"

#define VIRTQUEUE_MAX     32 /* descriptors */
#define VIRTQUEUE_BUFFERS 4096 /* bytes of all buffers of a queue together */

/* Memory that the device accesses. A queue uses only as many entries of the
 * rings, from the first on, as it has descriptors. */
struct virtqueue_memory {
	struct virtq_desc desc[VIRTQUEUE_MAX];
	struct {
		uint16_t flags;
		uint16_t idx;
		uint16_t ring[VIRTQUEUE_MAX];
	} avail;
	struct {
		uint16_t flags;
		uint16_t idx;
		struct virtq_used_elem ring[VIRTQUEUE_MAX];
	} used __attribute__((aligned(VIRTQ_USED_ALIGN)));
	uint8_t buffers[VIRTQUEUE_BUFFERS] __attribute__((aligned(64)));
} __attribute__((aligned(64)));

struct virtqueue {
	struct virtqueue_memory *memory;
	unsigned size; /* descriptors: a power of two */
	uint16_t posted_idx; /* avail.idx as the device sees it */
	uint16_t taken_idx; /* answers that virtqueue_take() has passed */
	uint16_t seen_idx; /* answers that virtqueue_look() has seen */
	uint32_t posted; /* bit i: the device has buffer i */
	uint32_t forgotten; /* bit i: buffer i may still be answered, late */
	bool broken;
};

/* An answer: which buffer, and how many bytes the device wrote to it. */
struct virtqueue_done {
	unsigned id;
	uint32_t size;
};

/*
 * Zeroes the memory, which the device sees at base, and lays out a queue of
 * size buffers (a power of two, at most VIRTQUEUE_MAX). The device writes the
 * buffers if device_writes, else it reads them. It has none of them at first.
 */
void virtqueue_init(struct virtqueue *queue, struct virtqueue_memory *memory,
		    pa_t base, unsigned size, bool device_writes);

/* Return the size of each buffer in bytes, and where a buffer is. */
uint32_t virtqueue_buffer_size(const struct virtqueue *queue);
uint8_t *virtqueue_buffer(const struct virtqueue *queue, unsigned id);

/* Finds a buffer that the device does not have. Returns false if it has all. */
bool virtqueue_free(const struct virtqueue *queue, unsigned *id);

/* Gives the device the first size bytes of a buffer that it does not have. The
 * caller then notifies the device. */
void virtqueue_post(struct virtqueue *queue, unsigned id, uint32_t size);

/*
 * virtqueue_look() notes how far the device has come. virtqueue_take() takes
 * the next answer that was noted, and the buffer belongs to the driver again.
 * It returns false if there is none left, or if the queue is broken.
 */
void virtqueue_look(struct virtqueue *queue);
bool virtqueue_take(struct virtqueue *queue, struct virtqueue_done *done);

/* Takes back all buffers that the device has, because it will hardly answer
 * them. A late answer to one of them is ignored. */
void virtqueue_forget(struct virtqueue *queue);

#endif
