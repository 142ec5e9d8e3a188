/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio console (virtio 1.2, 5.3) that the hypervisor serves by itself: the
 * device behind the carrier, in place of one of QEMU's. It has port 0 only,
 * which Linux calls hvc0, and its other end is a console slot. A console's
 * driver waits for the answer after every few bytes, so they are taken while it
 * notifies the device.
 *
 * The carrier has checked and pinned all that a request names, and its rings
 * are memory of the hypervisor that no device can access: neither is checked
 * again here.
 *
 * The lock is a spinlock. hvc_ops.room() and hvc_ops.put() are called while it
 * is held, and hvc_ops.ready() without it.
 */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_HVC_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_HVC_H

#include "hypervisor/core/virtio/virtio.h"
#include "lib/spinlock.h"

#define HVC_QUEUES     2
#define HVC_QUEUE_SIZE 16 /* a driver pins that many pages for input */

/* The functions about the console slot. */
struct hvc_ops {
	void *ctx;
	const struct host_ops *host;
	/* room() returns how many bytes of output there is room for, and put()
	 * takes one. hvc_work() is to be called when there is room again. */
	unsigned (*room)(void *ctx);
	void (*put)(void *ctx, uint8_t byte);
	/* Tells that there is room for input, which may call hvc_input(). */
	void (*ready)(void *ctx);
};

struct hvc_queue {
	uint8_t *memory; /* the ring and its tables; NULL: not set up */
	struct virtio_backend_queue ring;
	uint16_t answered; /* requests */
	uint64_t done; /* bytes of the next request */
};

struct hvc {
	struct hvc_ops ops;
	struct virtio_device *device; /* NULL until it is made */
	struct spinlock lock; /* guards status and queues */
	uint8_t status;
	uint32_t isr;
	struct hvc_queue queues[HVC_QUEUES]; /* input, output */
};

/* Fills in how the carrier drives the console. */
void hvc_init(struct hvc *hvc, const struct hvc_ops *ops,
	      struct virtio_backend *backend);

/* Outputs bytes that the guest has sent, as far as there is room, but a limited
 * number at a time. Returns true if it is to be called again soon. */
bool hvc_work(struct hvc *hvc);

/* Takes input for the guest. Returns how many bytes there was room for. */
size_t hvc_input(struct hvc *hvc, const uint8_t *bytes, size_t size);

#endif
