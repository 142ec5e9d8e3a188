/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of what runs on each core. */
#include "hypervisor/core/sched.h"

#include <assert.h>
#include <stddef.h>

#include "lib/number.h"

/*
 * ---- Pairing heaps ----
 *
 * The root has the smallest key, and each entity has a smaller one than its
 * children; of equal keys the one that came first counts as smaller. Adding
 * takes one step, removing a number of steps that grows with the logarithm of
 * the number of entities, on average.
 */

static bool is_before(const struct sched_entity *a, const struct sched_entity *b)
{
	return a->key < b->key || (a->key == b->key && a->arrival < b->arrival);
}

/* Makes one of two roots, which may be NULL, a child of the other. Returns that
 * other one. */
static struct sched_entity *heap_meld(struct sched_entity *a,
				      struct sched_entity *b)
{
	struct sched_entity *parent = a;
	struct sched_entity *child = b;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (is_before(b, a)) {
		parent = b;
		child = a;
	}
	child->prev = parent;
	child->next = parent->child;
	if (child->next != NULL)
		child->next->prev = child;
	parent->child = child;
	return parent;
}

/* Takes the first of a list of siblings out of it, as a root. Returns NULL if
 * the list is empty. */
static struct sched_entity *sibling_take(struct sched_entity **list)
{
	struct sched_entity *first = *list;

	if (first != NULL) {
		*list = first->next;
		first->next = NULL;
		first->prev = NULL;
	}
	return first;
}

/* Makes one heap of siblings: of each two from left to right, then of the
 * results from right to left. */
static struct sched_entity *siblings_meld(struct sched_entity *list)
{
	struct sched_entity *pairs = NULL;
	struct sched_entity *root = NULL;

	while (list != NULL) {
		struct sched_entity *a = sibling_take(&list);
		struct sched_entity *pair = heap_meld(a, sibling_take(&list));

		pair->next = pairs;
		pairs = pair;
	}
	while (pairs != NULL)
		root = heap_meld(root, sibling_take(&pairs));
	return root;
}

static void heap_add(struct sched *sched, struct sched_entity **root,
		     struct sched_entity *entity, uint64_t key)
{
	entity->key = key;
	entity->arrival = sched->arrivals++;
	*root = heap_meld(*root, entity);
}

static void heap_remove(struct sched_entity **root, struct sched_entity *entity)
{
	struct sched_entity *children = siblings_meld(entity->child);

	entity->child = NULL;
	if (entity == *root) {
		*root = children;
		return;
	}
	if (entity->prev->child == entity)
		entity->prev->child = entity->next;
	else
		entity->prev->next = entity->next;
	if (entity->next != NULL)
		entity->next->prev = entity->prev;
	entity->next = NULL;
	entity->prev = NULL;
	*root = heap_meld(*root, children);
}

/* ---- Time ---- */

/* Returns how many entities share the weight of one that is runnable. */
static uint64_t entity_sharers(const struct sched_entity *entity)
{
	return entity->group != NULL ? entity->group->runnable : 1;
}

static uint64_t entity_weight(const struct sched *sched,
			      const struct sched_entity *entity)
{
	if (entity->weight != SCHED_WEIGHT_HALF)
		return entity->weight;
	return larger(sched->weight, 1);
}

static uint64_t vruntime_delta(const struct sched *sched,
			       const struct sched_entity *entity, uint64_t ns)
{
	return ns * SCHED_WEIGHT_DEFAULT * entity_sharers(entity) /
	       entity_weight(sched, entity);
}

static uint64_t slice_length(const struct sched *sched,
			     const struct sched_entity *entity)
{
	uint64_t ns = SCHED_STEP_NS * entity_weight(sched, entity) /
		      (SCHED_WEIGHT_DEFAULT * entity_sharers(entity));

	return smaller(larger(ns, SCHED_GRANULARITY_NS), SCHED_SLICE_NS);
}

/* Returns a - b, or 0 if b is larger. */
static uint64_t saturating_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Charges the entity that runs on the core for the time since the last charge,
 * and keeps it within SCHED_LAG_NS of the queue. */
static void current_charge(struct sched *sched, struct sched_core *core,
			   uint64_t now)
{
	struct sched_entity *current = core->current;
	uint64_t ns = saturating_sub(now, core->exec_start);

	core->exec_start = larger(core->exec_start, now);
	if (current == NULL)
		return;
	current->ran_ns += ns;
	current->vruntime += vruntime_delta(sched, current, ns);
	if (sched->queue != NULL) {
		current->vruntime = larger(
			current->vruntime,
			saturating_sub(sched->queue->vruntime, SCHED_LAG_NS));
	}
}

/* Returns the vruntime of the core's current entity as of now. The stored one
 * is old where an entity has run long without being charged. */
