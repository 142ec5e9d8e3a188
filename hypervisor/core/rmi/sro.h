/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one way in which a command is run: to its end, whatever it is. Any
 * command may answer BUSY or BLOCKED (ask again) or INCOMPLETE (a stateful
 * operation, DEN0137 "SRO": the RMM wants memory, returns memory, or only
 * wants to be continued), and all of that is served here.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_SRO_H
#define REEVE_HYPERVISOR_CORE_RMI_SRO_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/failure.h"

struct rmi;

/* One command: what was asked and what came back. */
struct rmi_call {
	uint32_t fid;
	uint64_t args[RMI_ARGS];
	uint64_t x0;
	uint64_t out[RMI_RESULTS];
};

/* The status of a call (RMI_SUCCESS..). */
static inline unsigned rmi_call_status(const struct rmi_call *call)
{
	return (unsigned)BITS_GET(call->x0, RMI_RETURN_STATUS);
}

/* The level that comes with the status RMI_ERROR_RTT. */
static inline int rmi_call_index(const struct rmi_call *call)
{
	return (int8_t)BITS_GET(call->x0, RMI_RETURN_INDEX);
}

/*
 * Notes that a call failed: rmi->call, or a call for the operation that
 * rmi->call began. Returns false.
 */
bool rmi_call_failed(struct rmi *rmi, enum rmi_failure_kind kind,
		     const struct rmi_call *call, const char *why);

/*
 * How often one call is repeated while the RMM says BUSY or BLOCKED. A busy
 * object is released within one command of another CPU and relax() lets other
 * CPUs run, so this is far beyond what an honest RMM can need.
 */
#define RMI_RETRIES_MAX 0x10000

/*
 * How many follow-up calls one operation may take. The longest honest one is
 * a range command that yields at every interrupt: 512 entries at most.
 */
#define RMI_STEPS_MAX 0x4000

/*
 * Granules that one operation may hold. The most that an RMM is known to want
 * is its own table of the host's memory: 64 MiB at 2 bytes a granule describe
 * 128 GiB.
 */
#define RMI_DONATION_MAX 0x4000

/* An operation between its calls. All zero: none. */
struct rmi_op {
	bool open; /* the RMM keeps a context for it */
	bool aborting; /* something failed on our side: get out of it */
	bool cancelled;
	bool can_cancel;
	unsigned want; /* RMI_MEM_REQ_*: what the RMM waits for */
	uint64_t handle;
	uint64_t request; /* with RMI_MEM_REQ_DONATE: how much of what */
	uint64_t given; /* granules donated and not returned */
};

/*
 * Runs rmi->call to its end and leaves the answer there. true: SUCCESS.
 *
 * false, and rmi_status() is an error: the RMM refused, and nothing is noted:
 * the caller may have expected it. false, and rmi->gave_up is set: the failure
 * is noted already. If then rmi->op.open is set too, the operation could not
 * be brought to an end, and no other command may be run before rmi_resume().
 */
bool rmi_run(struct rmi *rmi);

/*
 * Tries again to bring an open operation to its end, giving it up where it
 * can be given up. false: still open, failure noted. true: ended, and
 * rmi_status() says how: its effect is then the command's, as it was asked.
 */
bool rmi_resume(struct rmi *rmi);

#endif
