/* SPDX-License-Identifier: BSD-3-Clause */
/* Building a Realm and activating it: the steps in their order. */
#include "hypervisor/core/realm/realm.h"

#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_load.h"
#include "hypervisor/core/realm/realm_teardown.h"

/*
 * The smallest legal counts, minus one. The machine may have more, but they are
 * measured, and the same guest has to have the same RIM on each machine.
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

static void realm_init(struct realm *realm, const struct host *host)
{
	memset(realm, 0, sizeof(*realm));
	granules_init(&realm->granules, host->ops, &realm->failure);
	realm->rmi.ops = host->ops;
	realm->rmi.failure = &realm->failure;
	realm->rmi.granules = &realm->granules;
}

static bool plan_check(struct realm *realm, const struct host *host,
		       const struct realm_plan *plan)
{
	const char *why;

	failure_step(&realm->failure, "checking the plan");
	why = realm_plan_check(plan, &host->info, &realm->layout);
	if (why != NULL) {
		return failure_note_reason(&realm->failure, RMI_FAILURE_PLAN,
					   why);
	}
	return true;
}

static bool runs_alloc(struct realm *realm, unsigned vcpus)
{
	struct granules_want shared = granules_run(GRANULES_SHARED, 2);
	struct granules_want reserve = {
		.kind = GRANULES_SHARED,
		.unit = realm->layout.roots + (uint64_t)vcpus,
		.units = 1,
		.align = realm->layout.roots,
	};

	failure_step(&realm->failure, "making room for parameters");
	if (!realm_alloc(realm, &shared, &realm->shared))
		return false;
	realm->rmi.list = shared_page(realm, LIST_PAGE);
	realm->granules.list = realm->rmi.list;
	return realm_alloc(realm, &reserve, &realm->reserve);
}

bool realm_reserve(const struct host *host, uint64_t ram_end, unsigned vcpus,
		   struct realm *realm)
{
	realm_init(realm, host);
	if (!rtt_layout_choose(ram_end, host->info.ipa_bits, &realm->layout)) {
		return failure_note_reason(
			&realm->failure, RMI_FAILURE_PLAN,
			"RAM ends above what the RMM can address");
	}
	return runs_alloc(realm, vcpus);
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
	struct granules_want rd = granules_run(GRANULES_RD, 1);
	struct rmi_realm_params *params;

	failure_step(&realm->failure, "creating the Realm");
	if (!realm_alloc(realm, &rd, &realm->rd) ||
	    !realm_reserve_delegate(realm, GRANULES_ROOT, realm->layout.roots,
				    &realm->roots))
		return false;
	params = ops->page_map(ops->ctx, page);
	params_fill(realm, plan, params);
	ops->page_unmap(ops->ctx, page, params);
	if (!realm_account_result(
		    realm, ask_realm_create(&realm->rmi, realm->rd.base, page)))
		return rmi_refused(&realm->rmi);
	return true;
}

/* Only the boot vCPU is runnable at first, and only its REC is measured. */
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
	if (!realm_account_result(
		    realm,
		    ask_rec_create(&realm->rmi, realm->rd.base, rec, page)))
		return rmi_refused(&realm->rmi);
	return true;
}

static bool recs_create(struct realm *realm, const struct realm_plan *plan)
{
	failure_step(&realm->failure, "creating the vCPUs");
	if (!realm_reserve_delegate(realm, GRANULES_REC, plan->vcpus,
				    &realm->recs))
		return false;
	while (realm->rec_count < plan->vcpus) {
		if (!rec_create(realm, plan))
			return false;
	}
	return true;
}

/*
 * The RIPAS of all RAM is set before content is loaded. There are few tables
 * then, so that one command covers a large range, and the tables that are made
 * later inherit the RIPAS.
 */
static bool realm_make(struct realm *realm, const struct realm_plan *plan)
{
	return realm_create(realm, plan) && realm_ram_init(realm, plan) &&
	       realm_load(realm, plan) && realm_gaps_populate(realm, plan) &&
	       recs_create(realm, plan);
}

/* Ends a build. Pages that cannot be freed now stay charged; realm_destroy()
 * can try again. */
static bool build_end(struct realm *realm, bool done)
{
	if (done)
		failure_clear(&realm->failure);
	else
		(void)realm_dismantle(realm);
	return done;
}

bool realm_build_reserved(const struct host *host,
			  const struct realm_plan *plan, struct realm *realm)
{
	failure_clear(&realm->failure);
	return build_end(realm, plan_check(realm, host, plan) &&
					realm_make(realm, plan));
}

bool realm_build(const struct host *host, const struct realm_plan *plan,
		 struct realm *realm)
{
	realm_init(realm, host);
	return build_end(realm, plan_check(realm, host, plan) &&
					runs_alloc(realm, plan->vcpus) &&
					realm_make(realm, plan));
}

bool realm_activate(struct realm *realm)
{
	failure_clear(&realm->failure);
	failure_step(&realm->failure, "activating the Realm");
	if (!realm_op_finish(realm))
		return false;
	if (realm->active)
		return true;
	if (!realm_account_result(
		    realm, ask_realm_activate(&realm->rmi, realm->rd.base)))
		return rmi_refused(&realm->rmi);
	return true;
}
