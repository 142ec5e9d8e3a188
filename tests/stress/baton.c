/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that take turns. */
#include "tests/stress/baton.h"

#include <string.h>

#include "tests/stress/random.h"

/* The baton of this thread, and the thread's number; NULL: none, or free. */
static _Thread_local struct baton *baton_mine;
static _Thread_local unsigned baton_me;

void baton_init(struct baton *baton, bool free, uint64_t seed)
{
	memset(baton, 0, sizeof(*baton));
	baton->free = free;
	baton->random = seed;
	pthread_mutex_init(&baton->mutex, NULL);
	for (unsigned i = 0; i < BATON_THREADS; i++)
		pthread_cond_init(&baton->turn[i], NULL);
}

void baton_destroy(struct baton *baton)
{
	for (unsigned i = 0; i < BATON_THREADS; i++)
		pthread_cond_destroy(&baton->turn[i]);
	pthread_mutex_destroy(&baton->mutex);
}

/* Any thread that is alive, other than `not`. */
static unsigned next_holder(struct baton *baton, unsigned not)
{
	unsigned others = baton->count - (baton->alive[not] ? 1 : 0);
	unsigned skip = random_below(&baton->random, others);

	for (unsigned i = 0;; i++) {
		if (i == not|| !baton->alive[i])
			continue;
		if (skip == 0)
			return i;
		skip--;
	}
}

void baton_deal(struct baton *baton, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		baton->alive[i] = true;
	baton->count = count;
	baton->holder = random_below(&baton->random, count);
}

static void await_turn(struct baton *baton, unsigned thread)
{
	while (baton->holder != thread)
		pthread_cond_wait(&baton->turn[thread], &baton->mutex);
}

void baton_enter(struct baton *baton, unsigned thread)
{
	if (baton->free)
		return;
	baton_mine = baton;
	baton_me = thread;
	pthread_mutex_lock(&baton->mutex);
	await_turn(baton, thread);
	pthread_mutex_unlock(&baton->mutex);
}

/* The caller has the mutex, and the baton. */
static void hand_on(struct baton *baton)
{
	baton->holder = next_holder(baton, baton_me);
	pthread_cond_signal(&baton->turn[baton->holder]);
}

void baton_leave(struct baton *baton)
{
	if (baton->free)
		return;
	pthread_mutex_lock(&baton->mutex);
	baton->alive[baton_me] = false;
	baton->count--;
	if (baton->count > 0)
		hand_on(baton);
	pthread_mutex_unlock(&baton->mutex);
	baton_mine = NULL;
}

bool baton_yield(void)
{
	struct baton *baton = baton_mine;

	if (baton == NULL || baton->count < 2)
		return false;
	pthread_mutex_lock(&baton->mutex);
	hand_on(baton);
	await_turn(baton, baton_me);
	pthread_mutex_unlock(&baton->mutex);
	return true;
}

void baton_point(unsigned chance)
{
	if (baton_mine != NULL && random_below(&baton_mine->random, chance) == 0)
		baton_yield();
}

bool baton_taken(void)
{
	return baton_mine != NULL;
}
