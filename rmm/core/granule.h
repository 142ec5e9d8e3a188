/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granules: the 4 KiB pages of tracked memory, what each is used for, and the
 * locks on them.
 *
 * Lock order:
 *  1. objects that the host names (NS, DELEGATED, RD, REC), lower PA first;
 *  2. RTTs, from the root towards the leaf, hand over hand;
 *  3. DATA and REC_AUX granules (and DELEGATED ones about to become so),
 *     while the leaf table is held.
 * No DELEGATED granule is held while a table is waited for: the holder of the
 * table may wait for that same granule.
 * A state changes only under the granule's lock. DEN0137 "Granule state".
 */
#ifndef REEVE_RMM_CORE_GRANULE_H
#define REEVE_RMM_CORE_GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct rmm;

#define GRANULE_SIZE 0x1000

enum granule_state {
	GRANULE_NS = 0, /* the host's; zero, so that all memory starts as it */
	GRANULE_DELEGATED =
		1, /* Realm PAS, no role; content is never trusted */
	GRANULE_RD = 2, /* references: RECs of the Realm */
	GRANULE_REC = 3, /* references: 1 while it executes */
	GRANULE_REC_AUX = 4,
	GRANULE_DATA = 5,
	GRANULE_RTT = 6, /* references: tables and assigned protected leaves */
	GRANULE_PARTIAL = 7, /* an object between the steps of an SRO */
};

/* One per granule: how often it is referred to, its state, and its lock. All
 * memory has one, so it is as small as it can be. */
struct granule {
	uint16_t word;
};

#define GRANULE_WORD_REFS_SHIFT  0
#define GRANULE_WORD_REFS_WIDTH  10
#define GRANULE_WORD_STATE_SHIFT 10
#define GRANULE_WORD_STATE_WIDTH 5
#define GRANULE_WORD_LOCK        (1U << 15)

/* The largest reference count. */
#define GRANULE_REFS_MAX ((1U << GRANULE_WORD_REFS_WIDTH) - 1)

/*
 * A granule whose lock is held. granule == NULL is "nothing held"; releasing
 * that does nothing, so that clean-up is idempotent.
 */
struct granule_ref {
	struct rmm *rmm;
	struct granule *granule;
	pa_t pa;
};

#define GRANULE_NONE_HELD ((struct granule_ref){ 0 })

/* Returns true if pa is granule-aligned and tracked. */
bool granule_tracked(const struct rmm *rmm, pa_t pa);

/* Returns whether a tracked granule is in that state now. It is not locked, so
 * another CPU may change the state at once. */
bool granule_is(const struct rmm *rmm, pa_t pa, enum granule_state state);

/*
 * Locks the granule at pa if it is tracked and in that state. false: it is
 * not, and nothing is held. It does not wait for a granule in another state,
 * not even one that the caller holds.
 */
bool granule_lock(struct rmm *rmm, pa_t pa, enum granule_state state,
		  struct granule_ref *out);

/* One granule of a pair to lock. */
struct granule_want {
	pa_t pa;
	enum granule_state state;
};

/* Locks two granules, the lower PA first. Equal addresses and wrong states
 * fail, with nothing held. */
bool granule_lock_pair(struct rmm *rmm, struct granule_want first,
		       struct granule_want second, struct granule_ref *first_out,
		       struct granule_ref *second_out);

/* Locks a granule known to be in that state: one that a held table or object
 * refers to. Another state is our own corruption: panic. */
void granule_lock_owned(struct rmm *rmm, pa_t pa, enum granule_state state,
			struct granule_ref *out);

/* Returns the reference to a granule that the caller has locked. It is for a
 * caller with too many locked granules to store a reference to each. */
struct granule_ref granule_held(struct rmm *rmm, pa_t pa);

void granule_unlock(struct granule_ref *ref);

/* Changes the state and releases. References must be zero. */
void granule_unlock_to(struct granule_ref *ref, enum granule_state state);

enum granule_state granule_state(const struct granule_ref *ref);
/* Changes the state and keeps the lock. */
void granule_set_state(struct granule_ref *ref, enum granule_state state);

/* References; add and drop need the lock. Leaving 0..GRANULE_REFS_MAX is our
 * own corruption: panic. */
unsigned granule_refs(const struct granule_ref *ref);
void granule_refs_add(struct granule_ref *ref, unsigned count);
void granule_refs_drop(struct granule_ref *ref, unsigned count);

/* Maps and unmaps the content of a held granule. */
void *granule_map(const struct granule_ref *ref);
void granule_unmap(const struct granule_ref *ref, void *address);

/*
 * Copies a structure out of, or into, one NS granule. false: pa is not in a
 * tracked granule in state NS, the range leaves the granule, or the access
 * faulted. No lock is held: the copy is what gets checked.
 */
bool granule_ns_read(struct rmm *rmm, pa_t pa, void *to, uint32_t size);
bool granule_ns_write(struct rmm *rmm, pa_t pa, const void *from, uint32_t size);

#endif
