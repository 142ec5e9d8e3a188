/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock bit of granule words (rmm/core/granule.h). */
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/port/word_lock.h"

static void lock_relax(void)
{
	__asm__ volatile("yield");
}

bool port_lock(struct rmm_port *port, uint16_t *word, pa_t pa, uint16_t mask,
	       uint16_t value)
{
	(void)port;
	(void)pa;
	return word_lock(word, mask, value, lock_relax);
}

void port_unlock(struct rmm_port *port, uint16_t *word, pa_t pa)
{
	(void)port;
	(void)pa;
	__atomic_fetch_and(word, (uint16_t)~GRANULE_WORD_LOCK, __ATOMIC_RELEASE);
}
