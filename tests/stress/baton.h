/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads that take turns. Only the thread that has the baton runs, and at
 * named points it may hand the baton to another, as a random number says. So
 * one seed gives one interleaving, whatever the computer does meanwhile, and a
 * failure can be repeated. A baton that is free does nothing: then the threads
 * run side by side.
 */
#ifndef REEVE_TESTS_STRESS_BATON_H
#define REEVE_TESTS_STRESS_BATON_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define BATON_THREADS 8

struct baton {
	bool free;
	uint64_t random;
	pthread_mutex_t mutex;
	pthread_cond_t turn[BATON_THREADS];
	bool alive[BATON_THREADS];
	unsigned count; /* of those that are alive */
	unsigned holder;
};

void baton_init(struct baton *baton, bool free, uint64_t seed);
void baton_destroy(struct baton *baton);

/* Before threads 0 to count - 1 are started: one of them gets the baton. */
void baton_deal(struct baton *baton, unsigned count);

/* The first and the last thing that a thread does. */
void baton_enter(struct baton *baton, unsigned thread);
void baton_leave(struct baton *baton);

/*
 * Points at which another thread may go on. The first hands the baton on in
 * one of `chance` cases, the second always. false: there is no other thread.
 * Neither does anything in a thread that has not entered.
 */
void baton_point(unsigned chance);
bool baton_yield(void);

/* Returns true if the thread takes turns with others. Then it must call
 * baton_yield() while it waits for another thread, which cannot run else. */
bool baton_taken(void);

#endif
