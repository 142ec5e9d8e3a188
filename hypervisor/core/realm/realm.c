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

static bool realm_begin(struct realm *realm, const struct host *host,
			const struct realm_plan *plan)
{
	const char *why;
	struct granules_want shared = granules_run(GRANULES_SHARED, 2);

	memset(realm, 0, sizeof(*realm));
	granules_init(&realm->granules, host->ops, &realm->failure);
	realm->rmi.ops = host->ops;
	realm->rmi.failure = &realm->failure;
	realm->rmi.granules = &realm->granules;

	failure_step(&realm->failure, "checking the plan");
	why = realm_plan_check(plan, &host->info, &realm->layout);
	if (why != NULL) {
		return failure_note_reason(&realm->failure, RMI_FAILURE_PLAN,
					   why);
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
	struct granules_want rd = granules_run(GRANULES_RD, 1);
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
	struct granules_want want = granules_run(GRANULES_REC, plan->vcpus);

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
 * The RIPAS of all RAM is set before content is loaded. There are few tables
 * then, so that one command covers a large range, and the tables that are made
 * later inherit the RIPAS.
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
	/* Pages that cannot be freed now stay charged; realm_destroy() can try
	 * again. */
	(void)realm_dismantle(realm);
	return false;
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
