/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads: their stacks, and which thread has which core. */
#include "hypervisor/port/a64/thread.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "hypervisor/port/a64/clock.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/thread_switch.h"
#include "lib/a64.h"
#include "lib/spinlock.h"

/* The word at the far end of a stack: a thread that overran its stack has
 * changed it. */
#define CANARY UINT64_C(0x57acc0de57acc0de)

struct thread_data {
	struct sched_entity entity; /* first: it is cast to a thread */
	uint64_t sp; /* its SP while it does not run */
	struct thread_plan plan;
	void (*leave)(void *ctx);
	void *leave_ctx;
	struct thread *joiner; /* the thread that waits for its end */
	uint8_t room[THREAD_ROOM] __attribute__((aligned(16)));
};

/* Laid out like struct core, because vectors.S checks the stack in both by
 * CORE_STACK_BIT. */
struct thread {
	union {
		struct thread_data data;
		uint64_t below[CORE_STACK / sizeof(uint64_t)];
	};
	uint8_t stack[CORE_SIZE - CORE_STACK];
};

_Static_assert(offsetof(struct thread, stack) == CORE_STACK &&
		       sizeof(struct thread_data) < CORE_STACK &&
		       sizeof(struct thread) == CORE_SIZE &&
		       MACHINE_MAX_CPUS <= SCHED_CORES,
	       "struct thread");

/*
 * Guarded by lock. A context that gives up its core holds the lock across the
 * switch, and the context that gets the core releases it: otherwise another
 * core could resume a thread whose registers are not saved yet.
 */
static struct {
	struct spinlock lock;
	struct sched sched;
	const struct host_ops *ops;
} threads;

void threads_init(const struct host_ops *ops)
{
	threads.ops = ops;
}

/* ---- Giving the core away ---- */

static uint64_t *thread_canary(struct thread *thread)
{
	return &thread->below[CORE_STACK / sizeof(uint64_t) - 1];
}

static void thread_leave(struct thread *thread)
{
	assert(*thread_canary(thread) == CANARY);
	if (thread->data.leave != NULL)
		thread->data.leave(thread->data.leave_ctx);
}

/* Notes which core has to learn that there is work, if any. The caller holds
 * the lock; threads_unlock() interrupts that core. */
static void core_note_kick(int target)
{
	if (target >= 0 && &cores[target] != core_current())
		core_current()->data.kick = &cores[target];
}

static void core_note_target(uint64_t now)
{
	core_note_kick(
		sched_target(&threads.sched, core_current()->data.index, now));
}

/*
 * Releases the lock. Interrupting a core and setting the timer come after it:
 * on an emulator they go to a device and take long, and other cores wait for
 * the lock.
 */
static void threads_unlock(void)
{
	struct core *core = core_current();
	const struct core *kick = core->data.kick;

	core->data.kick = NULL;
	spinlock_release(&threads.lock);
	if (kick != NULL)
		irq_kick(kick);
	/* No lock is needed: only this core changes its own entry. */
	clock_arm(threads.sched.cores[core->data.index].armed);
}

/*
 * Gives the core to the thread that the scheduler picks. Called with the lock
 * held; the lock is held again when the calling context continues, maybe on
 * another core.
 */
static void threads_reschedule(bool yield)
{
	struct core *core = core_current();
	struct thread *from = core->data.thread;
	uint64_t now = time_ns();
	struct thread *to = (struct thread *)sched_pick(
		&threads.sched, core->data.index, now, yield);

	core_note_target(now);
	if (to == from)
		return;
	if (from != NULL)
		thread_leave(from);
	core->data.thread = to;
	thread_switch(from != NULL ? &from->data.sp : &core->data.idle_sp,
		      to != NULL ? to->data.sp : core->data.idle_sp);
}

void threads_run(void)
{
	struct core *core = core_current();

	spinlock_acquire(&threads.lock);
	sched_core_online(&threads.sched, core->data.index);
	threads_unlock();
	for (;;) {
		spinlock_acquire(&threads.lock);
		threads_reschedule(false);
		threads_unlock();
		/* No thread is for this core; it is interrupted if one comes. */
		wfi();
		irq_poll();
	}
}

/* ---- Making and ending one ---- */

void thread_main(void *begun)
{
	struct thread *thread = begun;

	threads_unlock();
	thread->data.plan.fn(thread->data.plan.ctx);
	spinlock_acquire(&threads.lock);
	sched_end(&threads.sched, core_current()->data.index);
	if (thread->data.joiner != NULL) {
		sched_wake(&threads.sched, &thread->data.joiner->data.entity,
			   time_ns());
	}
	threads_reschedule(false);
	__builtin_unreachable();
}

