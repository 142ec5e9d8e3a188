/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocating and delegating pages, freeing them, and charging for them. */
#include "hypervisor/core/rmi/granules.h"

#include <stddef.h>

#include "abi/rmi.h"
#include "hypervisor/core/rmi/rmi.h"
#include "lib/number.h"

/* A command that delegates or undelegates a first part of [base, top), and sets
 * next to its end. */
typedef bool range_command(struct rmi *rmi, pa_t base, pa_t top, pa_t *next);

void granules_init(struct granules *granules, const struct host_ops *ops,
		   struct rmi_failure *failure)
{
	*granules = (struct granules){ .ops = ops, .failure = failure };
}

/*
 * How many of the places for abandoned ranges are kept in reserve. While more
 * are left, a range of which the RMM refuses single pages may use several
 * places. After that each range uses one, so that granules_batch() ranges fit.
 */
#define BATCH_MAX (GRANULES_ABANDONED_MAX / 2)

static unsigned places_left(const struct granules *granules)
{
	return GRANULES_ABANDONED_MAX - granules->abandoned_count;
}

unsigned granules_batch(const struct granules *granules)
{
	return (unsigned)smaller(places_left(granules), BATCH_MAX);
}

static uint64_t page_count(uint64_t bytes)
{
	return bytes >> RMI_GRANULE_SHIFT;
}

static uint64_t byte_count(uint64_t pages)
{
	return pages << RMI_GRANULE_SHIFT;
}

static void account_charge(struct granules *granules, enum granules_kind kind,
			   uint64_t count)
{
	struct realm_account *account = &granules->account;

	account->held[kind] += count;
	account->total += count;
	if (account->peak < account->total)
		account->peak = account->total;
}

static void account_discharge(struct granules *granules,
			      enum granules_kind kind, uint64_t count)
{
	granules->account.held[kind] -= count;
	granules->account.total -= count;
}

void granules_transfer(struct granules *granules, enum granules_kind from,
		       enum granules_kind to, uint64_t count)
{
	granules->account.held[from] -= count;
	granules->account.held[to] += count;
}

/* How far a range command got. */
struct movement {
	uint64_t moved; /* pages */
	bool gave_up; /* the RMM misbehaved: do not try the rest */
	bool unsure; /* the pages after those may have moved as well */
};

/* Repeats a range command until it has moved the range or fails. No memory is
 * given to one that asks for it, since it may run within a donation. */
static struct movement range_move(struct granules *granules,
				  range_command *command,
				  struct granules_range range)
{
	struct rmi rmi = { .ops = granules->ops,
			   .failure = granules->failure,
			   .list = granules->list };
	pa_t top = pa_add(range.base, byte_count(range.count));
	pa_t at = range.base;
	pa_t next;
	struct movement movement = { 0 };

	while (at.value < top.value) {
		if (!command(&rmi, at, top, &next)) {
			movement.gave_up = rmi.gave_up;
			movement.unsure = rmi_status(&rmi) == RMI_INCOMPLETE;
			rmi_refused(&rmi);
			break;
		}
		if (next.value <= at.value || next.value > top.value ||
		    !is_aligned(next.value, RMI_GRANULE_SIZE)) {
			rmi_protocol_error(&rmi, "no progress in the range");
			movement.gave_up = true;
			movement.unsure = true;
			break;
		}
		at = next;
	}
	granules->calls += rmi.calls;
	movement.moved = page_count(at.value - range.base.value);
	return movement;
}

/* Cuts the first pages off a range and returns them. */
static struct granules_range range_split(struct granules_range *range,
					 uint64_t count)
{
	struct granules_range first = { range->base, count };

	range->base = pa_add(range->base, byte_count(count));
	range->count -= count;
	return first;
}

static void range_free(struct granules *granules, enum granules_kind kind,
		       struct granules_range range)
{
	if (range.count == 0)
		return;
	granules->dma_held -=
		host_dma_count(granules->ops, range.base, range.count);
	granules->ops->pages_free(granules->ops->ctx, range.base, range.count);
	account_discharge(granules, kind, range.count);
}

/* Remembers a range that the RMM refuses to undelegate. A range that follows
 * the last one shares its place. */
static void range_abandon(struct granules *granules, enum granules_kind kind,
			  struct granules_range range)
{
	struct granules_range *last = NULL;

