/* SPDX-License-Identifier: BSD-3-Clause */
/* A guest's driver of its first device, with one queue, for the tests of
 * domains and for the fuzzer of requests. */
#ifndef REEVE_TESTS_FAKEHOST_DRIVER_H
#define REEVE_TESTS_FAKEHOST_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/virtio.h"
#include "hypervisor/core/io/bus.h"

struct driver {
	struct domain *domain;
	uint64_t desc, avail, used; /* the addresses of its rings */
	uint16_t size; /* descriptors of the queue */
	/* Returns where the guest's byte at an address is in this process, as
	 * far as its page goes. NULL: the guest has no memory there. */
	void *(*at)(void *ctx, struct domain *domain, uint64_t address);
	void *ctx;
};

/* Write and read a register, as vCPU 0 does. */
enum bus_result driver_reg_write(struct domain *domain, uint64_t offset,
				 uint32_t value);
enum bus_result driver_reg_read(struct domain *domain, uint64_t offset,
				uint32_t *value);

/* Resets the device, and starts it with rings as they are in memory. Returns
 * false if the reset has to wait, or if the device does not agree. */
bool driver_start(const struct driver *driver);

/* Offers a buffer of one descriptor, and notifies the device. Returns false if
 * there is no memory for it in the rings. */
bool driver_offer(const struct driver *driver, const struct virtq_desc *desc);

#endif
