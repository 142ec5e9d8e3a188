/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_PSCI_COMPLETE: the host's answer to the request of a vCPU, the caller,
 * about another vCPU of the Realm, the target. */
#include "abi/psci.h"
#include "abi/rmi.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"

/* docs/rmi.md, RMI_PSCI_COMPLETE steps 4 to 7. */
static bool psci_request_matches(const struct granule_ref *caller_ref,
				 const struct rec *caller,
				 const struct rec *target)
{
	return granule_refs(caller_ref) == 0 && caller->psci.pending &&
	       pa_equal(caller->rd, target->rd) &&
	       rec_index_from_mpidr(caller->psci.target) == target->index;
}

/*
 * docs/rmi.md, RMI_PSCI_COMPLETE step 8. The host may deny CPU_ON only for a
 * target that is off; for a target that is on, the RMM decides.
 */
static bool psci_status_permitted(const struct rec_psci_request *request,
				  bool target_on, uint64_t status)
{
	if (status == PSCI_SUCCESS)
		return true;
	return status == (uint64_t)PSCI_DENIED && request->cpu_on && !target_on;
}

static void psci_start_target(struct rec *target, const struct rec *caller)
{
	rec_reset(target);
	target->el1.sctlr_el1 |= caller->el1.sctlr_el1 & SCTLR_EL1_EE;
	target->gprs[0] = caller->psci.context;
	target->pc = caller->psci.entry;
	target->runnable = true;
}

/* Carries out the request. Returns what the caller gets in X0. */
static int64_t psci_carry_out(const struct rec *caller, struct rec *target,
			      bool target_on, uint64_t status)
{
	if (!caller->psci.cpu_on)
		return target_on ? PSCI_AFFINITY_ON : PSCI_AFFINITY_OFF;
	if (target_on)
		return PSCI_ALREADY_ON;
	if (status != PSCI_SUCCESS)
		return PSCI_DENIED;
	psci_start_target(target, caller);
	return PSCI_SUCCESS;
}

static void psci_return_to_caller(struct rec *caller, int64_t result)
{
	caller->gprs[0] = (uint64_t)result;
	for (unsigned i = 1; i <= 3; i++)
		caller->gprs[i] = 0;
	caller->psci = (struct rec_psci_request){ 0 };
}

/* The granules of both RECs are locked. */
static uint64_t psci_complete_held(const struct granule_ref *caller_ref,
				   const struct granule_ref *target_ref,
				   uint64_t status)
{
	struct rec *caller = granule_map(caller_ref);
	struct rec *target = granule_map(target_ref);
	/* The reference is looked at first: while the target executes, its CPU
	 * may change the other fields without the lock. */
	bool on = granule_refs(target_ref) != 0 || target->runnable;
	bool allowed = psci_request_matches(caller_ref, caller, target) &&
		       psci_status_permitted(&caller->psci, on, status);

	if (allowed)
		psci_return_to_caller(
			caller, psci_carry_out(caller, target, on, status));
	granule_unmap(target_ref, target);
	granule_unmap(caller_ref, caller);
	return rmi_return(allowed ? RMI_SUCCESS : RMI_ERROR_INPUT, 0);
}

uint64_t rmi_psci_complete(struct rmm *rmm, const uint64_t *args,
			   uint64_t *results)
{
	struct granule_want caller = { pa_make(args[0]), GRANULE_REC };
	struct granule_want target = { pa_make(args[1]), GRANULE_REC };
	struct granule_ref caller_ref, target_ref;
	uint64_t result;

	(void)results;
	if (!granule_lock_pair(rmm, caller, target, &caller_ref, &target_ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	result = psci_complete_held(&caller_ref, &target_ref, args[2]);
	granule_unlock(&caller_ref);
	granule_unlock(&target_ref);
	return result;
}
