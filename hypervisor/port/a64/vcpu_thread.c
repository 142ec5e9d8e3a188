/* SPDX-License-Identifier: BSD-3-Clause */
/* What the thread of a vCPU does, from its start to the end of its domain. */
#include "hypervisor/port/a64/vcpu_thread.h"

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_run.h"

_Static_assert(sizeof(union vcpu_run) <= THREAD_ROOM, "union vcpu_run");

static bool is_running(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->running, __ATOMIC_SEQ_CST);
}

static void running_set(struct vcpu *vcpu, bool running)
{
	__atomic_store_n(&vcpu->running, running, __ATOMIC_SEQ_CST);
}

/*
 * Whoever has something for the vCPU says so first and then kicks it: either
 * the kick finds it running, or it looks after this.
 */
static void here(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->core, core_current()->data.index,
			 __ATOMIC_SEQ_CST);
	running_set(vcpu, true);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* The thread is about to lose its core. */
static void leave(void *ctx)
{
	struct vcpu *vcpu = ctx;
	union vcpu_run *run = thread_room(vcpu->thread);

	running_set(vcpu, false);
	vcpu->cpu_ns = thread_ran_ns();
	if (!vcpu->domain->is_realm)
		guest_save(&run->ordinary.guest);
}

static bool has_ended(const struct vcpu *vcpu)
{
	uint32_t state = __atomic_load_n(&vcpu->domain->state, __ATOMIC_ACQUIRE);

	return state == CONTROL_SHUTDOWN || state == CONTROL_DYING;
}

/* The lock also brings the registers that it was started with. */
static bool is_online(struct vcpu *vcpu)
{
	bool online;

	spinlock_acquire(&vcpu->domain->lock);
	online = vcpu->online;
	spinlock_release(&vcpu->domain->lock);
	return online;
}

static bool may_run(struct vcpu *vcpu)
{
	return domain_runs(vcpu->domain) && is_online(vcpu);
}

/* false: never again. */
static bool wait_until_it_may_run(struct vcpu *vcpu)
{
	here(vcpu);
	while (!has_ended(vcpu) && !may_run(vcpu)) {
		thread_block();
		here(vcpu);
	}
	return !has_ended(vcpu);
}

static void wait_until_awake(struct vcpu *vcpu)
{
	while (!vcpu_awake(vcpu)) {
		__atomic_store_n(&vcpu->waits, true, __ATOMIC_RELAXED);
		thread_block_until(time_of_counter(vcpu_deadline(vcpu)));
	}
	__atomic_store_n(&vcpu->waits, false, __ATOMIC_RELAXED);
}

static void follow(struct vcpu *vcpu, enum vcpu_next next)
{
	vcpu->cpu_ns = thread_ran_ns();
	irq_poll();
	if (next == VCPU_WAIT)
		wait_until_awake(vcpu);
	else if (next == VCPU_YIELD)
		thread_yield();
	thread_yield_if_due();
}

static void vcpu_main(void *ctx)
{
	struct vcpu *vcpu = ctx;
	union vcpu_run *run = thread_room(thread_current());
	enum vcpu_next next = VCPU_RUN;

	vcpu->thread = thread_current();
	thread_on_leave(thread_current(), leave, vcpu);
	if (vcpu->domain->is_realm)
		vcpu_realm_start(vcpu);
	while (next != VCPU_STOP && wait_until_it_may_run(vcpu)) {
		domain_entered(vcpu->domain);
		vcpu_timers_update(vcpu);
		next = vcpu->domain->is_realm ? vcpu_run_realm(vcpu, run)
					      : vcpu_run_guest(vcpu, run);
		vcpu_timers_update(vcpu);
		follow(vcpu, next);
	}
}

bool vcpu_thread_start(void *ctx, struct vcpu *vcpu)
{
	struct thread *thread =
		thread_create(vcpu_main, vcpu, "vcpu", vcpu->domain->weight);

	(void)ctx;
	vcpu->thread = thread;
	return thread != NULL;
}

void vcpu_thread_kick(void *ctx, struct vcpu *vcpu)
{
	const struct core *core;

	(void)ctx;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	thread_wake(vcpu->thread);
	if (!is_running(vcpu))
		return;
	core = &cores[__atomic_load_n(&vcpu->core, __ATOMIC_SEQ_CST)];
	if (core != core_current())
		irq_kick(core);
}

void vcpu_thread_end(void *ctx, struct vcpu *vcpu)
{
	(void)ctx;
	thread_join(vcpu->thread);
	vcpu->thread = NULL;
}
