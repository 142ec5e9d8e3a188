/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI 1.1 as a Realm sees it (docs/rsi.md, PSCI of a Realm). A call about
 * another vCPU waits until the host completes it by RMI_PSCI_COMPLETE.
 */
#include "abi/psci.h"
#include "lib/workaround.h"
#include "rmm/core/rsi/rsi.h"

/* Arguments of 32-bit calls are 32 bits wide (DEN0028, 2.8). */
static uint64_t psci_argument(const struct rsi_call *call, unsigned index)
{
	uint64_t value = call->x[index];

	return call->fid & SMCCC_FID_64 ? value : (uint32_t)value;
}

static enum rsi_outcome psci_return(struct rsi_call *call, int64_t result)
{
	return rsi_return(call, (uint64_t)result);
}

static enum rsi_outcome psci_exit(struct rsi_call *call)
{
	call->exit->exit_reason = RMI_EXIT_PSCI;
	call->exit->gprs[0] = call->fid;
	return RSI_EXIT;
}

/* The request waits, and X0 to X3 stay, until the host completes it. */
static enum rsi_outcome psci_wait(struct rsi_call *call,
				  const struct rec_psci_request *request)
{
	call->rec->psci = *request;
	call->rec->psci.pending = true;
	call->exit->gprs[1] = request->target;
	return psci_exit(call);
}

static enum rsi_outcome psci_cpu_suspend(struct rsi_call *call)
{
	psci_return(call, PSCI_SUCCESS);
	return psci_exit(call);
}

static enum rsi_outcome psci_cpu_off(struct rsi_call *call)
{
	call->rec->runnable = false;
	psci_return(call, PSCI_SUCCESS);
	return psci_exit(call);
}

static enum rsi_outcome psci_cpu_on(struct rsi_call *call)
{
	const struct rec_psci_request request = {
		.cpu_on = true,
		.target = psci_argument(call, 1),
		.entry = psci_argument(call, 2),
		.context = psci_argument(call, 3),
	};
	uint32_t index = rec_index_from_mpidr(request.target);

	if (!realm_ipa_protected(&call->rd->s2, ipa_make(request.entry)))
		return psci_return(call, PSCI_INVALID_ADDRESS);
	if (index >= call->rd->rec_count)
		return psci_return(call, PSCI_INVALID_PARAMETERS);
	if (index == call->rec->index)
		return psci_return(call, PSCI_ALREADY_ON);
	return psci_wait(call, &request);
}

static enum rsi_outcome psci_affinity_info(struct rsi_call *call)
{
	const struct rec_psci_request request = {
		.target = psci_argument(call, 1),
	};
	uint32_t index = rec_index_from_mpidr(request.target);

	/* The affinity level is 0: only single vCPUs can be asked about. */
	if (psci_argument(call, 2) != 0 || index >= call->rd->rec_count)
		return psci_return(call, PSCI_INVALID_PARAMETERS);
	if (index == call->rec->index)
		return psci_return(call, PSCI_AFFINITY_ON);
	return psci_wait(call, &request);
}

static enum rsi_outcome psci_system_stop(struct rsi_call *call)
{
	realm_life_set(call->rd, REALM_SYSTEM_OFF);
	return psci_exit(call);
}

static enum rsi_outcome psci_features(struct rsi_call *call)
{
	switch (psci_argument(call, 1)) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
	case SMCCC_VERSION_FID:
		return psci_return(call, PSCI_SUCCESS);
	default:
		return psci_return(call, PSCI_NOT_SUPPORTED);
	}
}

static int64_t smccc_features(const struct rsi_call *call, uint64_t fid)
{
	if (fid == SMCCC_VERSION_FID || fid == SMCCC_ARCH_FEATURES_FID)
		return SMCCC_SUCCESS;
	return workaround_features(fid, call->rmm->machine.id[ID_PFR0]);
}

/* A workaround that is not required does nothing. */
static enum rsi_outcome smccc_workaround(struct rsi_call *call)
{
	if (smccc_features(call, call->fid) != SMCCC_NOT_REQUIRED)
		return rsi_return(call, SMCCC_NOT_SUPPORTED);
	return rsi_return(call, SMCCC_SUCCESS);
}

enum rsi_outcome psci_handle(struct rsi_call *call)
{
	switch (call->fid) {
	case SMCCC_VERSION_FID:
		return rsi_return(call, SMCCC_VERSION_1_2);
	case SMCCC_ARCH_FEATURES_FID:
		return psci_return(
			call, smccc_features(call, psci_argument(call, 1)));
	case SMCCC_WORKAROUND_1_FID:
	case SMCCC_WORKAROUND_3_FID:
		return smccc_workaround(call);
	case PSCI_VERSION:
		return rsi_return(call, PSCI_VERSION_1_1);
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		return psci_cpu_suspend(call);
	case PSCI_CPU_OFF:
		return psci_cpu_off(call);
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
		return psci_cpu_on(call);
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
		return psci_affinity_info(call);
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
		return psci_system_stop(call);
	case PSCI_FEATURES:
		return psci_features(call);
	default:
		return rsi_return(call, SMCCC_NOT_SUPPORTED);
	}
}
