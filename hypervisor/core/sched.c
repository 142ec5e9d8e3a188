/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose turn it is. */
#include "hypervisor/core/sched.h"

#include <assert.h>
#include <stddef.h>

/* ---- Sorted lists; among equals the first come stays first ---- */

static void list_add(struct sched_entity **list, struct sched_entity *entity,
		     uint64_t key)
{
	struct sched_entity *prev = NULL;
	struct sched_entity *next = *list;

	while (next != NULL && next->key <= key) {
		prev = next;
		next = next->next;
	}
	entity->key = key;
	entity->prev = prev;
	entity->next = next;
	if (next != NULL)
		next->prev = entity;
	*(prev != NULL ? &prev->next : list) = entity;
}

static void list_remove(struct sched_entity **list, struct sched_entity *entity)
{
	if (entity->next != NULL)
		entity->next->prev = entity->prev;
	*(entity->prev != NULL ? &entity->prev->next : list) = entity->next;
	entity->next = NULL;
	entity->prev = NULL;
}

/* ---- Time ---- */

static uint64_t weighted(const struct sched_entity *entity, uint64_t ns)
{
	return ns * SCHED_WEIGHT_DEFAULT / entity->weight;
}

static uint64_t since(uint64_t start, uint64_t now)
{
	return now > start ? now - start : 0;
}

static void raise_to(uint64_t *value, uint64_t least)
{
	if (*value < least)
		*value = least;
}

static uint64_t less(uint64_t value, uint64_t by)
{
	return value > by ? value - by : 0;
}

static void charge(struct sched *sched, struct sched_core *core, uint64_t now)
{
	struct sched_entity *current = core->current;
	uint64_t ns = since(core->since, now);

	raise_to(&core->since, now);
	if (current == NULL)
		return;
	current->ran_ns += ns;
	current->vruntime += weighted(current, ns);
	if (sched->ready != NULL) {
		raise_to(&current->vruntime,
			 less(sched->ready->vruntime, SCHED_LAG_NS));
	}
}

/* What current's is now: who runs alone is not charged for long. */
static uint64_t vruntime_now(const struct sched_core *core, uint64_t now)
{
	return core->current->vruntime +
	       weighted(core->current, since(core->since, now));
}

/* The least of what runs and what waits, as long as there is any. */
static void floor_update(struct sched *sched, uint64_t now)
{
	uint64_t least = SCHED_NEVER;

	if (sched->ready != NULL)
		least = sched->ready->vruntime;
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];
		uint64_t vruntime = core->current != NULL
					    ? vruntime_now(core, now)
					    : SCHED_NEVER;

		if (vruntime < least)
			least = vruntime;
	}
	if (least != SCHED_NEVER)
		raise_to(&sched->floor, least);
}

/* ---- Waiting and waking ---- */

static void ready_add(struct sched *sched, struct sched_entity *entity)
{
	entity->state = SCHED_READY;
	list_add(&sched->ready, entity, entity->vruntime);
}

static void waken(struct sched *sched, struct sched_entity *entity, uint64_t now)
{
	if (entity->sleeps)
		list_remove(&sched->sleepers, entity);
	entity->sleeps = false;
	floor_update(sched, now);
	raise_to(&entity->vruntime, less(sched->floor, SCHED_SLICE_NS));
	ready_add(sched, entity);
}

void sched_core_online(struct sched *sched, unsigned core)
{
	sched->cores[core].online = true;
	sched->cores[core].armed = SCHED_NEVER;
}

bool sched_block(struct sched *sched, unsigned core, uint64_t deadline)
{
	struct sched_entity *entity = sched->cores[core].current;

	assert(entity != NULL && entity->state == SCHED_RUNNING);
	if (entity->token) {
		entity->token = false;
		return false;
	}
	entity->state = SCHED_BLOCKED;
	entity->sleeps = deadline != SCHED_NEVER;
	if (entity->sleeps)
		list_add(&sched->sleepers, entity, deadline);
	return true;
}

void sched_end(struct sched *sched, unsigned core)
{
	sched->cores[core].current->state = SCHED_ENDED;
}

void sched_wake(struct sched *sched, struct sched_entity *entity, uint64_t now)
{
	if (entity->state == SCHED_BLOCKED)
		waken(sched, entity, now);
	else
		entity->token = true;
}

/* ---- Choosing ---- */

static void sleepers_wake(struct sched *sched, uint64_t now)
{
	while (sched->sleepers != NULL && sched->sleepers->key <= now)
		waken(sched, sched->sleepers, now);
}

