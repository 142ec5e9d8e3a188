/* SPDX-License-Identifier: BSD-3-Clause */
/* Building a Realm: the steps in order, and the books that they keep. */
#include "hypervisor/core/realm/realm.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_internal.h"
#include "lib/number.h"

/*
 * The smallest legal counts (minus one), and not what the machine has: they
 * are measured, and the same guest shall have the same RIM everywhere.
 */
#define BREAKPOINTS 1
#define WATCHPOINTS 1

/* The pages of realm->shared. */
#define LIST_PAGE   0
#define PARAMS_PAGE 1

static pa_t shared_page(const struct realm *realm, unsigned page)
{
	return pa_add(realm->shared.base, (uint64_t)page * RMI_GRANULE_SIZE);
}

bool realm_alloc(struct realm *realm, const struct granules_want *want,
		 struct granules_range *range)
{
	return granules_alloc(&realm->granules, want, range);
}

void realm_free(struct realm *realm, enum granules_kind kind,
		struct granules_range *range)
{
	granules_free(&realm->granules, kind, *range);
	range->count = 0;
}

/* ---- Books ---- */

/* The first pages of a range are the RMM's now. */
static void pages_used(struct granules_range *range, uint64_t count)
{
	range->base = pa_add(range->base, count * RMI_GRANULE_SIZE);
	range->count -= count;
}

/* The RMM returned these pages. false: they cannot be ours. */
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

/* Content was mapped, with the first of the pages taken for it; where the
 * number makes no sense none of them can be counted on. */
static bool pages_loaded(struct realm *realm)
{
	const struct rmi_call *call = &realm->rmi.call;
	uint64_t asked = 1 + BITS_GET(call->args[4], RMI_DATA_MORE);
	uint64_t count = asked == 1 ? 1 : call->out[0];

	if (count > 0 && count <= asked) {
		pages_used(&realm->data, count);
		return true;
	}
	pages_used(&realm->data, asked);
	return rmi_protocol_error(&realm->rmi, "another range was mapped");
}

/* The first pages of a range were mapped, or all. Where that makes no sense
 * none of them can be counted on. */
