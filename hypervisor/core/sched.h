/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose turn it is: which of the entities that want to run gets which core.
 * One queue for all cores. The entity that had the least time by its weight
 * goes first; who slept keeps at most a slice of credit. Nothing here waits,
 * locks or knows a clock: the caller holds its lock round every call and says
 * what time it is, in nanoseconds.
 */
#ifndef REEVE_HYPERVISOR_CORE_SCHED_H
#define REEVE_HYPERVISOR_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#define SCHED_CORES          32
#define SCHED_NEVER          UINT64_MAX
#define SCHED_WEIGHT_DEFAULT 256
#define SCHED_WEIGHT_MAX     65535
#define SCHED_SLICE_NS       UINT64_C(10000000)
#define SCHED_ALONE_NS       UINT64_C(100000000) /* a turn while nobody waits */
/* How much less time the next must have had to interrupt who runs. */
#define SCHED_GRANULARITY_NS UINT64_C(1000000)
/* An entity is never further behind those that wait than this, whatever its
 * weight: more than one core can give nobody. Weighted. */
#define SCHED_LAG_NS UINT64_C(1000000000)

enum sched_state {
	SCHED_BLOCKED, /* waits to be woken; also what is not yet started */
	SCHED_READY,
	SCHED_RUNNING,
	SCHED_ENDED,
};

/* All zero but for the weight is an entity that was not woken yet. */
struct sched_entity {
	enum sched_state state;
	uint32_t weight; /* 1..SCHED_WEIGHT_MAX */
	uint64_t vruntime; /* time it had, times default weight by weight */
	uint64_t ran_ns; /* time it had, up to the last change */
	unsigned core; /* where it runs or ran last */
	bool wake_pending; /* was woken while it did not wait */
	uint64_t key; /* in a list: what the list is sorted by */
	struct sched_entity *next, *prev;
	bool sleeps; /* blocked, and among the sleepers */
};

struct sched_core {
	bool online;
	bool need_resched; /* is to pick again as soon as it can */
	struct sched_entity *current; /* NULL: idle */
	uint64_t exec_start; /* when current was last charged */
	uint64_t slice_end;
	uint64_t armed; /* when it will look at the clock next */
};

struct sched {
	struct sched_core cores[SCHED_CORES];
	struct sched_entity *queue; /* by vruntime */
	struct sched_entity *sleepers; /* blocked with a deadline, by it */
	uint64_t min_vruntime; /* the least vruntime of those that want to run */
};

/* The core may be given work from now on. */
void sched_core_online(struct sched *sched, unsigned core);

/*
 * The entity that runs on the core wants to wait until it is woken or the
 * deadline has come (SCHED_NEVER: none). false: it was woken already since it
 * last waited, and goes on. true: sched_pick() is next.
 */
bool sched_block(struct sched *sched, unsigned core, uint64_t deadline);

/* The entity that runs on the core has ended. sched_pick() is next. */
void sched_end(struct sched *sched, unsigned core);

/* Makes a waiting entity ready; of another one it notes that it was woken. */
void sched_wake(struct sched *sched, struct sched_entity *entity, uint64_t now);

/*
 * Decides who has the core from now on; NULL: nobody. yield: rather another
 * than the one that runs. The clock is to be looked at again when
 * cores[core].armed has come.
 */
struct sched_entity *sched_pick(struct sched *sched, unsigned core,
				uint64_t now, bool yield);

/* Whether the core should pick again. */
bool sched_due(const struct sched *sched, unsigned core, uint64_t now);

/*
 * Somebody may have become ready: the core that should be told to pick again,
 * which is then not named twice; -1: none.
 */
int sched_target(struct sched *sched, uint64_t now);

/* The time the entity had up to now. */
uint64_t sched_ran_ns(const struct sched *sched,
		      const struct sched_entity *entity, uint64_t now);

#endif
