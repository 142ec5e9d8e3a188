/* SPDX-License-Identifier: BSD-3-Clause */
/* What the driver of stateful operations and its memory half share. */
#ifndef REEVE_HYPERVISOR_CORE_RMI_SRO_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_RMI_SRO_INTERNAL_H

#include <stdbool.h>

#include "hypervisor/core/rmi/rmi.h"

/* Issues a call until it is neither BUSY nor BLOCKED; false: gave up, noted. */
bool sro_issue(struct rmi *rmi, struct rmi_call *call);

/* Takes an answer in: what the RMM waits for now, or that it is over. */
void sro_take(struct rmi *rmi, const struct rmi_call *answer);

/* Gives the operation up, and notes why and at which call.
 * Returns false. */
bool sro_give_up(struct rmi *rmi, enum rmi_failure_kind kind,
		 const struct rmi_call *call, const char *why);

/*
 * The steps that move memory. false: no answer to go on with, the operation is
 * stuck. A failure on our side is no reason to be stuck: it is noted, the
 * operation is marked as aborting, and the next step looks for the way out.
 */
bool sro_donate(struct rmi *rmi);
bool sro_decline(struct rmi *rmi);
bool sro_reclaim(struct rmi *rmi);

#endif
