/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtual interface of the interrupt controller belongs to the host, except
 * that a list register must not affect the machine itself (docs/rmi.md,
 * Interrupt controller).
 */
#include "abi/bits.h"
#include "lib/ich.h"
#include "rmm/core/rec/exit.h"

static bool lr_in_use(uint64_t lr)
{
	return (lr & (ICH_LR_PENDING | ICH_LR_ACTIVE)) != 0;
}

/* Returns whether one of the first count registers has the interrupt of lr. */
static bool lrs_have_intid(const uint64_t *others, unsigned count, uint64_t lr)
{
	for (unsigned i = 0; i < count; i++) {
		if (lr_in_use(others[i]) && BITS_GET(others[i], ICH_LR_INTID) ==
						    BITS_GET(lr, ICH_LR_INTID))
			return true;
	}
	return false;
}

bool gic_lrs_valid(const uint64_t *lr, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!lr_in_use(lr[i]))
			continue;
		if ((lr[i] & ICH_LR_HW) || lrs_have_intid(lr, i, lr[i]))
			return false;
	}
	return true;
}
