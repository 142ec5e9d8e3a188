/* SPDX-License-Identifier: BSD-3-Clause */
/* Taking the lock bit of a granule's word (rmm/core/granule.h), for all
 * ports. */
#ifndef REEVE_RMM_PORT_WORD_LOCK_H
#define REEVE_RMM_PORT_WORD_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "rmm/core/granule.h"

/*
 * As port_lock(): locks the word while (word & mask) == value; returns false
 * once it is not. relax is called between two looks at a word that is locked.
 */
static inline bool word_lock(uint16_t *word, uint16_t mask, uint16_t value,
			     void (*relax)(void))
{
	uint16_t old = __atomic_load_n(word, __ATOMIC_RELAXED);

	while ((old & mask) == value) {
		if (old & GRANULE_WORD_LOCK) {
			relax();
			old = __atomic_load_n(word, __ATOMIC_RELAXED);
		} else if (__atomic_compare_exchange_n(
				   word, &old, old | GRANULE_WORD_LOCK, true,
				   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			return true;
		}
	}
	return false;
}

#endif
