/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls core/psci.h under a lock and carries out the actions of its replies. */
#include "monitor/psci_calls.h"

#include "lib/spinlock.h"
#include "monitor/gic.h"
#include "monitor/gpc.h"
#include "monitor/machine_off.h"

static struct psci psci;
/*
 * Guards psci. The lock of the granule table is taken while this one is held,
 * by is_entry(); never the other way round.
 */
static struct spinlock psci_lock;

/* In start.S. */
void pen(void) __attribute__((noreturn));

void psci_calls_init(uint32_t cpu_count)
{
	psci_init(&psci, cpu_count);
}

static struct psci_reply psci_call_locked(const struct psci_request *request)
{
	struct psci_reply reply;

	spinlock_acquire(&psci_lock);
	reply = psci_call(&psci, request);
	spinlock_release(&psci_lock);
	return reply;
}

static void action_perform(const struct psci_reply *reply)
{
	switch (reply->action) {
	case PSCI_ACTION_RETURN:
		return;
	case PSCI_ACTION_WAKE:
		gic_wake(reply->target);
		return;
	case PSCI_ACTION_STANDBY:
		dsb(sy);
		wfi();
		return;
	case PSCI_ACTION_CPU_OFF:
		pen();
	case PSCI_ACTION_SYSTEM_OFF:
		machine_off();
	case PSCI_ACTION_SYSTEM_RESET:
		gpc_scrub();
		machine_reset();
	}
}

struct frame *psci_calls_serve(struct cpu *cpu)
{
	struct frame *frame = &cpu->context[WORLD_NS].frame;
	const struct psci_request request = {
		.fid = frame->x[0],
		.argument = { frame->x[1], frame->x[2], frame->x[3] },
		.caller = cpu->index,
		.is_entry = gpc_is_ns,
	};
	const struct psci_reply reply = psci_call_locked(&request);

	action_perform(&reply);
	frame->x[0] = (uint64_t)reply.result;
	return frame;
}

bool psci_calls_started(uint32_t index, struct psci_cpu *start)
{
	bool is_started;

	spinlock_acquire(&psci_lock);
	is_started = psci_started(&psci, index);
	*start = psci.cpu[index];
	spinlock_release(&psci_lock);
	return is_started;
}
