/* SPDX-License-Identifier: BSD-3-Clause */
/* The image that tests threads and the scheduler on the machine. It logs a line
 * for each step, then a verdict, then turns the machine off. */
#include <stddef.h>

#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/thread.h"
#include "tests/machine/hypervisor/verdict.h"

#define ROUNDS   2000
#define SLEEPERS 8
#define MS       UINT64_C(1000000)

static struct machine *machine;
static struct verdict verdict;

static struct thread *thread_make(void (*fn)(void *ctx), void *ctx,
				  const char *name)
{
	return thread_create(&(struct thread_plan){
		.fn = fn,
		.ctx = ctx,
		.name = name,
		.weight = SCHED_WEIGHT_DEFAULT,
	});
}

/* ---- Two threads wake each other in turns ---- */

struct player {
	struct thread *other;
	uint32_t *ball; /* number of the player whose turn it is */
	uint32_t number;
	unsigned turns;
	uint32_t seen_cores; /* a bit for each core */
};

static void player_run(void *ctx)
{
	struct player *player = ctx;
	uint32_t other = 1 - player->number;

	while (__atomic_load_n(&player->other, __ATOMIC_ACQUIRE) == NULL)
		thread_yield();
	for (unsigned i = 0; i < ROUNDS; i++) {
		while (__atomic_load_n(player->ball, __ATOMIC_ACQUIRE) !=
		       player->number)
			thread_block();
		player->turns++;
		player->seen_cores |= 1u << core_current()->data.index;
		__atomic_store_n(player->ball, other, __ATOMIC_RELEASE);
		thread_wake(player->other);
	}
}

static void ping_pong_step(void)
{
	uint32_t ball = 0;
	struct player players[2] = {
		{ .number = 0, .ball = &ball },
		{ .number = 1, .ball = &ball },
	};
	struct thread *threads[2];

	for (unsigned i = 0; i < 2; i++) {
		threads[i] = thread_make(player_run, &players[i], "player");
	}
	for (unsigned i = 0; i < 2; i++) {
		__atomic_store_n(&players[i].other, threads[1 - i],
				 __ATOMIC_RELEASE);
	}
	for (unsigned i = 0; i < 2; i++)
		thread_join(threads[i]);
	log_line("  they were on cores %x and %x", players[0].seen_cores,
		 players[1].seen_cores);
	verdict_step(&verdict, "two threads wake each other",
		     players[0].turns == ROUNDS && players[1].turns == ROUNDS);
}

/* ---- Sleeping ---- */

struct sleeper {
	uint64_t until;
	uint64_t woke;
};

static void sleeper_run(void *ctx)
{
	struct sleeper *sleeper = ctx;

	while (time_ns() < sleeper->until)
		thread_block_until(sleeper->until);
	sleeper->woke = time_ns();
}

static void sleep_step(void)
{
	struct sleeper sleepers[SLEEPERS] = { 0 };
	struct thread *threads[SLEEPERS];
	uint64_t start = time_ns() + 50 * MS;
	bool in_time = true;

	for (unsigned i = 0; i < SLEEPERS; i++) {
		sleepers[i].until = start + (SLEEPERS - i) * 20 * MS;
		threads[i] = thread_make(sleeper_run, &sleepers[i], "sleeper");
	}
	for (unsigned i = 0; i < SLEEPERS; i++) {
		thread_join(threads[i]);
		in_time = in_time && sleepers[i].woke >= sleepers[i].until;
	}
	verdict_step(&verdict, "all sleepers wake, none too early", in_time);
}

/* ---- A wake before the wait is not lost ---- */

static void early_run(void *ctx)
{
	bool *done = ctx;

	thread_wake(thread_current());
	thread_block();
	*done = true;
}

static void early_step(void)
{
	bool done = false;

	thread_join(thread_make(early_run, &done, "early"));
	verdict_step(&verdict, "a wake before the wait is not lost", done);
}

/* ---- A thread that is always woken before it waits lets others run ---- */

static void insomniac_run(void *ctx)
{
	const uint32_t *ends = ctx;

	while (!__atomic_load_n(ends, __ATOMIC_ACQUIRE)) {
		thread_wake(thread_current());
		thread_block();
	}
}

static void insomniac_end(void *ctx)
{
	uint32_t *ends = ctx;

	__atomic_store_n(ends, 1, __ATOMIC_RELEASE);
}

/* There is one for each core, and then a thread that has to get one. */
static void insomniacs_step(void)
{
	struct thread *threads[MACHINE_MAX_CPUS];
	uint32_t ends = 0;

	for (unsigned i = 0; i < machine->cores; i++)
		threads[i] = thread_make(insomniac_run, &ends, "insomniac");
	thread_join(thread_make(insomniac_end, &ends, "end"));
	for (unsigned i = 0; i < machine->cores; i++)
		thread_join(threads[i]);
	verdict_step(&verdict, "a thread that never sleeps lets others run",
		     ends == 1);
}

static void schedtest_work(void *ctx)
{
	uint64_t used = *(uint64_t *)ctx;

	early_step();
	ping_pong_step();
	sleep_step();
	insomniacs_step();
	verdict_step(&verdict, "every thread gave its memory back",
		     machine->pages.used == used + THREAD_PAGES);
	verdict_end(&verdict);
}

void host_run(struct machine *the_machine, struct host *host)
{
	uint64_t used = the_machine->pages.used;

	(void)host;
	machine = the_machine;
	if (thread_make(schedtest_work, &used, "test") == NULL)
		verdict_step(&verdict, "there is memory for a thread", false);
	threads_run();
}
