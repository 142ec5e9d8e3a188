/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first thing that went wrong: the step, the command with its arguments,
 * and the answer of the RMM. failure_text() makes a line for a person of it.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_FAILURE_H
#define REEVE_HYPERVISOR_CORE_RMI_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"

enum rmi_failure_kind {
	RMI_FAILURE_NONE = 0,
	RMI_FAILURE_REFUSED, /* the RMM answered with an error */
	RMI_FAILURE_GAVE_UP, /* it kept answering BUSY, BLOCKED or INCOMPLETE */
	RMI_FAILURE_PROTOCOL, /* it broke the protocol: see why */
	RMI_FAILURE_MEMORY, /* the hypervisor ran out of something: see why */
	RMI_FAILURE_PLAN, /* refused before any command: see why */
};

struct rmi_failure {
	enum rmi_failure_kind kind;
	const char *doing; /* the step: "creating the Realm" */
	const char *why; /* NULL for REFUSED and GAVE_UP */
	uint32_t fid; /* the command that failed; 0: none did */
	uint32_t course; /* the command of the operation it belongs to, or 0 */
	uint64_t args[RMI_ARGS];
	unsigned status; /* RMI_SUCCESS.., 0xff: the RMM knows no such call */
	int index; /* the level, if status is RMI_ERROR_RTT */
};

/* Names the step that begins, unless a failure is noted already. */
static inline void failure_step(struct rmi_failure *failure, const char *doing)
{
	if (failure->kind == RMI_FAILURE_NONE)
		failure->doing = doing;
}

/* Notes a failure of the present step. The first failure stays: later ones are
 * mostly its consequences. */
static inline void failure_note(struct rmi_failure *failure,
				const struct rmi_failure *what)
{
	const char *doing = failure->doing;

	if (failure->kind != RMI_FAILURE_NONE)
		return;
	*failure = *what;
	failure->doing = doing;
}

/* Notes a failure that is not the answer to a command. Returns false. */
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
