/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a stateful operation: donations, and granules returned. */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/granules.h"
#include "hypervisor/core/rmi/sro_internal.h"

/* The end of the addresses that an address-range descriptor can hold. */
#define RANGE_SPACE_END (UINT64_C(1) << 52)

/* A request for a donation. */
struct donation {
	unsigned size; /* code of the block size, as in descriptors */
	uint64_t block; /* pages of one block */
	uint64_t blocks;
	bool contiguous;
	unsigned state; /* RMI_RANGE_DELEGATED or not */
};

/* Notes a failure. The operation goes on, but only to its end. */
static void sro_abort(struct rmi *rmi, enum rmi_failure_kind kind,
		      const struct rmi_call *call, const char *why)
{
	sro_give_up(rmi, kind, call, why);
	rmi->op.aborting = true;
}

static struct donation donation_decode(uint64_t request)
{
	unsigned size = (unsigned)BITS_GET(request, RMI_DONATE_SIZE);

	return (struct donation){
		.size = size,
		.block = UINT64_C(1) << (9 * size),
		.blocks = BITS_GET(request, RMI_DONATE_COUNT),
		.contiguous = BITS_GET(request, RMI_DONATE_CONTIG) != 0,
		.state = (unsigned)BITS_GET(request, RMI_DONATE_STATE),
	};
}

/* Returns NULL if the request can be served, or else the reason. */
static const char *donation_refusal(const struct rmi *rmi,
				    const struct donation *donation)
{
	uint64_t pages = donation->block * donation->blocks;

	if (rmi->granules == NULL)
		return "memory is asked for where none can be given";
	if (donation->blocks == 0)
		return "a donation of nothing is asked for";
	if (pages > RMI_DONATION_MAX - rmi->op.given)
		return "more memory is asked for than any operation may hold";
	if (donation->contiguous && ((pages & (pages - 1)) != 0 ||
				     donation->blocks > RMI_RANGE_COUNT_MAX))
		return "a contiguous donation of an odd size is asked for";
	return NULL;
}

/* Returns true if the owner may hold that much more as donated. */
static bool donation_promised(const struct rmi *rmi,
			      const struct donation *donation)
{
	const struct granules *granules = rmi->granules;
	uint64_t held = granules->account.held[GRANULES_DONATED];

	return granules->donation_max == 0 ||
	       held + donation->block * donation->blocks <=
		       granules->donation_max;
}

static uint64_t range_descriptor(const struct donation *donation,
				 struct granules_range range)
{
	return BITS_PUT(RMI_RANGE_SIZE, donation->size) |
	       BITS_PUT(RMI_RANGE_COUNT, range.count / donation->block) |
	       BITS_PUT(RMI_RANGE_ADDR, range.base.value >> RMI_GRANULE_SHIFT) |
	       BITS_PUT(RMI_RANGE_STATE, donation->state);
}

/* Calls RMI_OP_MEM_DONATE with that range. */
static bool donation_offer(struct rmi *rmi, const struct donation *donation,
			   struct granules_range range, struct rmi_call *call)
{
	const struct host_ops *ops = rmi->ops;
	uint64_t *list = ops->page_map(ops->ctx, rmi->list);

	list[0] = range_descriptor(donation, range);
	ops->page_unmap(ops->ctx, rmi->list, list);
	*call = (struct rmi_call){ .fid = RMI_OP_MEM_DONATE,
				   .args = { rmi->op.handle, rmi->list.value,
					     1 } };
	return sro_issue(rmi, call);
}

/* Allocates a first part of a donation. It is charged as donated from now on,
 * also if the RMM wants it undelegated. */
static bool donation_alloc(struct rmi *rmi, const struct donation *donation,
			   struct granules_range *range)
{
	struct granules_want want = {
		.kind = donation->state == RMI_RANGE_DELEGATED ? GRANULES_DONATED
							       : GRANULES_SHARED,
		.unit = donation->block,
		.units = donation->blocks,
		.align = donation->block,
	};

	if (donation->contiguous) {
		want.unit = want.align = donation->block * donation->blocks;
		want.units = 1;
	} else if (want.units > RMI_RANGE_COUNT_MAX) {
		want.units = RMI_RANGE_COUNT_MAX;
	}
	if (!granules_alloc(rmi->granules, &want, range))
		return false;
	granules_transfer(rmi->granules, want.kind, GRANULES_DONATED,
			  range->count);
	return true;
}

/* Frees pages that the RMM returned or never took. */
static void donation_return(struct rmi *rmi, unsigned state,
			    struct granules_range range)
{
	enum granules_kind kind = state == RMI_RANGE_DELEGATED
					  ? GRANULES_DONATED
					  : GRANULES_SHARED;

	granules_transfer(rmi->granules, GRANULES_DONATED, kind, range.count);
	granules_free(rmi->granules, kind, range);
}

/* Counts the pages of the range that the RMM says it took, and frees the
 * others. */
