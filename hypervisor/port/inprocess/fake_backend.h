/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of the carrier: a virtio device of the host, which the test plays.
 * It reads its rings as a device does.
 */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_BACKEND_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "hypervisor/core/virtio/virtio.h"

#define FAKE_BACKEND_QUEUES 3
#define FAKE_BACKEND_DEPTH  64 /* descriptors of each queue, at most */
#define FAKE_BACKEND_CONFIG 16 /* bytes */

struct fake_backend {
	struct virtio_backend backend;
	/* Returns where size bytes of the host's memory are in this process. */
	void *(*at)(void *ctx, uint64_t pa, uint64_t size);
	void *ctx;
	struct virtio_device *device; /* that it interrupts; or NULL */
	uint64_t features, accepted;
	uint8_t status;
	bool reset_sticks; /* a reset does not happen, but is due */
	bool reset_due;
	bool picky; /* it agrees to no features */
	unsigned queue_max; /* descriptors; 0: it has no queues */
	struct virtio_backend_queue queues[FAKE_BACKEND_QUEUES]; /* size 0: none */
	uint16_t seen[FAKE_BACKEND_QUEUES]; /* requests that it took */
	uint8_t isr;
	uint8_t generation;
	uint8_t config[FAKE_BACKEND_CONFIG];
	/* Called before a byte of it is read, if it is set. */
	void (*in_config)(struct fake_backend *theirs, unsigned offset);
	unsigned notified[FAKE_BACKEND_QUEUES];
	unsigned resets;
};

/* Part of a request, as the host's device sees it. */
struct fake_piece {
	uint64_t pa;
	uint32_t size;
	bool write;
};

struct fake_request {
	unsigned id;
	unsigned count;
	struct fake_piece pieces[VIRTIO_PIECES];
};

/* Fills every field but at and ctx. */
void fake_backend_init(struct fake_backend *theirs, uint64_t features,
		       bool reset_waits);

/* Lets resets happen, also one that stuck. */
void fake_backend_unstick(struct fake_backend *theirs);

/* Takes the next request of a queue. Returns false if there is none. A request
 * that no device could read ends the test. */
bool fake_backend_take(struct fake_backend *theirs, unsigned queue,
		       struct fake_request *request);
/* Answers a request, and interrupts if the carrier asked for that. */
void fake_backend_answer(struct fake_backend *theirs, unsigned queue,
			 unsigned id, uint32_t size);
/* Return the index of the ring that the device writes, and the place of an
 * answer in it. */
uint16_t *fake_backend_idx(struct fake_backend *theirs, unsigned queue);
struct virtq_used_elem *fake_backend_elem(struct fake_backend *theirs,
					  unsigned queue, uint16_t number);

#endif
