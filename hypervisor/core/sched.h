/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scheduler: which of the entities (threads) that want to run gets which
 * core. It is a small form of Linux's completely fair scheduler, and uses its
 * words. All cores share one queue. The entity with the least vruntime, which
 * is the CPU time it has had divided by its weight, runs next. But the core on
 * which it ran last has its registers and translations: if that one is free
 * soon, and no other entity waits, the other cores leave the entity to it. An
 * entity that slept may be behind the others by one slice at most, however long
 * it slept.
 * The entities of a group (a domain's vCPUs) share one weight: each has the part
 * of it that it would have if all that are runnable now had the same.
 * The functions here do not wait, lock or read a clock: the caller holds its
 * lock round every call and passes the time in nanoseconds.
 */
#ifndef REEVE_HYPERVISOR_CORE_SCHED_H
#define REEVE_HYPERVISOR_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#define SCHED_CORES          32
#define SCHED_NEVER          UINT64_MAX
#define SCHED_WEIGHT_DEFAULT 256
#define SCHED_WEIGHT_MAX     65535
/* The weight of an entity that weighs as much as all others that are runnable
 * together: it has half of the cores, but at most one. For one entity only. */
#define SCHED_WEIGHT_HALF 0
/*
 * A slice ends when the vruntime has grown by SCHED_STEP_NS, but is not shorter
 * than the granularity nor longer than SCHED_SLICE_NS. A longer slice of an
 * entity of little weight would take it so far beyond the others that they run
 * without it for long, and then it and its like without them.
 */
#define SCHED_STEP_NS  UINT64_C(80000000)
#define SCHED_SLICE_NS UINT64_C(10000000)
#define SCHED_ALONE_NS UINT64_C(100000000) /* slice, queue empty */
/* How much smaller a vruntime must be to interrupt the entity that runs. */
#define SCHED_GRANULARITY_NS UINT64_C(1000000)
/*
 * The most by which the vruntime of an entity can be smaller than that of those
 * in the queue. An entity whose weight entitles it to more than one core cannot
 * get that, so its vruntime would fall behind the others' for ever. An entity
 * that arrives later starts near the smallest vruntime, and would keep the
 * others from running until it is level with them.
 */
#define SCHED_LAG_NS UINT64_C(1000000000)

enum sched_state {
	SCHED_BLOCKED, /* waits to be woken, or was never woken yet */
	SCHED_READY, /* in the queue */
	SCHED_RUNNING,
	SCHED_ENDED,
};

/* Entities that share one weight, which each of them names. */
struct sched_group {
	unsigned runnable; /* how many of them are READY or RUNNING */
};

/* An entity that is all zero except for its weight, its group and `brief` has
 * never been woken. */
struct sched_entity {
	enum sched_state state;
	uint32_t weight; /* 1..SCHED_WEIGHT_MAX, or SCHED_WEIGHT_HALF */
	struct sched_group *group; /* NULL: it has its weight alone */
	uint64_t vruntime; /* ran_ns * default weight / its part, adjusted */
	uint64_t ran_ns; /* CPU time, up to when it was last charged */
	unsigned core; /* on which it runs or ran last */
	/* Its turns are short: another one of its group that it displaces or
	 * wakes, and that ran on its core last, waits for that core instead of
	 * going to another, unless others wait besides. */
	bool brief;
	bool wake_pending; /* woken while not blocked: do not block next time */
	bool sleeps; /* blocked with a deadline: among the sleepers */
	/* In a heap: what it is sorted by; links. */
	uint64_t key;
	uint64_t arrival;
	struct sched_entity *child; /* the first one */
	struct sched_entity *next; /* the parent's next child */
	struct sched_entity *prev; /* the one before; of the first: the parent */
};

struct sched_core {
	bool online;
	bool need_resched; /* was told to call sched_pick() soon */
	struct sched_entity *current; /* NULL: idle */
	uint64_t exec_start; /* up to when current has been charged */
	uint64_t slice_end;
	uint64_t armed; /* when its timer is to fire; SCHED_NEVER: not */
};

struct sched {
	struct sched_core cores[SCHED_CORES];
	struct sched_entity *queue; /* the first READY one, by vruntime */
	struct sched_entity *sleepers; /* the first one, by deadline */
	uint64_t arrivals; /* in either heap, so far */
	uint64_t min_vruntime; /* the least of READY and RUNNING; never falls */
	uint64_t weight; /* of all groups and lone entities that are runnable */
};

/* The core schedules from now on, and may be told to. */
void sched_core_online(struct sched *sched, unsigned core);

/*
 * Blocks the entity that runs on the core until it is woken or the deadline has
 * come (SCHED_NEVER: no deadline). Returns true if the caller has to call
 * sched_pick() next. Returns false if the entity was woken since it last
 * blocked: it goes on, or that wake-up would be lost.
 */
bool sched_block(struct sched *sched, unsigned core, uint64_t deadline);

/* Ends the entity that runs on the core. The caller calls sched_pick() next. */
void sched_end(struct sched *sched, unsigned core);

/* Puts a blocked entity into the queue. For any other entity the wake-up is
 * remembered until it tries to block. */
void sched_wake(struct sched *sched, struct sched_entity *entity, uint64_t now);

/*
 * Chooses the entity that has the core from now on and returns it; NULL: the
 * core is idle. With yield another entity than the present one is preferred,
 * even if it had more time. The caller sets the core's timer to
 * cores[core].armed.
 */
struct sched_entity *sched_pick(struct sched *sched, unsigned core,
				uint64_t now, bool yield);

/* Returns true if the core should call sched_pick(). It takes no lock: an old
 * value only delays that until the timer or an interrupt. */
bool sched_due(const struct sched *sched, unsigned core, uint64_t now);

/*
 * Returns the core that should call sched_pick() because an entity is in the
 * queue, or -1 if no core should; it may be the caller's. The core counts as
 * told: it is not returned again until it has picked.
 */
int sched_target(struct sched *sched, unsigned caller, uint64_t now);

/*
 * Changes the deadline of a blocked entity. An entity that is not blocked is
 * woken instead, so that it looks when it has to come. An idle core looks after
 * the deadline if there is one, which interrupts nobody: returns the core that
 * should call sched_pick() for this, told as by sched_target(); -1: none. The
 * caller sets its core's timer to cores[caller].armed.
 */
int sched_until(struct sched *sched, unsigned caller,
		struct sched_entity *entity, uint64_t deadline);

/* Returns the CPU time that the entity has had up to now. */
uint64_t sched_ran_ns(const struct sched *sched,
		      const struct sched_entity *entity, uint64_t now);

#endif
