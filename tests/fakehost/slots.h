/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slots of a host for devices of guests, with devices that the test plays. The
 * thread of a domain's devices is the test too.
 */
#ifndef REEVE_TESTS_FAKEHOST_SLOTS_H
#define REEVE_TESTS_FAKEHOST_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/inprocess/fake_backend.h"

#define SLOTS 4

struct slot {
	unsigned id; /* VIRTIO_ID_* of the device in it; 0: it is empty */
	bool open;
	unsigned closed; /* how often */
	struct fake_backend device;
};

struct slots {
	struct slot_ops ops;
	struct slot slots[SLOTS];
	unsigned threads; /* of devices, now */
	bool kicked; /* domain_devices_work() is due */
	uint64_t until_ns; /* when the thread was last told to come by itself */
};

/* Fills *slots, which must not move, with a block device in each slot. at() is
 * for struct fake_backend. */
void slots_init(struct slots *slots,
		void *(*at)(void *ctx, uint64_t pa, uint64_t size), void *ctx);

#endif
