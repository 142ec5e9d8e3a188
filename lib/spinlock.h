/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lock between CPUs. All zero is unlocked. Any CPU that finds it free takes
 * it, in no order: these CPUs are threads of an emulator, and if each had its
 * turn, as with a ticket lock, all would wait whenever the next one is not
 * scheduled. Needs the MMU on: exclusives are undefined on Device memory.
 */
#ifndef REEVE_LIB_SPINLOCK_H
#define REEVE_LIB_SPINLOCK_H

#include <stdint.h>

struct spinlock {
	uint32_t taken;
};

static inline void spinlock_acquire(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) != 0) {
		while (__atomic_load_n(&lock->taken, __ATOMIC_RELAXED) != 0)
			;
	}
}

static inline void spinlock_release(struct spinlock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