	if (range.count == 0)
		return;
	granules_transfer(granules, kind, GRANULES_ABANDONED, range.count);
	if (granules->abandoned_count > 0)
		last = &granules->abandoned[granules->abandoned_count - 1];
	if (last != NULL &&
	    pa_equal(pa_add(last->base, byte_count(last->count)), range.base))
		last->count += range.count;
	else
		granules->abandoned[granules->abandoned_count++] = range;
}

/*
 * Undelegates and frees a range. A refusal is taken to concern only the first
 * page that did not move: that page is abandoned and the rest is tried again.
 * All of the rest is abandoned if the RMM misbehaves, or if only the reserve of
 * places is left.
 */
static void range_undelegate(struct granules *granules, enum granules_kind kind,
			     struct granules_range range)
{
	struct movement movement;

	while (range.count > 0) {
		movement = range_move(granules, ask_granule_range_undelegate,
				      range);
		range_free(granules, kind, range_split(&range, movement.moved));
		if (range.count == 0)
			return;
		if (movement.gave_up || places_left(granules) <= BATCH_MAX)
			break;
		range_abandon(granules, kind, range_split(&range, 1));
	}
	range_abandon(granules, kind, range);
}

void granules_free(struct granules *granules, enum granules_kind kind,
		   struct granules_range range)
{
	if (range.count == 0)
		return;
	if (granules_is_delegated(kind))
		range_undelegate(granules, kind, range);
	else
		range_free(granules, kind, range);
}

/* Delegates a range that is charged already. On failure all of it is freed:
 * what was, or may have been, delegated is undelegated first. */
static bool range_delegate(struct granules *granules, enum granules_kind kind,
			   struct granules_range range)
{
	struct movement movement =
		range_move(granules, ask_granule_range_delegate, range);

	if (movement.moved == range.count)
		return true;
	if (movement.unsure)
		movement.moved = range.count;
	granules_free(granules, kind, range_split(&range, movement.moved));
	range_free(granules, kind, range);
	return false;
}

static bool alloc_failed(struct granules *granules, const char *why)
{
	return failure_note_reason(granules->failure, RMI_FAILURE_MEMORY, why);
}

static bool pages_alloc_for(struct granules *granules,
			    const struct granules_want *want, uint64_t count,
			    pa_t *base)
{
	const struct host_ops *ops = granules->ops;
	bool for_guest = want->kind == GRANULES_GUEST || want->becomes_guest;

	if (!for_guest || granules->dma_max - granules->dma_held < count)
		return ops->pages_alloc(ops->ctx, count, want->align, base);
	if (!host_dma_alloc(ops, count, want->align, base))
		return false;
	granules->dma_held += host_dma_count(ops, *base, count);
	return true;
}

bool granules_alloc(struct granules *granules, const struct granules_want *want,
		    struct granules_range *out)
{
	uint64_t units = want->units;
	struct granules_range range;

	if (granules_batch(granules) == 0)
		return alloc_failed(granules, "too many abandoned granules");
	while (!pages_alloc_for(granules, want, units * want->unit,
				&range.base)) {
		if (units == 1)
			return alloc_failed(granules,
					    "the host has no free pages");
		units /= 2;
	}
	range.count = units * want->unit;
	account_charge(granules, want->kind, range.count);
	if (granules_is_delegated(want->kind) &&
	    !range_delegate(granules, want->kind, range))
		return false;
	*out = range;
	return true;
}

bool granules_delegate(struct granules *granules, enum granules_kind kind,
		       struct granules_range range)
{
	if (granules_batch(granules) == 0) {
		range_free(granules, GRANULES_SHARED, range);
		return alloc_failed(granules, "too many abandoned granules");
	}
	granules_transfer(granules, GRANULES_SHARED, kind, range.count);
	return range_delegate(granules, kind, range);
}

void granules_retry(struct granules *granules)
{
	unsigned count = granules->abandoned_count;
	struct granules_range range;

	while (count-- > 0) {
		range = granules->abandoned[0];
		granules->abandoned_count--;
		for (unsigned i = 0; i < granules->abandoned_count; i++)
			granules->abandoned[i] = granules->abandoned[i + 1];
		granules_free(granules, GRANULES_ABANDONED, range);
	}
}
