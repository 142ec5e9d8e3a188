/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fair lock between CPUs (a ticket lock). All zero is unlocked. Needs the
 * MMU on: exclusives are undefined on Device memory.
 */
#ifndef REEVE_LIB_SPINLOCK_H
#define REEVE_LIB_SPINLOCK_H

#include <stdint.h>

struct spinlock {
	uint32_t next; /* the ticket that the next comer takes */
	uint32_t serving; /* the ticket whose turn it is */
};

static inline void spinlock_acquire(struct spinlock *lock)
{
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		;
}

static inline void spinlock_release(struct spinlock *lock)
{
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

#endif
