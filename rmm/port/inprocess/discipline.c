/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granule locks of the in-process port, with a check of the lock order that
 * rmm/core/granule.h states. The locks that each thread holds are recorded, and
 * every acquisition, every release and the end of every command is checked
 * against the record.
 */
#include <sched.h>
#include <string.h>

#include "abi/bits.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/port/inprocess/machine.h"
#include "rmm/port/word_lock.h"

/* More locks than any command holds at once: one batch of granules that change
 * worlds, and some more. */
#define HELD_MAX 544

/* The ranks of the lock order; a lower rank is taken first. */
enum rank {
	RANK_NAMED = 1,
	RANK_TABLE,
	RANK_CONTENT,
};

struct held {
	uint16_t *word;
	uint64_t pa;
	enum granule_state state; /* when it was locked */
	enum rank rank;
};

/* The locks and mappings of this thread. A command ends before its call
 * returns, so that they belong to one command. */
static _Thread_local struct {
	struct held locks[HELD_MAX];
	unsigned lock_count;
	unsigned released; /* index of the lock that was released last */
	unsigned ranks[RANK_CONTENT + 1]; /* number of locks of each rank */
	uint64_t named_top; /* the highest PA of a lock of RANK_NAMED */
	uint64_t mapped[HELD_MAX];
	unsigned mapped_count;
} held;

void discipline_start(void)
{
	held.lock_count = 0;
	memset(held.ranks, 0, sizeof(held.ranks));
	held.mapped_count = 0;
}

void discipline_end(struct rmm_port *port)
{
	if (held.lock_count != 0)
		port_panic(port, "a command left a granule locked");
	if (held.mapped_count != 0)
		port_panic(port, "a command left a granule mapped");
}

static enum granule_state lock_word_state(uint16_t word)
{
	return (enum granule_state)BITS_GET(word, GRANULE_WORD_STATE);
}

/* Returns the rank of a granule that has just been locked. */
static enum rank rank_of(enum granule_state state)
{
	switch (state) {
	case GRANULE_RTT:
		return RANK_TABLE;
	case GRANULE_DATA:
	case GRANULE_REC_AUX:
		return RANK_CONTENT;
	case GRANULE_DELEGATED:
		/* With a table locked, the granule is about to become content
		 * of it. Otherwise the host has named the granule. */
		return held.ranks[RANK_TABLE] > 0 ? RANK_CONTENT : RANK_NAMED;
	default:
		return RANK_NAMED;
	}
}

/* Looks at the present state: the granule may have become a table since it was
 * locked. */
static bool may_be_data(const uint16_t *word)
{
	unsigned state =
		lock_word_state(__atomic_load_n(word, __ATOMIC_RELAXED));

	return state == GRANULE_DELEGATED || state == GRANULE_DATA;
}

bool discipline_data(pa_t pa)
{
	for (unsigned i = 0; i < held.lock_count; i++) {
		if (held.locks[i].pa == pa.value) {
			return held.locks[i].rank == RANK_CONTENT &&
			       may_be_data(held.locks[i].word);
		}
	}
	return false;
}

/* Returns true if this thread holds a DELEGATED granule that the host named. A
 * thread that holds the table may wait for just that granule, as content. */
static bool delegated_named(void)
{
	for (unsigned i = 0; i < held.lock_count; i++) {
		const struct held *lock = &held.locks[i];

		if (lock->rank == RANK_NAMED &&
		    lock_word_state(__atomic_load_n(
			    lock->word, __ATOMIC_RELAXED)) == GRANULE_DELEGATED)
			return true;
	}
	return false;
}

static bool higher_held(enum rank rank)
{
	for (unsigned i = rank + 1; i <= RANK_CONTENT; i++) {
		if (held.ranks[i] > 0)
			return true;
	}
	return false;
}

static void check_order(struct rmm_port *port, const struct held *next)
{
	if (next->rank == RANK_TABLE && delegated_named())
		port_panic(port, "DELEGATED held, a table wanted");
	if (higher_held(next->rank))
		port_panic(port, "granules locked out of order");
	if (next->rank == RANK_NAMED && held.ranks[RANK_NAMED] > 0 &&
	    held.named_top >= next->pa)
		port_panic(port, "named granules locked out of order");
}

/* A word that is not locked is not in the record, so it is not looked for. */
static void check_not_held(struct rmm_port *port, const uint16_t *word)
{
	bool locked = (__atomic_load_n(word, __ATOMIC_RELAXED) &
		       GRANULE_WORD_LOCK) != 0;

	for (unsigned i = 0; locked && i < held.lock_count; i++) {
		if (held.locks[i].word == word)
			port_panic(port, "a granule locked twice");
	}
	if (held.lock_count == HELD_MAX)
		port_panic(port, "too many granules locked");
}

static void note_lock(const struct held *lock)
{
	held.locks[held.lock_count++] = *lock;
	held.ranks[lock->rank]++;
	if (lock->rank == RANK_NAMED) {
		/* The order was checked, so this is the highest. */
		held.named_top = lock->pa;
	}
}

static void note_unlock(unsigned i)
{
	struct held gone = held.locks[i];

	held.locks[i] = held.locks[--held.lock_count];
	held.released = i;
	held.ranks[gone.rank]--;
	if (gone.rank != RANK_NAMED || gone.pa != held.named_top)
		return;
	held.named_top = 0;
	for (i = 0; i < held.lock_count; i++) {
		if (held.locks[i].rank == RANK_NAMED &&
		    held.locks[i].pa > held.named_top)
			held.named_top = held.locks[i].pa;
	}
}

static void lock_relax(void)
{
	sched_yield();
}

bool port_lock(struct rmm_port *port, uint16_t *word, pa_t pa, uint16_t mask,
	       uint16_t value)
{
	struct held next = { .word = word, .pa = pa.value };

	if ((__atomic_load_n(word, __ATOMIC_RELAXED) & mask) != value)
		return false;
	check_not_held(port, word);
	if (!word_lock(word, mask, value, lock_relax))
		return false;
	next.state = lock_word_state(value);
	next.rank = rank_of(next.state);
	check_order(port, &next);
	note_lock(&next);
	return true;
}

static bool lock_is_at(unsigned i, const uint16_t *word)
{
	return i < held.lock_count && held.locks[i].word == word;
}

/* Returns the index of a lock, or lock_count if it is not held. Searches
 * outwards from the lock that was released last. */
static unsigned lock_find(const uint16_t *word)
{
	unsigned last = held.released;

	for (unsigned near = 0; near < HELD_MAX; near++) {
		if (lock_is_at(last + near, word))
			return last + near;
		if (near <= last && lock_is_at(last - near, word))
			return last - near;
	}
	return held.lock_count;
}

void port_unlock(struct rmm_port *port, uint16_t *word, pa_t pa)
{
	unsigned i = lock_find(word);

	(void)pa; /* the word identifies the granule */
	if (i == held.lock_count)
		port_panic(port, "a granule released that is not held");
	note_unlock(i);
	__atomic_fetch_and(word, (uint16_t)~GRANULE_WORD_LOCK, __ATOMIC_RELEASE);
}

void discipline_mapped(struct rmm_port *port, pa_t pa)
{
	if (held.mapped_count == HELD_MAX)
		port_panic(port, "too many granules mapped");
	held.mapped[held.mapped_count++] = pa.value;
}

void discipline_unmapped(struct rmm_port *port, pa_t pa)
{
	if (held.mapped_count == 0 ||
	    held.mapped[held.mapped_count - 1] != pa.value)
		port_panic(port, "mappings undone out of order");
	held.mapped_count--;
}
