/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the two halves of stateful operations: calls and memory. */
#ifndef REEVE_HYPERVISOR_CORE_RMI_SRO_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_RMI_SRO_INTERNAL_H

#include <stdbool.h>

#include "hypervisor/core/rmi/rmi.h"

/* Repeats a call until the answer is neither BUSY nor BLOCKED. Returns false,
 * noted, after RMI_BUSY_NS. */
bool sro_issue(struct rmi *rmi, struct rmi_call *call);

/* Notes an answer of the RMM in the operation: its next request, or the end. */
void sro_take(struct rmi *rmi, const struct rmi_call *answer);

/* Gives the command up because of a call, and notes why. Returns false. */
bool sro_give_up(struct rmi *rmi, enum rmi_failure_kind kind,
		 const struct rmi_call *call, const char *why);

/*
 * The steps that move memory. Each returns false if there is no answer to go on
 * with: the operation is stuck. A failure in the hypervisor does not make it
 * stuck: the failure is noted, the operation is marked as aborting, and the
 * next step takes the way out.
 */
bool sro_donate(struct rmi *rmi);
bool sro_decline(struct rmi *rmi);
bool sro_reclaim(struct rmi *rmi);

#endif
