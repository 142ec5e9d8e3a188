/* SPDX-License-Identifier: BSD-3-Clause */
/* The pages of a Realm, and the effect of each command's result on them. */
#include "hypervisor/core/realm/realm_charged.h"

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"

bool realm_alloc(struct realm *realm, const struct granules_want *want,
		 struct granules_range *range)
{
	return granules_alloc(&realm->granules, want, range);
}

/* Removes the first pages of a range. */
static void range_consume(struct granules_range *range, uint64_t count)
{
	range->base = pa_add(range->base, count * RMI_GRANULE_SIZE);
	range->count -= count;
}

bool realm_reserve_delegate(struct realm *realm, enum granules_kind kind,
			    uint64_t count, struct granules_range *range)
{
	*range = (struct granules_range){ realm->reserve.base, count };
	range_consume(&realm->reserve, count);
	if (granules_delegate(&realm->granules, kind, *range))
		return true;
	range->count = 0;
	return false;
}

void realm_free(struct realm *realm, enum granules_kind kind,
		struct granules_range *range)
{
	granules_free(&realm->granules, kind, *range);
	range->count = 0;
}

bool realm_may_free(struct realm *realm)
{
	if (granules_batch(&realm->granules) > 0)
		return true;
	return failure_note_reason(&realm->failure, RMI_FAILURE_MEMORY,
				   "too many abandoned granules");
}

bool realm_free_checked(struct realm *realm, enum granules_kind kind,
			struct granules_range *range)
{
	if (range->count == 0)
		return true;
	if (!realm_may_free(realm))
		return false;
	realm_free(realm, kind, range);
	return true;
}

/* ---- Accounting for results ---- */

/* Frees pages that the RMM returned. Returns false, noted, if they cannot be
 * pages of the Realm. */
static bool pages_returned(struct realm *realm, enum granules_kind kind,
			   struct granules_range range)
{
	if (!is_aligned(range.base.value, RMI_GRANULE_SIZE) ||
	    range.count > realm->granules.account.held[kind]) {
		return rmi_protocol_error(
			&realm->rmi, "other memory is returned than was given");
	}
	granules_free(&realm->granules, kind, range);
	return true;
}

static bool range_returned(struct realm *realm, enum granules_kind kind,
			   uint64_t descriptor)
{
	uint64_t size = BITS_GET(descriptor, RMI_RANGE_SIZE);

	return pages_returned(
		realm, kind,
		(struct granules_range){
			pa_make(BITS_GET(descriptor, RMI_RANGE_ADDR)
				<< RMI_GRANULE_SHIFT),
			BITS_GET(descriptor, RMI_RANGE_COUNT) << (9 * size) });
}

/*
 * Accounts for content that was mapped with the first pages of realm->data. If
 * the RMM tells an impossible number, it is unknown which pages are mapped, so
 * none of those that were offered is used again.
 */
static bool pages_loaded(struct realm *realm)
{
	const struct rmi_call *call = &realm->rmi.call;
	uint64_t asked = 1 + BITS_GET(call->args[4], RMI_DATA_MORE);
	uint64_t count = asked == 1 ? 1 : call->out[0];

	if (count > 0 && count <= asked) {
		range_consume(&realm->data, count);
		return true;
	}
	range_consume(&realm->data, asked);
	return rmi_protocol_error(&realm->rmi, "another range was mapped");
}

/*
 * Accounts for the pages of a range that were mapped: its first pages, or all.
 * If the RMM tells an impossible end, it is unknown which pages are mapped, so
 * none of the range is used again.
 */
static bool range_mapped(struct realm *realm, struct granules_range *range)
{
	const struct rmi_call *call = &realm->rmi.call;
	uint64_t size = call->out[0] - call->args[1];

	if (call->out[0] > call->args[1] && call->out[0] <= call->args[2] &&
	    is_aligned(size, RMI_GRANULE_SIZE) &&
	    size / RMI_GRANULE_SIZE <= range->count) {
		range_consume(range, size / RMI_GRANULE_SIZE);
		return true;
	}
	range_consume(range, range->count);
	return rmi_protocol_error(&realm->rmi, "another range was mapped");
}

bool realm_account_result(struct realm *realm, bool done)
{
	const struct rmi_call *call = &realm->rmi.call;

	if (rmi_status(&realm->rmi) != RMI_SUCCESS)
		return done;
	switch (call->fid) {
	case RMI_REALM_CREATE:
		realm->created = true;
		return done;
	case RMI_REALM_ACTIVATE:
		realm->active = true;
		return done;
	case RMI_REALM_DESTROY:
		realm->created = false;
		return done;
	case RMI_REC_CREATE:
		realm->rec_count++;
		return done;
	case RMI_REC_DESTROY:
		realm->rec_count--;
		return done;
	case RMI_RTT_CREATE:
		range_consume(&realm->tables, 1);
		return done;
	case RMI_RTT_DESTROY:
		return pages_returned(realm, GRANULES_RTT,
				      (struct granules_range){
					      pa_make(call->out[0]), 1 }) &&
		       done;
	case RMI_RTT_DATA_MAP_INIT:
		return pages_loaded(realm) && done;
	case RMI_RTT_DATA_MAP:
		return range_mapped(realm, &realm->data) && done;
	case RMI_RTT_DATA_UNMAP:
		return range_returned(realm, GRANULES_DATA, call->out[1]) &&
		       done;
	case RMI_RTT_UNPROT_MAP:
		return range_mapped(realm, &realm->lent) && done;
	case RMI_RTT_UNPROT_UNMAP:
		return range_returned(realm, GRANULES_GUEST, call->out[1]) &&
		       done;
	default:
		return done;
	}
}

bool realm_progress_check(struct realm *realm, ipa_t at, ipa_t top, ipa_t next)
{
	if (next.value <= at.value || next.value > top.value) {
		return rmi_protocol_error(&realm->rmi,
					  "no progress in the range");
	}
	return true;
}

bool realm_op_finish(struct realm *realm)
{
	if (!realm->rmi.op.open)
		return true;
	if (!rmi_resume(&realm->rmi))
		return false;
	return realm_account_result(realm, true);
}
