/* SPDX-License-Identifier: BSD-3-Clause */
/* Running one command to its end: repeated calls, and steps of an operation. */
#include "hypervisor/core/rmi/sro.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/granules.h"
#include "hypervisor/core/rmi/sro_internal.h"

bool rmi_call_failed(struct rmi *rmi, enum rmi_failure_kind kind,
		     const struct rmi_call *call, const char *why)
{
	struct rmi_failure what = {
		.kind = kind,
		.why = why,
		.fid = call->fid,
		.course = call == &rmi->call ? 0 : rmi->call.fid,
		.status = rmi_call_status(call),
		.index = rmi_call_index(call),
	};

	for (unsigned i = 0; i < RMI_ARGS; i++)
		what.args[i] = call->args[i];
	failure_note(rmi->failure, &what);
	return false;
}

bool sro_give_up(struct rmi *rmi, enum rmi_failure_kind kind,
		 const struct rmi_call *call, const char *why)
{
	rmi->gave_up = true;
	return rmi_call_failed(rmi, kind, call, why);
}

static void issue_once(struct rmi *rmi, struct rmi_call *call)
{
	struct smccc_regs regs = { .x = { call->fid } };

	for (unsigned i = 0; i < RMI_ARGS; i++)
		regs.x[1 + i] = call->args[i];
	rmi->ops->smc(rmi->ops->ctx, &regs);
	rmi->calls++;
	call->x0 = regs.x[0];
	for (unsigned i = 0; i < RMI_RESULTS; i++)
		call->out[i] = regs.x[1 + i];
}

static bool is_busy(const struct rmi_call *call)
{
	unsigned status = rmi_call_status(call);

	return status == RMI_BUSY || status == RMI_BLOCKED;
}

bool sro_issue(struct rmi *rmi, struct rmi_call *call)
{
	const struct host_ops *ops = rmi->ops;
	uint64_t start;

	issue_once(rmi, call);
	if (!is_busy(call))
		return true;
	start = ops->now_ns(ops->ctx);
	do {
		ops->relax(ops->ctx, true);
		issue_once(rmi, call);
		if (!is_busy(call))
			return true;
	} while (ops->now_ns(ops->ctx) - start < RMI_BUSY_NS);
	return sro_give_up(rmi, RMI_FAILURE_GAVE_UP, call, NULL);
}

/* Ends the operation. Granules that the RMM kept although the command did not
 * succeed are lost: they are charged as abandoned. */
static void op_end(struct rmi *rmi, const struct rmi_call *answer)
{
	struct rmi_op *op = &rmi->op;

	op->open = false;
	if (!op->cancelled) {
		rmi->call.x0 = answer->x0;
		for (unsigned i = 0; i < RMI_RESULTS; i++)
			rmi->call.out[i] = answer->out[i];
	}
	if (op->given > 0 && rmi_status(rmi) != RMI_SUCCESS) {
		granules_transfer(rmi->granules, GRANULES_DONATED,
				  GRANULES_ABANDONED, op->given);
	}
}

void sro_take(struct rmi *rmi, const struct rmi_call *answer)
{
	struct rmi_op *op = &rmi->op;

	if (rmi_call_status(answer) != RMI_INCOMPLETE) {
		op_end(rmi, answer);
		return;
	}
	op->want = (unsigned)BITS_GET(answer->x0, RMI_RETURN_MEM_REQ);
	op->can_cancel = BITS_GET(answer->x0, RMI_RETURN_CAN_CANCEL) != 0;
	op->request = answer->out[1];
}

static bool op_continue(struct rmi *rmi)
{
	struct rmi_call call = { .fid = RMI_OP_CONTINUE,
				 .args = { rmi->op.handle, 0 } };
	unsigned status;

	if (!sro_issue(rmi, &call))
		return false;
	status = rmi_call_status(&call);
	if (status != RMI_SUCCESS && status != RMI_INCOMPLETE &&
	    rmi->op.given > 0 && !rmi->op.aborting) {
		return sro_give_up(
			rmi, RMI_FAILURE_PROTOCOL, &call,
			"the operation failed without returning its memory");
	}
	sro_take(rmi, &call);
	return true;
}

static bool op_cancel(struct rmi *rmi)
{
	struct rmi_call call = { .fid = RMI_OP_CANCEL,
				 .args = { rmi->op.handle } };
	unsigned status;

	if (!sro_issue(rmi, &call))
		return false;
	status = rmi_call_status(&call);
	if (status != RMI_SUCCESS && status != RMI_INCOMPLETE)
		return sro_give_up(rmi, RMI_FAILURE_REFUSED, &call, NULL);
	rmi->op.cancelled = true;
	sro_take(rmi, &call);
	return true;
}

static bool op_step(struct rmi *rmi)
{
	const struct rmi_op *op = &rmi->op;

	if (op->aborting && op->can_cancel && op->want != RMI_MEM_REQ_RECLAIM)
		return op_cancel(rmi);
	switch (op->want) {
	case RMI_MEM_REQ_DONATE:
		return op->aborting ? sro_decline(rmi) : sro_donate(rmi);
	case RMI_MEM_REQ_RECLAIM:
		return sro_reclaim(rmi);
	case RMI_MEM_REQ_NONE:
		return op_continue(rmi);
	default:
		return sro_give_up(rmi, RMI_FAILURE_PROTOCOL, &rmi->call,
				   "an unknown kind of memory request");
	}
}

/* Steps through an operation until it has ended. Returns false if it got stuck
 * before. */
static bool op_drive(struct rmi *rmi)
{
	for (unsigned steps = 0; rmi->op.open; steps++) {
		if (steps == RMI_STEPS_MAX) {
			return sro_give_up(rmi, RMI_FAILURE_GAVE_UP, &rmi->call,
					   NULL);
		}
		if (!op_step(rmi))
			return false;
		rmi->ops->relax(rmi->ops->ctx, false);
	}
	return true;
}

bool rmi_run(struct rmi *rmi)
{
	rmi->gave_up = false;
	rmi->op = (struct rmi_op){ 0 };
	if (!sro_issue(rmi, &rmi->call))
		return false;
	rmi->ops->relax(rmi->ops->ctx, false);
	if (rmi_status(rmi) == RMI_INCOMPLETE) {
		rmi->op.open = true;
		rmi->op.handle = rmi->call.out[0];
		sro_take(rmi, &rmi->call);
		if (!op_drive(rmi))
			return false;
	}
	return !rmi->gave_up && rmi_status(rmi) == RMI_SUCCESS;
}

bool rmi_resume(struct rmi *rmi)
{
	rmi->gave_up = false;
	rmi->op.aborting = true;
	return op_drive(rmi);
}
