/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_GRANULE_RANGE_DELEGATE and _UNDELEGATE. A call moves granules until the
 * range ends, one cannot be moved, or an interrupt waits; X1 tells how far.
 */
#include <stdbool.h>

#include "abi/rmi.h"
#include "rmm/core/granule.h"
#include "rmm/core/handlers.h"
#include "rmm/core/port.h"
#include "rmm/core/rmm.h"
#include "rmm/core/status.h"

static bool delegate(struct rmm *rmm, pa_t pa)
{
	struct granule_ref ref;

	if (!granule_lock(rmm, pa, GRANULE_NS, &ref))
		return false;
	if (!port_pas_to_realm(rmm->port, pa)) {
		granule_unlock(&ref);
		return false;
	}
	granule_unlock_to(&ref, GRANULE_DELEGATED);
	return true;
}

static bool undelegate(struct rmm *rmm, pa_t pa)
{
	struct granule_ref ref;

	if (!granule_lock(rmm, pa, GRANULE_DELEGATED, &ref))
		return false;
	granule_zero(&ref);
	if (!port_pas_to_ns(rmm->port, pa))
		port_panic(rmm->port, "EL3 keeps a granule in Realm PAS");
	granule_unlock_to(&ref, GRANULE_NS);
	return true;
}

static uint64_t range_move(struct rmm *rmm, const uint64_t *args,
	uint64_t *results, bool (*move)(struct rmm *rmm, pa_t pa))
{
	uint64_t base = args[0], top = args[1], next = base;

	results[0] = base;
	if (!is_aligned(base, GRANULE_SIZE) || !is_aligned(top, GRANULE_SIZE) ||
		top <= base)
		return rmi_return(RMI_ERROR_INPUT, 0);
	while (next < top && move(rmm, pa_make(next))) {
		next += GRANULE_SIZE;
		if (port_interrupt_pending(rmm->port))
			break;
	}
	results[0] = next;
	return rmi_return(next > base ? RMI_SUCCESS : RMI_ERROR_INPUT, 0);
}

uint64_t rmi_granule_range_delegate(
	struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	return range_move(rmm, args, results, delegate);
}

uint64_t rmi_granule_range_undelegate(
	struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	return range_move(rmm, args, results, undelegate);
}