/* Fills a new stack with what thread_switch() restores when the thread gets a
 * core for the first time. */
static void thread_stack_fill(struct thread *thread)
{
	struct thread_frame *frame =
		(struct thread_frame *)((uintptr_t)thread + CORE_SIZE) - 1;

	*frame = (struct thread_frame){
		.x19_x28 = { (uintptr_t)thread },
		.x30 = (uintptr_t)thread_begin,
	};
	*thread_canary(thread) = CANARY;
	thread->data.sp = (uintptr_t)frame;
}

struct thread *thread_start(pa_t pages, const struct thread_plan *plan)
{
	const struct host_ops *ops = threads.ops;
	struct thread *thread = ops->page_map(ops->ctx, pages);

	memset(thread, 0, sizeof(*thread));
	thread->data.entity.weight = plan->weight;
	thread->data.entity.group = plan->group;
	thread->data.entity.brief = plan->brief;
	thread->data.plan = *plan;
	thread_stack_fill(thread);
	thread_wake(thread);
	return thread;
}

struct thread *thread_create(const struct thread_plan *plan)
{
	const struct host_ops *ops = threads.ops;
	pa_t base;

	if (!ops->pages_alloc(ops->ctx, THREAD_PAGES, THREAD_PAGES, &base))
		return NULL;
	return thread_start(base, plan);
}

void thread_on_leave(struct thread *thread, void (*leave_fn)(void *ctx),
		     void *ctx)
{
	thread->data.leave = leave_fn;
	thread->data.leave_ctx = ctx;
}

static bool thread_has_ended(struct thread *thread)
{
	bool ended;

	spinlock_acquire(&threads.lock);
	ended = thread->data.entity.state == SCHED_ENDED;
	thread->data.joiner = thread_current();
	threads_unlock();
	return ended;
}

void thread_wait(struct thread *thread)
{
	const struct host_ops *ops = threads.ops;

	while (!thread_has_ended(thread))
		thread_block();
	ops->page_unmap(ops->ctx, pa_make((uintptr_t)thread), thread);
}

void thread_join(struct thread *thread)
{
	const struct host_ops *ops = threads.ops;

	thread_wait(thread);
	ops->pages_free(ops->ctx, pa_make((uintptr_t)thread), THREAD_PAGES);
}

/* ---- What threads do ---- */

void *thread_room(struct thread *thread)
{
	return thread->data.room;
}

struct thread *thread_current(void)
{
	return core_current()->data.thread;
}

/*
 * A thread that is woken again and again does not block. It does then what one
 * does that waits for a lock: else a guest whose vCPU kicks another one without
 * end would have a core to itself, and the interrupts that come to that core.
 */
void thread_block_until(uint64_t deadline_ns)
{
	bool blocks;

	spinlock_acquire(&threads.lock);
	blocks = sched_block(&threads.sched, core_current()->data.index,
			     deadline_ns);
	if (blocks)
		threads_reschedule(false);
	threads_unlock();
	if (blocks)
		return;
	irq_poll();
	thread_yield_if_due();
}

void thread_block(void)
{
	thread_block_until(SCHED_NEVER);
}

void thread_wake(struct thread *thread)
{
	uint64_t now;

	spinlock_acquire(&threads.lock);
	now = time_ns();
	sched_wake(&threads.sched, &thread->data.entity, now);
	core_note_target(now);
	threads_unlock();
}

void thread_until(struct thread *thread, uint64_t deadline_ns)
{
	spinlock_acquire(&threads.lock);
	core_note_kick(sched_until(&threads.sched, core_current()->data.index,
				   &thread->data.entity, deadline_ns));
	threads_unlock();
}

void thread_yield(void)
{
	spinlock_acquire(&threads.lock);
	threads_reschedule(true);
	threads_unlock();
}

void thread_yield_if_due(void)
{
	if (!sched_due(&threads.sched, core_current()->data.index, time_ns()))
		return;
	spinlock_acquire(&threads.lock);
	threads_reschedule(false);
	threads_unlock();
}

/* No lock is needed: no other core charges the thread while it runs. */
uint64_t thread_ran_ns(void)
{
	return sched_ran_ns(&threads.sched, &thread_current()->data.entity,
			    time_ns());
}