static uint64_t current_vruntime(const struct sched *sched,
				 const struct sched_core *core, uint64_t now)
{
	return core->current->vruntime +
	       vruntime_delta(sched, core->current,
			      saturating_sub(now, core->exec_start));
}

/* Raises min_vruntime to the least vruntime of all that run or wait for a core.
 * It stays as it is while there is no such entity. */
static void min_vruntime_update(struct sched *sched, uint64_t now)
{
	uint64_t least = SCHED_NEVER;

	if (sched->queue != NULL)
		least = sched->queue->vruntime;
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];

		if (core->current != NULL)
			least = smaller(least,
					current_vruntime(sched, core, now));
	}
	if (least != SCHED_NEVER)
		sched->min_vruntime = larger(sched->min_vruntime, least);
}

/* ---- Waiting and waking ---- */

static void enqueue(struct sched *sched, struct sched_entity *entity)
{
	entity->state = SCHED_READY;
	heap_add(sched, &sched->queue, entity, entity->vruntime);
}

/* Counts an entity that becomes runnable; stops counting one that is not any
 * more, after it was charged as one of those that were. */
static void runnable_count(struct sched *sched, struct sched_entity *entity)
{
	if (entity->group == NULL || entity->group->runnable++ == 0)
		sched->weight += entity->weight;
}

static void runnable_uncount(struct sched *sched, struct sched_entity *entity)
{
	if (entity->group == NULL || --entity->group->runnable == 0)
		sched->weight -= entity->weight;
}

/* Puts a blocked entity into the queue, no more than a slice ahead of all
 * others, however long it was blocked. */
static void entity_wake(struct sched *sched, struct sched_entity *entity,
			uint64_t now)
{
	if (entity->sleeps)
		heap_remove(&sched->sleepers, entity);
	entity->sleeps = false;
	min_vruntime_update(sched, now);
	entity->vruntime =
		larger(entity->vruntime,
		       saturating_sub(sched->min_vruntime, SCHED_SLICE_NS));
	runnable_count(sched, entity);
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
		heap_add(sched, &sched->sleepers, entity, deadline);
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

/* Returns true if the timer of another core fires in time for the first
 * sleeper: one core is enough to wake it. */
static bool is_deadline_covered(const struct sched *sched, unsigned core)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (i != core && sched->cores[i].online &&
		    sched->cores[i].armed <= sched->sleepers->key)
			return true;
	}
	return false;
}

/*
 * Returns when the slice of the core's current entity is over. While the queue
 * is empty a slice may run on up to SCHED_ALONE_NS, but not for ever: the CPU
 * time of the entity must become visible in `reeve top`.
 */
static uint64_t slice_limit(const struct sched *sched,
			    const struct sched_core *core)
{
	if (core->current == NULL)
		return SCHED_NEVER;
	if (sched->queue != NULL)
		return core->slice_end;
	return core->slice_end + SCHED_ALONE_NS - SCHED_SLICE_NS;
}

/* Decides when the core has to schedule again at the latest: at the end of the
 * slice, or for the first sleeper. */
static void timer_arm(struct sched *sched, unsigned core)
{
	struct sched_core *this = &sched->cores[core];

	this->armed = slice_limit(sched, this);
	if (sched->sleepers != NULL && sched->sleepers->key < this->armed &&
	    !is_deadline_covered(sched, core))
		this->armed = sched->sleepers->key;
}

/*
 * Returns true if the core on which the entity ran last is another one and will
 * pick soon: it is idle, or runs an entity of the same group whose turns are
 * short. The entity must be the only one that waits: others behind it would
 * wait for that core, too.
 */
static bool is_for_its_core(const struct sched *sched, unsigned core,
			    const struct sched_entity *entity)
{
	const struct sched_core *its = &sched->cores[entity->core];

	if (entity->child != NULL || entity->ran_ns == 0 || entity->brief ||
	    entity->core == core || !its->online)
		return false;
	return its->current == NULL ||
	       (its->current->brief && its->current->group == entity->group);
}

/* Takes the entity with the least vruntime out of the queue. Returns NULL if
 * the queue is empty, or if that one is for another core. */
static struct sched_entity *dequeue(struct sched *sched, unsigned core)
{
	struct sched_entity *first = sched->queue;

	if (first == NULL || is_for_its_core(sched, core, first))
		return NULL;
	heap_remove(&sched->queue, first);
	return first;
}

/* Puts the entity that ran back into the queue and takes out the next one. For
 * an entity that yields the next one is taken out before. */
static struct sched_entity *pick_next(struct sched *sched, unsigned core,
				      struct sched_entity *ran, bool yield)
{
	struct sched_entity *next = NULL;

