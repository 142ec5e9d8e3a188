/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running one command to its end. Any command may answer BUSY or BLOCKED, which
 * means to ask again, or INCOMPLETE, which begins a stateful operation: the RMM
 * then wants memory, returns memory, or only wants to be continued
 * (docs/rmi.md, Stateful operations). All of that happens here, so that a
 * caller sees only the last answer.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_SRO_H
#define REEVE_HYPERVISOR_CORE_RMI_SRO_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/failure.h"

struct rmi;

/* One command: the arguments and the answer. */
struct rmi_call {
	uint32_t fid;
	uint64_t args[RMI_ARGS];
	uint64_t x0;
	uint64_t out[RMI_RESULTS];
};

/* Returns the status of a call (RMI_SUCCESS..). */
static inline unsigned rmi_call_status(const struct rmi_call *call)
{
	return (unsigned)BITS_GET(call->x0, RMI_RETURN_STATUS);
}

/* Returns the level that comes with the status RMI_ERROR_RTT. */
static inline int rmi_call_index(const struct rmi_call *call)
{
	return (int8_t)BITS_GET(call->x0, RMI_RETURN_INDEX);
}

/*
 * Notes the failure of a call, which is rmi->call or one of the operation that
 * rmi->call began. Returns false.
 */
bool rmi_call_failed(struct rmi *rmi, enum rmi_failure_kind kind,
		     const struct rmi_call *call, const char *why);

/*
 * For how long one call is repeated while the RMM answers BUSY or BLOCKED. A
 * busy object is released within one command of another CPU, and relax() lets
 * the others run, so an honest RMM never needs this long. A number of tries
 * would depend on what else there is to run.
 */
#define RMI_BUSY_NS UINT64_C(10000000000)

/*
 * How many further calls one operation may take. The longest operation of an
 * honest RMM is a range command that stops at every interrupt: 512 entries at
 * most.
 */
#define RMI_STEPS_MAX 0x4000

/*
 * How many granules one operation may hold. The most that an RMM is known to
 * ask for is a table of the state of all memory: 64 MiB describe 128 GiB with 2
 * bytes for each granule.
 */
#define RMI_DONATION_MAX 0x4000

/* An operation between its calls. All zero: none. */
struct rmi_op {
	bool open; /* the RMM keeps a context for it */
	bool aborting; /* a step failed in the hypervisor: find a way out */
	bool cancelled;
	bool can_cancel;
	unsigned want; /* RMI_MEM_REQ_*: the request of the RMM */
	uint64_t handle;
	uint64_t request; /* RMI_MEM_REQ_DONATE: which granules, how many */
	uint64_t given; /* granules donated and not returned */
};

/*
 * Runs rmi->call to its end and leaves the answer there. Returns true if the
 * answer is RMI_SUCCESS.
 *
 * It returns false in two cases. If the RMM refused the command, rmi_status()
 * is the error and nothing is noted, since the caller may have expected it. If
 * rmi->gave_up is set, the command has no proper answer and the failure is
 * noted already. If rmi->op.open is set as well, the operation could not be
 * ended, and no other command may be run before rmi_resume().
 */
bool rmi_run(struct rmi *rmi);

/*
 * Tries again to end an open operation, and cancels it if that is possible.
 * Returns false, noted, if it is still open. Returns true if it has ended:
 * rmi_status() then tells how, and the command had its effect if that is
 * RMI_SUCCESS.
 */
bool rmi_resume(struct rmi *rmi);

#endif
