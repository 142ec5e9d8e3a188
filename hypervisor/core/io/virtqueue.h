/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver's side of a split virtqueue (abi/virtio.h) whose descriptors are
 * never chained: descriptor i always stands for buffer i of the queue's own
 * memory. What the device answers is checked; a queue whose device lied is
 * broken, and nothing more is taken from it.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_VIRTQUEUE_H
#define REEVE_HYPERVISOR_CORE_IO_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "lib/addr.h"

#define VIRTQUEUE_MAX     32 /* descriptors */
#define VIRTQUEUE_BUFFERS 4096 /* bytes of all buffers of a queue together */

/* Shared with the device. The rings are as long as the queue's size says. */
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
	uint16_t posted_idx; /* avail.idx as published */
	uint16_t taken_idx; /* answers taken */
	uint16_t seen_idx; /* answers seen by virtqueue_look() */
	uint32_t posted; /* bit i: the device has buffer i */
	uint32_t forgotten; /* bit i: an answer to buffer i may come late */
	bool broken;
};

/* An answer: buffer id, and how many bytes the device wrote to it. */
struct virtqueue_done {
	unsigned id;
	uint32_t size;
};

/*
 * Zeroes the memory, which the device sees at base, and lays the queue out:
 * size buffers (a power of two, at most VIRTQUEUE_MAX), which the device
 * writes, or else reads. The device has none of them yet.
 */
void virtqueue_init(struct virtqueue *queue, struct virtqueue_memory *memory,
		    pa_t base, unsigned size, bool device_writes);

/* Bytes of one buffer, and where it is. */
uint32_t virtqueue_buffer_size(const struct virtqueue *queue);
uint8_t *virtqueue_buffer(const struct virtqueue *queue, unsigned id);

/* The number of a buffer that the device does not have; false: it has all. */
bool virtqueue_free(const struct virtqueue *queue, unsigned *id);

/* Gives the device a buffer that it has not, size bytes of it (at most all).
 * The caller notifies the device. */
void virtqueue_post(struct virtqueue *queue, unsigned id, uint32_t size);

/*
 * virtqueue_look() looks how far the device has come; virtqueue_take() takes
 * the next of the answers that were seen by then, and the buffer is the
 * driver's again. false: there is none, or the queue is broken.
 */
void virtqueue_look(struct virtqueue *queue);
bool virtqueue_take(struct virtqueue *queue, struct virtqueue_done *done);

/* Takes back what the device has and will hardly answer any more: should it
 * after all, that is passed over. */
void virtqueue_forget(struct virtqueue *queue);

#endif
