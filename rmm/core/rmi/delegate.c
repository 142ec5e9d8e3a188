/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_GRANULE_RANGE_DELEGATE and _UNDELEGATE (docs/rmi.md, Delegation). A call
 * moves granules until the range ends, a granule cannot be moved, or an
 * interrupt is pending; X1 says how far it came. EL3 moves a batch at once.
 */
#include <stdbool.h>

#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"

/*
 * Granules that EL3 moves at once. It is a 2 MiB block, because each move ends
 * with a TLB invalidation that waits for all CPUs. The granules of a batch are
 * locked in the order of their addresses and with nothing else held, as the
 * lock order in granule.h wants it.
 */
#define BATCH 512

/* Granules after which the call looks for a pending interrupt. */
#define LOOK 32

struct batch {
	struct rmm *rmm;
	pa_t base;
	unsigned count;
};

static pa_t granule_pa(pa_t pa, unsigned index)
{
	return pa_make(pa.value + (uint64_t)index * GRANULE_SIZE);
}

static struct granule_ref batch_ref(const struct batch *batch, unsigned index)
{
	return granule_held(batch->rmm, granule_pa(batch->base, index));
}

/*
 * Locks granules in state from pa on: up to top or the first granule in another
 * state, and no more once an interrupt is pending. Returns whether the batch is
 * full, so that there may be more to move.
 */
static bool batch_lock(struct rmm *rmm, struct batch *batch, pa_t pa,
		       uint64_t top, enum granule_state state)
{
	uint64_t left = (top - pa.value) / GRANULE_SIZE;
	unsigned limit = left < BATCH ? (unsigned)left : BATCH;
	bool interrupted = false;
	struct granule_ref ref;

	*batch = (struct batch){ rmm, pa, 0 };
	while (batch->count < limit && !interrupted &&
	       granule_lock(rmm, granule_pa(pa, batch->count), state, &ref)) {
		batch->count++;
		if (batch->count % LOOK == 0)
			interrupted = port_interrupt_pending(rmm->port);
	}
	return batch->count == BATCH && !interrupted;
}

/* Unlocks a batch. Its first granules, which were moved, get a new state; the
 * others keep theirs. */
static void batch_unlock(const struct batch *batch, unsigned moved,
			 enum granule_state state)
{
	for (unsigned i = 0; i < batch->count; i++) {
		struct granule_ref ref = batch_ref(batch, i);

		if (i < moved)
			granule_unlock_to(&ref, state);
		else
			granule_unlock(&ref);
	}
}

static unsigned batch_delegate(struct rmm *rmm, const struct batch *batch)
{
	unsigned moved = port_pas_to_realm(rmm->port, batch->base, batch->count);

	batch_unlock(batch, moved, GRANULE_DELEGATED);
	return moved;
}

static unsigned batch_undelegate(struct rmm *rmm, const struct batch *batch)
{
	port_granules_zero(rmm->port, batch->base, batch->count);
	if (port_pas_to_ns(rmm->port, batch->base, batch->count) != batch->count)
		port_panic(rmm->port, "EL3 keeps a granule in Realm PAS");
	batch_unlock(batch, batch->count, GRANULE_NS);
	return batch->count;
}

/* Moves [base, top) batch by batch; returns the address where it stopped. */
static uint64_t batches_move(struct rmm *rmm, uint64_t base, uint64_t top,
			     enum granule_state from,
			     unsigned (*move)(struct rmm *rmm,
					      const struct batch *batch))
{
	struct batch batch;
	uint64_t next = base;
	unsigned moved;
	bool full;

	do {
		full = batch_lock(rmm, &batch, pa_make(next), top, from);
		moved = batch.count > 0 ? move(rmm, &batch) : 0;
		next += (uint64_t)moved * GRANULE_SIZE;
	} while (full && moved == BATCH);
	return next;
}

static bool is_range(uint64_t base, uint64_t top)
{
	return is_aligned(base, GRANULE_SIZE) &&
	       is_aligned(top, GRANULE_SIZE) && top > base;
}

/* X1 is meaningful with every status: it is where the host has to go on. */
static uint64_t range_result(uint64_t base, uint64_t next, uint64_t *results)
{
	results[0] = next;
	return rmi_return(next > base ? RMI_SUCCESS : RMI_ERROR_INPUT, 0);
}

uint64_t rmi_granule_range_delegate(struct rmm *rmm, const uint64_t *args,
				    uint64_t *results)
{
	uint64_t next = args[0];

	if (is_range(args[0], args[1]))
		next = batches_move(rmm, args[0], args[1], GRANULE_NS,
				    batch_delegate);
	return range_result(args[0], next, results);
}

uint64_t rmi_granule_range_undelegate(struct rmm *rmm, const uint64_t *args,
				      uint64_t *results)
{
	uint64_t next = args[0];

	if (is_range(args[0], args[1])) {
		next = batches_move(rmm, args[0], args[1], GRANULE_DELEGATED,
				    batch_undelegate);
	}
	return range_result(args[0], next, results);
}
