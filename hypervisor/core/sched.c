/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose turn it is. */
#include "hypervisor/core/sched.h"

#include <assert.h>
#include <stddef.h>

#include "lib/number.h"

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
	if (prev != NULL)
		prev->next = entity;
	else
		*list = entity;
}

static void list_remove(struct sched_entity **list, struct sched_entity *entity)
{
	if (entity->next != NULL)
		entity->next->prev = entity->prev;
	if (entity->prev != NULL)
		entity->prev->next = entity->next;
	else
		*list = entity->next;
	entity->next = NULL;
	entity->prev = NULL;
}

/* ---- Time ---- */

static uint64_t vruntime_delta(const struct sched_entity *entity, uint64_t ns)
{
	return ns * SCHED_WEIGHT_DEFAULT / entity->weight;
}

/* a - b, or 0 if that is negative. */
static uint64_t saturating_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void current_charge(struct sched *sched, struct sched_core *core,
			   uint64_t now)
{
	struct sched_entity *current = core->current;
	uint64_t ns = saturating_sub(now, core->exec_start);

	core->exec_start = larger(core->exec_start, now);
	if (current == NULL)
		return;
	current->ran_ns += ns;
	current->vruntime += vruntime_delta(current, ns);
	if (sched->queue != NULL) {
		current->vruntime = larger(
			current->vruntime,
			saturating_sub(sched->queue->vruntime, SCHED_LAG_NS));
	}
}

/* What current's is now: who runs alone is not charged for long. */
static uint64_t current_vruntime(const struct sched_core *core, uint64_t now)
{
	return core->current->vruntime +
	       vruntime_delta(core->current,
			      saturating_sub(now, core->exec_start));
}

/* The least of what runs and what waits, as long as there is any. */
static void min_vruntime_update(struct sched *sched, uint64_t now)
{
	uint64_t least = SCHED_NEVER;

	if (sched->queue != NULL)
		least = sched->queue->vruntime;
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];

		if (core->current != NULL)
			least = smaller(least, current_vruntime(core, now));
	}
	if (least != SCHED_NEVER)
		sched->min_vruntime = larger(sched->min_vruntime, least);
}

/* ---- Waiting and waking ---- */

static void enqueue(struct sched *sched, struct sched_entity *entity)
{
	entity->state = SCHED_READY;
	list_add(&sched->queue, entity, entity->vruntime);
}

static void entity_wake(struct sched *sched, struct sched_entity *entity,
			uint64_t now)
{
	if (entity->sleeps)
		list_remove(&sched->sleepers, entity);
	entity->sleeps = false;
	min_vruntime_update(sched, now);
	entity->vruntime =
		larger(entity->vruntime,
		       saturating_sub(sched->min_vruntime, SCHED_SLICE_NS));
	enqueue(sched, entity);
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
	if (entity->wake_pending) {
		entity->wake_pending = false;
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
		entity_wake(sched, entity, now);
	else
		entity->wake_pending = true;
}

/* ---- Choosing ---- */

static void sleepers_wake(struct sched *sched, uint64_t now)
{
	while (sched->sleepers != NULL && sched->sleepers->key <= now)
		entity_wake(sched, sched->sleepers, now);
}

/* Whether some other core looks at the clock in time for the first sleeper. */
static bool is_deadline_covered(const struct sched *sched, unsigned core)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (i != core && sched->cores[i].online &&
		    sched->cores[i].armed <= sched->sleepers->key)
			return true;
	}
	return false;
}

/* A turn need not end for nobody; but what has had time is to be seen. */
static uint64_t slice_limit(const struct sched *sched,
			    const struct sched_core *core)
{
	if (core->current == NULL)
		return SCHED_NEVER;
	if (sched->queue != NULL)
		return core->slice_end;
	return core->slice_end + SCHED_ALONE_NS - SCHED_SLICE_NS;
}

static void timer_arm(struct sched *sched, unsigned core)
{
	struct sched_core *this = &sched->cores[core];

	this->armed = slice_limit(sched, this);
	if (sched->sleepers != NULL && sched->sleepers->key < this->armed &&
	    !is_deadline_covered(sched, core))
		this->armed = sched->sleepers->key;
}

static struct sched_entity *dequeue(struct sched *sched)
{
	struct sched_entity *first = sched->queue;

	if (first != NULL)
		list_remove(&sched->queue, first);
	return first;
}

/* The one that ran goes back to the queue; who yields, behind the first. */
static struct sched_entity *pick_next(struct sched *sched,
				      struct sched_entity *ran, bool yield)
{
	struct sched_entity *next = NULL;

	if (ran == NULL || ran->state != SCHED_RUNNING)
		return dequeue(sched);
	if (yield)
		next = dequeue(sched);
	enqueue(sched, ran);
	return next != NULL ? next : dequeue(sched);
}

struct sched_entity *sched_pick(struct sched *sched, unsigned core,
				uint64_t now, bool yield)
{
	struct sched_core *this = &sched->cores[core];
	struct sched_entity *ran = this->current;

	min_vruntime_update(sched, now); /* while who ran still counts */
	current_charge(sched, this, now);
	sleepers_wake(sched, now);
	this->current = pick_next(sched, ran, yield);
	this->need_resched = false;
	if (this->current != NULL) {
		this->current->state = SCHED_RUNNING;
		this->current->core = core;
		if (this->current != ran || now >= this->slice_end)
			this->slice_end = now + SCHED_SLICE_NS;
	}
	timer_arm(sched, core);
	return this->current;
}

bool sched_due(const struct sched *sched, unsigned core, uint64_t now)
{
	const struct sched_core *this = &sched->cores[core];

	return __atomic_load_n(&this->need_resched, __ATOMIC_RELAXED) ||
	       now >= __atomic_load_n(&this->armed, __ATOMIC_RELAXED);
}

/* ---- Telling other cores ---- */

static bool can_resched(const struct sched_core *core)
{
	return core->online && !core->need_resched;
}

static int idle_core(const struct sched *sched)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (can_resched(&sched->cores[i]) &&
		    sched->cores[i].current == NULL)
			return (int)i;
	}
	return -1;
}

/* The core whose entity had the most time, if that is much more. */
static int busy_core(const struct sched *sched, uint64_t now)
{
	uint64_t most = sched->queue->vruntime + SCHED_GRANULARITY_NS;
	int found = -1;

	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];
		uint64_t vruntime;

		if (!can_resched(core) || core->current == NULL)
			continue;
		vruntime = current_vruntime(core, now);
		if (vruntime > most) {
			most = vruntime;
			found = (int)i;
		}
	}
	return found;
}

/* One whose turn is that of who runs alone, unless an idle one is to come. Each
 * that picks asks for the next. */
static int extended_core(const struct sched *sched)
{
	int found = -1;

	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];

		if (core->online && core->current == NULL)
			return -1;
		if (found < 0 && can_resched(core) &&
		    core->armed > core->slice_end)
			found = (int)i;
	}
	return found;
}

int sched_target(struct sched *sched, uint64_t now)
{
	int core;

	if (sched->queue == NULL)
		return -1;
	core = idle_core(sched);
	if (core < 0)
		core = busy_core(sched, now);
	if (core < 0)
		core = extended_core(sched);
	if (core >= 0) {
		__atomic_store_n(&sched->cores[core].need_resched, true,
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
	return entity->ran_ns + saturating_sub(now, core->exec_start);
}
