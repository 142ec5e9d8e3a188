/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lock that is held while the RMM works: a waiter lets other threads run, so
 * it must hold no spinlock. The zero value is a free lock.
 */
#ifndef REEVE_HYPERVISOR_CORE_BUSY_LOCK_H
#define REEVE_HYPERVISOR_CORE_BUSY_LOCK_H

#include <stdint.h>

#include "hypervisor/core/host.h"

struct busy_lock {
	uint32_t taken;
};

static inline void busy_lock_acquire(struct busy_lock *lock,
				     const struct host_ops *host)
{
	while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
		host->relax(host->ctx, true);
}

static inline void busy_lock_release(struct busy_lock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
