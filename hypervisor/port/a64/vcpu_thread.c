/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread of a vCPU, from its start to the end of its domain. */
#include "hypervisor/port/a64/vcpu_thread.h"

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/el1_timers.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_run.h"

_Static_assert(sizeof(union vcpu_run) <= THREAD_ROOM, "union vcpu_run");

/* The threads of each domain, by its VMID. */
static struct sched_group groups[CONTROL_DOMAINS + 1];

struct sched_group *vcpu_thread_group(const struct domain *domain)
{
	return &groups[domain->vmid];
}

static bool vcpu_is_running(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->running, __ATOMIC_SEQ_CST);
}

static void vcpu_running_set(struct vcpu *vcpu, bool running)
{
	__atomic_store_n(&vcpu->running, running, __ATOMIC_SEQ_CST);
}

/*
 * Notes that the vCPU is on this core.
 *
 * A thread that has something for the vCPU writes it first and then kicks the
 * vCPU. The fences here and in vcpu_thread_kick() order the two: either the
 * kick sees that the vCPU is running and interrupts it, or the vCPU sees what
 * was written when it looks after this call.
 */
static void vcpu_arrive(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->core, core_current()->data.index,
			 __ATOMIC_SEQ_CST);
	vcpu_running_set(vcpu, true);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Turns the core's EL1 timers off. While an exit of a Realm is answered they
 * are on without being those of the vCPU: as they were before its run. */
static void vcpu_timers_stop(struct vcpu *vcpu)
{
	el1_timers_off();
	vcpu->timers_run = false;
}

/* Called when the thread is about to leave its core. */
static void vcpu_leave_core(void *ctx)
{
	struct vcpu *vcpu = ctx;
	union vcpu_run *run = thread_room(vcpu->thread);

	vcpu_running_set(vcpu, false);
	vcpu->cpu_ns = thread_ran_ns();
	vcpu_timers_stop(vcpu);
	if (!vcpu->domain->is_realm)
		guest_save(&run->ordinary.guest);
}

static bool vcpu_domain_ended(const struct vcpu *vcpu)
{
	uint32_t state = __atomic_load_n(&vcpu->domain->state, __ATOMIC_ACQUIRE);

	return state == CONTROL_SHUTDOWN || state == CONTROL_DYING;
}

/* The lock also makes visible the registers with which the vCPU was started. */
static bool vcpu_is_online(struct vcpu *vcpu)
{
	bool online;

	spinlock_acquire(&vcpu->domain->lock);
	online = vcpu->online;
	spinlock_release(&vcpu->domain->lock);
	return online;
}

static bool vcpu_may_run(struct vcpu *vcpu)
{
	return domain_runs(vcpu->domain) && vcpu_is_online(vcpu);
}

/* Waits until the vCPU may run. Returns false if its domain has ended. */
static bool vcpu_wait_to_run(struct vcpu *vcpu)
{
	vcpu_arrive(vcpu);
	while (!vcpu_domain_ended(vcpu) && !vcpu_may_run(vcpu)) {
		thread_block();
		vcpu_arrive(vcpu);
	}
	return !vcpu_domain_ended(vcpu);
}

static void vcpu_wait_awake(struct vcpu *vcpu)
{
	while (!vcpu_awake(vcpu)) {
		/* From here on the time decides, by which the thread wakes. */
		vcpu_timers_stop(vcpu);
		__atomic_store_n(&vcpu->waits, true, __ATOMIC_RELAXED);
		thread_block_until(time_of_counter(vcpu_deadline(vcpu)));
	}
	__atomic_store_n(&vcpu->waits, false, __ATOMIC_RELAXED);
}

/*
 * Takes the interrupts that ended the guest's run. Answers of its devices are
 * carried here and now: the vCPU is out of the guest, so that its next entry
 * takes their interrupt along. Another thread would have to end its run again.
 */
static void vcpu_irqs_take(struct vcpu *vcpu)
{
	struct core_data *core = &core_current()->data;

	core->polled = vcpu->domain;
	irq_poll();
	core->polled = NULL;
	domain_devices_poll(vcpu->domain);
}

static void vcpu_follow_exit(struct vcpu *vcpu, enum vcpu_next next)
{
	vcpu->cpu_ns = thread_ran_ns();
	vcpu_irqs_take(vcpu);
	if (next == VCPU_WAIT)
		vcpu_wait_awake(vcpu);
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
	thread_on_leave(thread_current(), vcpu_leave_core, vcpu);
	if (vcpu->domain->is_realm)
		vcpu_realm_start(vcpu);
	while (next != VCPU_STOP && vcpu_wait_to_run(vcpu)) {
		domain_entered(vcpu->domain);
		vcpu_timers_update(vcpu);
		next = vcpu->domain->is_realm ? vcpu_run_realm(vcpu, run)
					      : vcpu_run_guest(vcpu, run);
		vcpu_timers_update(vcpu);
		vcpu_follow_exit(vcpu, next);
	}
}

void vcpu_thread_start(void *ctx, struct vcpu *vcpu, pa_t pages)
{
	const struct thread_plan plan = {
		.fn = vcpu_main,
		.ctx = vcpu,
		.name = "vcpu",
		.weight = vcpu->domain->weight,
		.group = vcpu_thread_group(vcpu->domain),
	};

	(void)ctx;
	vcpu->thread = thread_start(pages, &plan);
}

static const struct core *vcpu_core(const struct vcpu *vcpu)
{
	return &cores[__atomic_load_n(&vcpu->core, __ATOMIC_SEQ_CST)];
}

void vcpu_thread_kick(void *ctx, struct vcpu *vcpu)
{
	const struct core *core;

	(void)ctx;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	thread_wake(vcpu->thread);
	if (!vcpu_is_running(vcpu))
		return;
	core = vcpu_core(vcpu);
	if (core != core_current())
		irq_kick(core);
}

/* The first vCPU is the one that a guest's interrupts go to, unless the guest
 * chose another. */
bool vcpu_thread_interrupt(const struct domain *domain)
{
	struct core *this = core_current();
	const struct core *core;

	this->data.irq_core = vcpu_core(&domain->vcpus[0]);
	/* The caller's note comes before the look at where the vCPU is: the
	 * other half of vcpu_in_guest(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		const struct vcpu *vcpu = &domain->vcpus[i];

		if (!__atomic_load_n(&vcpu->in_guest, __ATOMIC_SEQ_CST))
			continue;
		core = vcpu_core(vcpu);
		if (core != this)
			irq_kick(core);
		return true;
	}
	return false;
}

/* vcpu->thread stays: other vCPUs that send an interrupt, and devices that
 * answer, may kick this vCPU until the domain frees the pages of the thread. */
void vcpu_thread_end(void *ctx, struct vcpu *vcpu)
{
	(void)ctx;
	thread_wait(vcpu->thread);
}
