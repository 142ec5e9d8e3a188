/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads of the hypervisor, on all of its cores. A thread is not interrupted:
 * it runs until it waits, yields or ends. It must not wait or yield while it
 * holds a spinlock, since no thread on that core could release it. Interrupts
 * are polled for: after each exit of a guest, by an idle core, and in
 * host_ops.relax().
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_THREAD_H
#define REEVE_HYPERVISOR_PORT_A64_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/port/a64/core.h"

#define THREAD_PAGES (CORE_SIZE / MACHINE_PAGE_SIZE) /* pages of a thread */

/* The part of a thread's pages that belongs to the function that runs in it. */
#define THREAD_ROOM 0x2000

struct thread;

/* Called before the first thread is created. ops provides the memory of
 * threads, and must stay. */
void threads_init(const struct host_ops *ops);

/* Runs threads on the calling core. Does not return. */
_Noreturn void threads_run(void);

/* The work of a thread, and how the scheduler sees it. */
struct thread_plan {
	void (*fn)(void *ctx); /* the thread ends when it returns */
	void *ctx;
	const char *name; /* for a person who debugs; not copied */
	uint32_t weight;
	struct sched_group *group; /* that shares the weight; NULL: none does */
	bool brief; /* its turns are short (struct sched_entity) */
};

/* Starts a thread in THREAD_PAGES consecutive pages, aligned to as many, which
 * belong to it until thread_wait() returns. */
struct thread *thread_start(pa_t pages, const struct thread_plan *plan);

/* Waits until the thread has ended. Only one thread may wait. */
void thread_wait(struct thread *thread);

/* Starts a thread in pages that it allocates. Returns NULL if there are none.
 */
struct thread *thread_create(const struct thread_plan *plan);

/* Does the same as thread_wait(), and frees the pages of thread_create(). */
void thread_join(struct thread *thread);

/* Returns the calling thread; NULL while the core starts or is idle. */
struct thread *thread_current(void);

/*
 * Waits for thread_wake(). A wake since the last wait returned is not lost: the
 * wait then returns soon, after interrupts were taken and other threads could
 * run. The caller checks its condition before and after, in a loop.
 */
void thread_block(void);
/* The same, but until a time at most (time_ns()). */
void thread_block_until(uint64_t deadline_ns);

/* Called from any thread, or from the handler of an interrupt. It does nothing
 * to a thread that has ended, as long as nobody else has its pages. */
void thread_wake(struct thread *thread);

/* Changes the time at which a thread that waits goes on by itself (time_ns();
 * UINT64_MAX: never). Any other thread is woken, so that it waits anew. Called
 * as thread_wake(). */
void thread_until(struct thread *thread, uint64_t deadline_ns);

/* Lets other threads run first, if there are any. */
void thread_yield(void);
/* The same if the thread's slice has ended, or a thread with less run time has
 * come. */
void thread_yield_if_due(void);

/* Returns the CPU time of the calling thread, in nanoseconds. */
uint64_t thread_ran_ns(void);

/* Returns THREAD_ROOM bytes of the thread, aligned to 16 and zero at first. */
void *thread_room(struct thread *thread);

/*
 * Has leave(ctx) called on the core whenever the thread is about to leave it.
 */
void thread_on_leave(struct thread *thread, void (*leave)(void *ctx), void *ctx);

/* Returns the time since the machine started, in nanoseconds. */
uint64_t time_ns(void);
/* Returns a value of the counter as such a time; UINT64_MAX stays. */
uint64_t time_of_counter(uint64_t counter);

#endif
