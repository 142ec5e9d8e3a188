/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock bit of granule words (rmm/core/granule.h). */
#include "rmm/core/granule.h"
#include "rmm/core/port.h"

bool port_lock(struct rmm_port *port, uint32_t *word, pa_t pa, uint32_t mask,
	       uint32_t value)
{
	uint32_t old = __atomic_load_n(word, __ATOMIC_RELAXED);

	(void)port;
	(void)pa;
	while ((old & mask) == value) {
		if (old & GRANULE_WORD_LOCK) {
			__asm__ volatile("yield");
			old = __atomic_load_n(word, __ATOMIC_RELAXED);
		} else if (__atomic_compare_exchange_n(
				   word, &old, old | GRANULE_WORD_LOCK, true,
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
	__atomic_fetch_and(word, ~GRANULE_WORD_LOCK, __ATOMIC_RELEASE);
}
