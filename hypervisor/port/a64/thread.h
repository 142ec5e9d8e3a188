/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads of the hypervisor, on all of its cores. They are not interrupted: a
 * thread runs until it waits, yields or ends. So it never waits or yields with
 * a spinlock held. Interrupts are looked for after each exit of a guest, by an
 * idle core, and in host_ops.relax().
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_THREAD_H
#define REEVE_HYPERVISOR_PORT_A64_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/port/a64/core.h"

#define THREAD_PAGES (CORE_SIZE / MACHINE_PAGE_SIZE) /* that a thread takes */

/* What of a thread's pages is for whoever runs in it. */
#define THREAD_ROOM 0x2000

struct thread;

/* Before the first thread is made; ops gives their memory, and stays. */
void threads_init(const struct host_ops *ops);

/* Makes the calling core one that runs threads. Does not return. */
_Noreturn void threads_run(void);

/* A thread that runs fn(ctx) and ends with it. Its name, for a person, stays
 * the caller's. NULL: no memory. */
struct thread *thread_create(void (*fn)(void *ctx), void *ctx, const char *name,
			     uint32_t weight);

/* The calling thread; NULL: the core is starting or idle. */
struct thread *thread_current(void);

/*
 * Waits for thread_wake(). A wake that came since the last wait returned is
 * not lost: then it returns at once. The caller looks at its condition before
 * and after, in a loop.
 */
void thread_block(void);
/* The same, but not past a time (time_ns()). */
void thread_block_until(uint64_t deadline_ns);

/* From any thread, or the handler of an interrupt. */
void thread_wake(struct thread *thread);

/* Lets others run first, if there are any. */
void thread_yield(void);
/* The same if the time is up, or somebody more in need has come. */
void thread_yield_if_due(void);

/* Waits until the thread has ended, and frees it. One caller. */
void thread_join(struct thread *thread);

/* The time that the calling thread has had, in nanoseconds. */
uint64_t thread_ran_ns(void);

/* THREAD_ROOM bytes, aligned to 16 and zero at first, that go with it. */
void *thread_room(struct thread *thread);

/* Called with its ctx on the core that the thread is about to leave. */
void thread_on_leave(struct thread *thread, void (*leave)(void *ctx), void *ctx);

/* Since the machine started, in nanoseconds. */
uint64_t time_ns(void);
/* A value of the counter as such a time; UINT64_MAX stays. */
uint64_t time_of_counter(uint64_t counter);

#endif
