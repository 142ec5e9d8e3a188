/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device behind a guest's virtio device: QEMU's, which the port drives
 * (virtio 1.2, 4.1), or the hypervisor's own console (hvc.h). The carrier uses
 * it through nothing else. It trusts no answer: what the device says is
 * checked, or only passed on to the guest.
 *
 * All functions but isr() are called with the device's lock held, which is no
 * spinlock. isr() may be called at the same time as any other of them, by the
 * handler of an interrupt. None may wait for another thread.
 */
#ifndef REEVE_HYPERVISOR_CORE_VIRTIO_BACKEND_H
#define REEVE_HYPERVISOR_CORE_VIRTIO_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

/* A queue: how many descriptors it has, and where its three parts are. */
struct virtio_backend_queue {
	unsigned number;
	unsigned size; /* a power of two */
	pa_t desc, driver, device;
};

struct virtio_backend_ops {
	/* Return the features that the device offers; tell it those that are
	 * accepted. */
	uint64_t (*features)(void *ctx);
	void (*features_set)(void *ctx, uint64_t features);

	/*
	 * Return and set the status. Writing 0 resets the device, which has
	 * happened when 0 is read. From then on it accesses no memory.
	 */
	uint8_t (*status)(void *ctx);
	void (*status_set)(void *ctx, uint8_t status);

	/* Returns how many descriptors a queue can have; 0: there is no such
	 * queue. */
	unsigned (*queue_max)(void *ctx, unsigned queue);
	/* Tells the device about a queue, and enables it. Returns false if it
	 * cannot have that queue. */
	bool (*queue_set)(void *ctx, const struct virtio_backend_queue *queue);
	/* Tells the device that a queue has new buffers. What was written to
	 * memory before the call is visible to the device. */
	void (*notify)(void *ctx, unsigned queue);

	/* Returns why the device interrupted (VIRTIO_ISR_*), and lowers its
	 * interrupt. 0: it did not. */
	uint8_t (*isr)(void *ctx);

	/* Its configuration: offset is a multiple of size, which is 1, 2, 4 or
	 * 8. Outside of what there is, 0 is read and writes are ignored. */
	uint8_t (*generation)(void *ctx);
	uint64_t (*config)(void *ctx, unsigned offset, unsigned size);
	void (*config_set)(void *ctx, unsigned offset, unsigned size,
			   uint64_t value);
};

struct virtio_backend {
	const struct virtio_backend_ops *ops;
	void *ctx;
	/*
	 * A reset of the device waits for requests that are under way, and the
	 * machine stands still meanwhile. QEMU's block devices and 9p do that.
	 * Such a device is reset only when nothing is under way.
	 */
	bool reset_waits;
	/* The device answers during notify(): take its answers right after
	 * that. */
	bool answers_at_once;
};

#endif
