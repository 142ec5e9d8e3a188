/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hardware that walks a Realm's stage 2 tables: a TLB and a cache of walks for
 * all CPUs together. It reads descriptors as DDI0487 D8 defines them and knows
 * nothing of the RMM's own view. Entries stay until they are invalidated or
 * the room is needed, also after the vCPU has stopped.
 */
#ifndef REEVE_TESTS_STRESS_HARDWARE_H
#define REEVE_TESTS_STRESS_HARDWARE_H

#include <stdint.h>

#include "rmm/core/realm/realm.h"
#include "rmm/port/inprocess/inprocess.h"

struct rec;
struct hardware;

struct hardware *hardware_create(struct inprocess *machine);
void hardware_destroy(struct hardware *hardware);

/* Between both a CPU has the stage 2 of this REC, so that it may walk. */
void hardware_rec_start(struct hardware *hardware, const struct rec *rec,
			const struct realm_s2 *s2);
void hardware_rec_stop(struct hardware *hardware, const struct rec *rec);

/* TLB maintenance that has come to its end on all CPUs. */
void hardware_invalidate(struct hardware *hardware, unsigned vmid, uint64_t ipa,
			 uint64_t size);
void hardware_invalidate_vmid(struct hardware *hardware, unsigned vmid);

/*
 * A CPU with a REC translates ipa (the offset in a half of the IPA space;
 * unprotected says in which half), by a walk that may start from a cached one.
 * The process ends if
 * - a walk reads a granule that is no table, or
 * - Realm memory is in the unprotected half, or NS memory in the other, or
 * - the new translation and a cached one are for the same address and not the
 *   same: a TLB conflict (DDI0487 D8, break-before-make).
 */
void hardware_translate(struct hardware *hardware, uint64_t ipa,
			bool unprotected, uint64_t *random);

/*
 * Looks at all that is cached. The process ends if
 * - a translation of the protected half is not to DATA, or
 * - a cached walk leads to a granule that is no table, or
 * - either is of a VMID that no Realm has.
 */
void hardware_check(struct hardware *hardware, uint64_t *random);

/*
 * The same while nothing runs, and then the process also ends if a Realm's
 * tables do not say what is cached. This finds what is left of a mapping that
 * was taken away, even if its memory is DATA of another Realm by now.
 */
void hardware_check_at_rest(struct hardware *hardware);

/* Counts of all that was cached so far: tests see that there was something. */
struct hardware_counts {
	uint64_t walks;
	uint64_t tables; /* cached walks */
	uint64_t leaves[2][2]; /* by NS or not, block or page */
};

struct hardware_counts hardware_counts(struct hardware *hardware);

#endif