static bool range_mapped(struct realm *realm, struct granules_range *range)
{
	const struct rmi_call *call = &realm->rmi.call;
	uint64_t size = call->out[0] - call->args[1];

	if (call->out[0] > call->args[1] && call->out[0] <= call->args[2] &&
	    is_aligned(size, RMI_GRANULE_SIZE) &&
	    size / RMI_GRANULE_SIZE <= range->count) {
		pages_used(range, size / RMI_GRANULE_SIZE);
		return true;
	}
	pages_used(range, range->count);
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
		pages_used(&realm->tables, 1);
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

/* ---- Steps ---- */

static bool realm_begin(struct realm *realm, const struct host *host,
			const struct realm_plan *plan)
{
	const char *why;
	struct granules_want shared = {
		.kind = GRANULES_SHARED, .unit = 2, .units = 1, .align = 1
	};

	memset(realm, 0, sizeof(*realm));
	granules_init(&realm->granules, host->ops, &realm->failure);
	realm->rmi.ops = host->ops;
	realm->rmi.failure = &realm->failure;
	realm->rmi.granules = &realm->granules;

	failure_step(&realm->failure, "checking the plan");
	why = realm_plan_check(plan, &host->info, &realm->layout);
	if (why != NULL) {
		failure_note(&realm->failure,
			     &(struct rmi_failure){ .kind = RMI_FAILURE_PLAN,
						    .why = why });
		return false;
	}
	failure_step(&realm->failure, "making room for parameters");
	if (!realm_alloc(realm, &shared, &realm->shared))
		return false;
	realm->rmi.list = shared_page(realm, LIST_PAGE);
	return true;
}

static void params_fill(const struct realm *realm, const struct realm_plan *plan,
			struct rmi_realm_params *params)
{
	memset(params, 0, sizeof(*params));
	params->s2sz = realm->layout.ipa_bits;
	params->num_bps = BREAKPOINTS;
	params->num_wps = WATCHPOINTS;
	params->hash_algo = plan->hash_algo;
	memcpy(params->rpv, plan->rpv, sizeof(params->rpv));
	params->rtt_base = realm->roots.base.value;
	params->rtt_level_start = realm->layout.start_level;
	params->rtt_num_start = realm->layout.roots;
}

static bool realm_create(struct realm *realm, const struct realm_plan *plan)
{
	const struct host_ops *ops = realm->rmi.ops;
	pa_t page = shared_page(realm, PARAMS_PAGE);
	struct granules_want rd = {
		.kind = GRANULES_RD, .unit = 1, .units = 1, .align = 1
	};
	struct granules_want roots = {
		.kind = GRANULES_ROOT,
		.unit = realm->layout.roots,
		.units = 1,
		.align = realm->layout.roots,
	};
	struct rmi_realm_params *params;

	failure_step(&realm->failure, "creating the Realm");
	if (!realm_alloc(realm, &rd, &realm->rd) ||
	    !realm_alloc(realm, &roots, &realm->roots))
		return false;
	params = ops->page_map(ops->ctx, page);
	params_fill(realm, plan, params);
	ops->page_unmap(ops->ctx, page, params);
	return realm_account_result(
		       realm,
		       ask_realm_create(&realm->rmi, realm->rd.base, page)) ||
	       rmi_refused(&realm->rmi);
}

/* Only the boot vCPU runs at first, and only it is measured. */
static void rec_params_fill(struct rmi_rec_params *params,
			    const struct realm_plan *plan, unsigned vcpu)
{
	memset(params, 0, sizeof(*params));
	params->mpidr = GUEST_MPIDR((uint64_t)vcpu);
	if (vcpu != 0)
		return;
	params->flags = RMI_REC_FLAG_RUNNABLE;
	params->pc = plan->pc;
	memcpy(params->gprs, plan->gprs, sizeof(params->gprs));
}

static bool rec_create(struct realm *realm, const struct realm_plan *plan)
{
	const struct host_ops *ops = realm->rmi.ops;
	unsigned vcpu = realm->rec_count;
	pa_t rec = pa_add(realm->recs.base, (uint64_t)vcpu * RMI_GRANULE_SIZE);
	pa_t page = shared_page(realm, PARAMS_PAGE);
	struct rmi_rec_params *params = ops->page_map(ops->ctx, page);

	rec_params_fill(params, plan, vcpu);
	ops->page_unmap(ops->ctx, page, params);
	return realm_account_result(realm,
				    ask_rec_create(&realm->rmi, realm->rd.base,
						   rec, page)) ||
	       rmi_refused(&realm->rmi);
}

static bool recs_create(struct realm *realm, const struct realm_plan *plan)
{
	struct granules_want want = {
		.kind = GRANULES_REC, .unit = plan->vcpus, .units = 1, .align = 1
	};

	failure_step(&realm->failure, "creating the vCPUs");
	if (!realm_alloc(realm, &want, &realm->recs))
		return false;
	while (realm->rec_count < plan->vcpus) {
		if (!rec_create(realm, plan))
			return false;
	}
	return true;
}

/*
 * RAM becomes RAM before any of it is loaded: while the tables are few, one
 * command covers a whole table, and tables made later inherit it.
 */
bool realm_build(const struct host *host, const struct realm_plan *plan,
		 struct realm *realm)
{
	if (realm_begin(realm, host, plan) && realm_create(realm, plan) &&
	    realm_ram_init(realm, plan) && realm_load(realm, plan) &&
	    realm_gaps_populate(realm, plan) && recs_create(realm, plan)) {
		failure_clear(&realm->failure);
		return true;
	}
	/* What cannot be undone now stays charged, and can be tried again. */
	(void)realm_dismantle(realm);
	return false;
}

bool realm_activate(struct realm *realm)
{
	failure_clear(&realm->failure);
	failure_step(&realm->failure, "activating the Realm");
	if (!realm_op_finish(realm))
		return false;
	return realm->active ||
	       realm_account_result(
		       realm, ask_realm_activate(&realm->rmi, realm->rd.base)) ||
	       rmi_refused(&realm->rmi);
}
