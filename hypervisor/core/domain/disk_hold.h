/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Disks that are held. Whenever QEMU changes its disks, it waits until it has
 * answered all requests of all of them, and the whole machine stands still
 * meanwhile. If the storage of one disk goes silent in that moment, that is for
 * ever. So requests are kept away from QEMU before: they stay with the guests
 * as long as somebody holds the disks, and QEMU answers those that it has. Then
 * there is nothing that it could wait for.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_DISK_HOLD_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_DISK_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"

struct domains;

/* The sessions, the domains that they create, and those that end. */
#define DISK_HOLDS (2 * CONTROL_PORTS + CONTROL_DOMAINS)

struct disk_hold {
	const void *owner; /* NULL: this place is free */
	uint64_t until_ns; /* host_ops.now_ns */
};

/*
 * Holds the disks up to a time, or moves the time of a hold that the owner has.
 * Fills in the requests that QEMU has then. Returns false if too many hold them
 * already. No spinlock is held, nor the lock of a device.
 */
bool disks_hold(struct domains *domains, const void *owner, uint64_t until_ns,
		struct control_hold *under_way);
/* The requests go on, unless another holds them. Does nothing if the owner
 * holds no disks. */
void disks_let_go(struct domains *domains, const void *owner);

/* Returns the time until which the disks are held, or were last. Needs no
 * lock. */
uint64_t disks_held_until(const struct domains *domains);

#endif
