/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went wrong first, in a form that a text for a person can be made of
 * ("RMI_RTT_CREATE(rd=0x.., rtt=0x.., ipa=0x40000000, level=2) failed:
 * RMI_ERROR_RTT, level 1"); rmi_command() and rmi_status_name() give the words.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_FAILURE_H
#define REEVE_HYPERVISOR_CORE_RMI_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"

enum rmi_failure_kind {
	RMI_FAILURE_NONE = 0,
	RMI_FAILURE_REFUSED, /* the RMM answered with an error */
	RMI_FAILURE_GAVE_UP, /* it kept saying BUSY, BLOCKED or INCOMPLETE */
	RMI_FAILURE_PROTOCOL, /* it broke the protocol: see why */
	RMI_FAILURE_MEMORY, /* the host ran out of something: see why */
	RMI_FAILURE_PLAN, /* refused before any command: see why */
};

struct rmi_failure {
	enum rmi_failure_kind kind;
	const char *doing; /* the step: "creating the Realm" */
	const char *why; /* NULL for REFUSED and GAVE_UP */
	uint32_t fid; /* the command to blame, 0: none */
	uint32_t course; /* the stateful command that it belonged to, or 0 */
	uint64_t args[RMI_ARGS];
	unsigned status; /* RMI_SUCCESS.., 0xff: the RMM knows no such call */
	int index; /* the level, if status is RMI_ERROR_RTT */
};

/* Names the step that begins, unless a failure is already there. */
static inline void failure_step(struct rmi_failure *failure, const char *doing)
{
	if (failure->kind == RMI_FAILURE_NONE)
		failure->doing = doing;
}

/* Keeps what failed, unless a failure is already there; its step is kept. */
static inline void failure_note(struct rmi_failure *failure,
				const struct rmi_failure *what)
{
	const char *doing = failure->doing;

	if (failure->kind != RMI_FAILURE_NONE)
		return;
	*failure = *what;
	failure->doing = doing;
}

/* Keeps a failure that no command is to blame for. Returns false. */
static inline bool failure_note_reason(struct rmi_failure *failure,
				       enum rmi_failure_kind kind,
				       const char *why)
{
	failure_note(failure, &(struct rmi_failure){ .kind = kind, .why = why });
	return false;
}

static inline void failure_clear(struct rmi_failure *failure)
{
	*failure = (struct rmi_failure){ 0 };
}

#endif