	if (ran == NULL || ran->state != SCHED_RUNNING)
		return dequeue(sched, core);
	if (sched->queue != NULL && is_for_its_core(sched, core, sched->queue))
		return ran;
	if (yield)
		next = dequeue(sched, core);
	enqueue(sched, ran);
	return next != NULL ? next : dequeue(sched, core);
}

struct sched_entity *sched_pick(struct sched *sched, unsigned core,
				uint64_t now, bool yield)
{
	struct sched_core *this = &sched->cores[core];
	struct sched_entity *ran = this->current;

	min_vruntime_update(sched, now); /* while `ran` still counts */
	current_charge(sched, this, now);
	if (ran != NULL && ran->state != SCHED_RUNNING)
		runnable_uncount(sched, ran);
	sleepers_wake(sched, now);
	this->current = pick_next(sched, core, ran, yield);
	this->need_resched = false;
	if (this->current != NULL) {
		this->current->state = SCHED_RUNNING;
		this->current->core = core;
		if (this->current != ran || now >= this->slice_end) {
			this->slice_end =
				now + slice_length(sched, this->current);
		}
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

/* ---- Preempting other cores ---- */

static bool can_resched(const struct sched_core *core)
{
	return core->online && !core->need_resched;
}

static bool is_idle(const struct sched_core *core)
{
	return can_resched(core) && core->current == NULL;
}

/* Returns an idle core, the caller's if it is one; -1: none is. */
static int idle_core(const struct sched *sched, unsigned caller)
{
	if (is_idle(&sched->cores[caller]))
		return (int)caller;
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		if (is_idle(&sched->cores[i]))
			return (int)i;
	}
	return -1;
}

/* Returns the core whose entity has the largest vruntime, if it is larger than
 * that of the first in the queue by more than the granularity; -1: none. */
static int busy_core(const struct sched *sched, uint64_t now)
{
	uint64_t most = sched->queue->vruntime + SCHED_GRANULARITY_NS;
	int found = -1;

	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];
		uint64_t vruntime;

		if (!can_resched(core) || core->current == NULL)
			continue;
		vruntime = current_vruntime(sched, core, now);
		if (vruntime > most) {
			most = vruntime;
			found = (int)i;
		}
	}
	return found;
}

/*
 * Returns a core whose slice was extended because the queue was empty; -1:
 * none, or an idle core was told already and will come. One core at a time is
 * enough: each core that picks calls sched_target() again, for the next one.
 */
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

/* Returns the core for the first in the queue; -1: none, or it was told. */
static int target_core(const struct sched *sched, unsigned caller, uint64_t now)
{
	const struct sched_entity *first = sched->queue;
	int core;

	if (first == NULL)
		return -1;
	if (is_for_its_core(sched, SCHED_CORES, first))
		return is_idle(&sched->cores[first->core]) ? (int)first->core
							   : -1;
	core = idle_core(sched, caller);
	if (core < 0)
		core = busy_core(sched, now);
	if (core < 0)
		core = extended_core(sched);
	return core;
}

static void core_tell(struct sched *sched, int core)
{
	__atomic_store_n(&sched->cores[core].need_resched, true,
			 __ATOMIC_RELAXED);
}

int sched_target(struct sched *sched, unsigned caller, uint64_t now)
{
	int core = target_core(sched, caller, now);

	if (core >= 0)
		core_tell(sched, core);
	return core;
}

/* Returns true if an idle core looks by then. */
static bool idle_core_looks(const struct sched *sched, uint64_t deadline)
{
	for (unsigned i = 0; i < SCHED_CORES; i++) {
		const struct sched_core *core = &sched->cores[i];

		if (core->online && core->current == NULL &&
		    core->armed <= deadline)
			return true;
	}
	return false;
}

int sched_until(struct sched *sched, unsigned caller,
		struct sched_entity *entity, uint64_t deadline)
{
	struct sched_core *this = &sched->cores[caller];
	int core;

	if (entity->state != SCHED_BLOCKED) {
		entity->wake_pending = true;
		return -1;
	}
	if (entity->sleeps)
		heap_remove(&sched->sleepers, entity);
	entity->sleeps = deadline != SCHED_NEVER;
	if (!entity->sleeps)
		return -1;
	heap_add(sched, &sched->sleepers, entity, deadline);
	if (idle_core_looks(sched, deadline))
		return -1;
	core = idle_core(sched, caller);
	if (core >= 0 && core != (int)caller) {
		core_tell(sched, core);
		return core;
	}
	this->armed = smaller(this->armed, deadline);
	return -1;
}

uint64_t sched_ran_ns(const struct sched *sched,
		      const struct sched_entity *entity, uint64_t now)
{
	const struct sched_core *core = &sched->cores[entity->core];

	if (core->current != entity)
		return entity->ran_ns;
	return entity->ran_ns + saturating_sub(now, core->exec_start);
}