/* Whether some other core looks at the clock in time for the first sleeper. */
static bool is_covered(const struct sched *sched, unsigned core)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (i != core && sched->cores[i].online &&
		    sched->cores[i].armed <= sched->sleepers->key)
			return true;
	}
	return false;
}

/* A turn need not end for nobody; but what has had time is to be seen. */
static uint64_t turn_end(const struct sched *sched,
			 const struct sched_core *core)
{
	if (core->current == NULL)
		return SCHED_NEVER;
	if (sched->ready != NULL)
		return core->slice_end;
	return core->slice_end + SCHED_ALONE_NS - SCHED_SLICE_NS;
}

static void arm(struct sched *sched, unsigned core)
{
	struct sched_core *this = &sched->cores[core];

	this->armed = turn_end(sched, this);
	if (sched->sleepers != NULL && sched->sleepers->key < this->armed &&
	    !is_covered(sched, core))
		this->armed = sched->sleepers->key;
}

static struct sched_entity *ready_take(struct sched *sched)
{
	struct sched_entity *first = sched->ready;

	if (first != NULL)
		list_remove(&sched->ready, first);
	return first;
}

/* The one that ran goes back to the queue; who yields, behind the first. */
static struct sched_entity *choose(struct sched *sched,
				   struct sched_entity *ran, bool yield)
{
	struct sched_entity *next = NULL;

	if (ran == NULL || ran->state != SCHED_RUNNING)
		return ready_take(sched);
	if (yield)
		next = ready_take(sched);
	ready_add(sched, ran);
	return next != NULL ? next : ready_take(sched);
}

struct sched_entity *sched_pick(struct sched *sched, unsigned core,
				uint64_t now, bool yield)
{
	struct sched_core *this = &sched->cores[core];
	struct sched_entity *ran = this->current;

	floor_update(sched, now); /* while who ran still counts */
	charge(sched, this, now);
	sleepers_wake(sched, now);
	this->current = choose(sched, ran, yield);
	this->asked = false;
	if (this->current != NULL) {
		this->current->state = SCHED_RUNNING;
		this->current->core = core;
		if (this->current != ran || now >= this->slice_end)
			this->slice_end = now + SCHED_SLICE_NS;
	}
	arm(sched, core);
	return this->current;
}

bool sched_due(const struct sched *sched, unsigned core, uint64_t now)
{
	const struct sched_core *this = &sched->cores[core];

	return __atomic_load_n(&this->asked, __ATOMIC_RELAXED) ||
	       now >= __atomic_load_n(&this->armed, __ATOMIC_RELAXED);
}

/* ---- Telling other cores ---- */

static bool can_ask(const struct sched_core *core)
{
	return core->online && !core->asked;
}

static int idle_core(const struct sched *sched)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (can_ask(&sched->cores[i]) && sched->cores[i].current == NULL)
			return (int)i;
	}
	return -1;
}

/* The core whose entity had the most time, if that is much more. */
static int busy_core(const struct sched *sched, uint64_t now)
{
	uint64_t most = sched->ready->vruntime + SCHED_GRAIN_NS;
	int found = -1;

	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];
		uint64_t vruntime;

		if (!can_ask(core) || core->current == NULL)
			continue;
		vruntime = vruntime_now(core, now);
		if (vruntime > most) {
			most = vruntime;
			found = (int)i;
		}
	}
	return found;
}

/* One whose turn is that of who runs alone, unless an idle one is to come. Each
 * that picks asks for the next. */
static int lonely_core(const struct sched *sched)
{
	int found = -1;

	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];

		if (core->online && core->current == NULL)
			return -1;
		if (found < 0 && can_ask(core) && core->armed > core->slice_end)
			found = (int)i;
	}
	return found;
}

int sched_target(struct sched *sched, uint64_t now)
{
	int core;

	if (sched->ready == NULL)
		return -1;
	core = idle_core(sched);
	if (core < 0)
		core = busy_core(sched, now);
	if (core < 0)
		core = lonely_core(sched);
	if (core >= 0) {
		__atomic_store_n(&sched->cores[core].asked, true,
				 __ATOMIC_RELAXED);
	}
	return core;
}

uint64_t sched_ran_ns(const struct sched *sched,
		      const struct sched_entity *entity, uint64_t now)
{
	const struct sched_core *core = &sched->cores[entity->core];

	if (core->current != entity)
		return entity->ran_ns;
	return entity->ran_ns + since(core->since, now);
}