static void donation_count(struct rmi *rmi, unsigned state,
			   struct granules_range range,
			   const struct rmi_call *call)
{
	uint64_t consumed = call->out[0];

	if (consumed > range.count ||
	    (consumed == 0 && rmi->op.want == RMI_MEM_REQ_DONATE)) {
		sro_abort(rmi, RMI_FAILURE_PROTOCOL, call,
			  "a donation was consumed not at all, or too much");
		consumed = consumed > range.count ? range.count : 0;
	}
	rmi->op.given += consumed;
	range.base = pa_add(range.base, consumed << RMI_GRANULE_SHIFT);
	range.count -= consumed;
	donation_return(rmi, state, range);
}

bool sro_donate(struct rmi *rmi)
{
	struct donation donation = donation_decode(rmi->op.request);
	const char *refusal = donation_refusal(rmi, &donation);
	struct granules_range range;
	struct rmi_call call;

	if (refusal != NULL) {
		sro_abort(rmi, RMI_FAILURE_PROTOCOL, &rmi->call, refusal);
		return true;
	}
	if (!donation_promised(rmi, &donation)) {
		sro_abort(rmi, RMI_FAILURE_MEMORY, &rmi->call,
			  "more memory is asked for than was promised");
		return true;
	}
	if (!donation_alloc(rmi, &donation, &range)) {
		sro_abort(rmi, RMI_FAILURE_MEMORY, &rmi->call, NULL);
		return true;
	}
	if (!donation_offer(rmi, &donation, range, &call)) {
		donation_return(rmi, donation.state, range);
		return false;
	}
	if (rmi_call_status(&call) != RMI_INCOMPLETE) {
		sro_abort(rmi, RMI_FAILURE_REFUSED, &call, NULL);
		donation_return(rmi, donation.state, range);
		return true;
	}
	sro_take(rmi, &call);
	donation_count(rmi, donation.state, range, &call);
	return true;
}

/*
 * Leaves a donation that cannot be cancelled. An offer of memory that the RMM
 * cannot take makes it end the operation and return the granules that it has.
 * The offered memory is at the end of the addresses of descriptors, where no
 * RMM tracks anything.
 */
bool sro_decline(struct rmi *rmi)
{
	struct donation donation = donation_decode(rmi->op.request);
	struct granules_range nowhere = { .count = donation.block };
	struct rmi_call call;

	if (rmi->list.value == 0)
		return false;
	if (donation.contiguous)
		nowhere.count *= donation.blocks;
	nowhere.base =
		pa_make(RANGE_SPACE_END - (nowhere.count << RMI_GRANULE_SHIFT));
	if (!donation_offer(rmi, &donation, nowhere, &call))
		return false;
	if (rmi_call_status(&call) == RMI_INCOMPLETE && call.out[0] == 0) {
		sro_take(rmi, &call);
		return true;
	}
	return sro_give_up(rmi, RMI_FAILURE_REFUSED, &call, NULL);
}

/* Frees one range that was returned. Returns false if the range cannot be one
 * that was donated. */
static bool returned_free(struct rmi *rmi, uint64_t word)
{
	uint64_t block = UINT64_C(1) << (9 * BITS_GET(word, RMI_RANGE_SIZE));
	struct granules_range range = {
		pa_make(BITS_GET(word, RMI_RANGE_ADDR) << RMI_GRANULE_SHIFT),
		BITS_GET(word, RMI_RANGE_COUNT) * block,
	};

	if (rmi->granules == NULL ||
	    range.count > rmi->granules->account.held[GRANULES_DONATED])
		return false;
	donation_return(rmi, (unsigned)BITS_GET(word, RMI_RANGE_STATE), range);
	if (range.count <= rmi->op.given)
		rmi->op.given -= range.count;
	return true;
}

static bool returned_free_all(struct rmi *rmi, uint64_t count)
{
	const struct host_ops *ops = rmi->ops;
	uint64_t *list = ops->page_map(ops->ctx, rmi->list);
	bool good = true;

	for (uint64_t i = 0; good && i < count; i++)
		good = returned_free(rmi, list[i]);
	ops->page_unmap(ops->ctx, rmi->list, list);
	return good;
}

/* Asks for no more ranges than there are places to remember abandoned ones. */
bool sro_reclaim(struct rmi *rmi)
{
	struct rmi_call call = { .fid = RMI_OP_MEM_RECLAIM,
				 .args = { rmi->op.handle, rmi->list.value } };

	if (rmi->list.value == 0) {
		return sro_give_up(rmi, RMI_FAILURE_PROTOCOL, &rmi->call,
				   "memory is returned that never was given");
	}
	call.args[2] = rmi->granules == NULL ? 1 : granules_batch(rmi->granules);
	if (call.args[2] == 0) {
		return sro_give_up(rmi, RMI_FAILURE_MEMORY, &rmi->call,
				   "too many abandoned granules");
	}
	if (!sro_issue(rmi, &call))
		return false;
	if (rmi_call_status(&call) != RMI_INCOMPLETE)
		return sro_give_up(rmi, RMI_FAILURE_REFUSED, &call, NULL);
	sro_take(rmi, &call);
	if (call.out[0] > call.args[2] ||
	    (call.out[0] == 0 && rmi->op.want == RMI_MEM_REQ_RECLAIM) ||
	    !returned_free_all(rmi, call.out[0])) {
		return sro_give_up(rmi, RMI_FAILURE_PROTOCOL, &call,
				   "other memory is returned than was given");
	}
	return true;
}
