/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock bit of granule words (rmm/core/granule.h). */
#include "rmm/core/port.h"

#define LOCK_BIT 0x8000U

bool port_lock(struct rmm_port *port, uint32_t *word, pa_t pa, uint32_t mask,
	       uint32_t value)
{
	uint32_t old = __atomic_load_n(word, __ATOMIC_RELAXED);

	(void)port;
	(void)pa;
	while ((old & mask) == value) {
		if (old & LOCK_BIT) {
			__asm__ volatile("yield");
			old = __atomic_load_n(word, __ATOMIC_RELAXED);
		} else if (__atomic_compare_exchange_n(
				   word, &old, old | LOCK_BIT, true,
				   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			return true;
		}
	}
	return false;
}

void port_unlock(struct rmm_port *port, uint32_t *word, pa_t pa)
{
	(void)port;
	(void)pa;
	__atomic_fetch_and(word, ~LOCK_BIT, __ATOMIC_RELEASE);
}
