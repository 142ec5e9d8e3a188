/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that building a Realm and taking it apart are made of. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_INTERNAL_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm.h"

/*
 * Keeps the books after a command: what its success, if it was one, changed of
 * what the Realm holds. Pages that the RMM returned are freed. Returns done,
 * or false if what was returned cannot be ours (noted).
 */
bool realm_account_result(struct realm *realm, bool done);

/* Gives back a range that the Realm holds, if it does. */
void realm_free(struct realm *realm, enum granules_kind kind,
		struct granules_range *range);

/* Takes one run of pages. false: noted. */
bool realm_alloc(struct realm *realm, const struct granules_want *want,
		 struct granules_range *range);

static inline uint64_t realm_charged(const struct realm *realm,
				     enum granules_kind kind)
{
	return realm->granules.account.held[kind];
}

/*
 * realm_load.c: answers a command's RMI_ERROR_RTT, which says at which level
 * the walk for ipa ended, with the table that is missing there. The command
 * needs a walk to level `want`. *deepest is the level of the last such answer
 * for the same ipa (realm_above_root() at first): it has to get deeper each
 * time. false: that is not what the command needs; noted.
 */
bool realm_walk_deepen(struct realm *realm, ipa_t ipa, int want, int *deepest);

static inline int realm_above_root(const struct realm *realm)
{
	return realm->layout.start_level - 1;
}

/*
 * realm_unmap.c: takes back what is mapped in [at, top), which is of one
 * half: GRANULES_DATA of the protected one, GRANULES_GUEST of the other.
 */
bool realm_unmap_kind(struct realm *realm, enum granules_kind kind, ipa_t at,
		      ipa_t top);

/*
 * realm_unmap.c: whether a command may be run that has the RMM return
 * pages: there must be a place to remember them should they be refused
 * undelegation. false: noted.
 */
bool realm_may_free(struct realm *realm);
/* realm_unmap.c: gives back a range if a refusal can be remembered. */
bool realm_free_checked(struct realm *realm, enum granules_kind kind,
			struct granules_range *range);

/* realm_load.c: maps realm->data, all of it, as entries of one table at level
 * from ipa on. false: noted, and realm->data is what is left. */
bool realm_data_map(struct realm *realm, ipa_t ipa, int level);

/* realm_load.c: RIPAS RAM for all RAM ranges, then the segments. */
bool realm_ram_init(struct realm *realm, const struct realm_plan *plan);
bool realm_load(struct realm *realm, const struct realm_plan *plan);
/* realm_load.c: then the rest of the blocks that these are in. */
bool realm_gaps_populate(struct realm *realm, const struct realm_plan *plan);

/* realm_teardown.c: ends the operation that an earlier failure left open, if
 * any. false: it is open still; noted. */
bool realm_op_finish(struct realm *realm);

/* realm_teardown.c: as realm_destroy(), but keeps an earlier failure. */
bool realm_dismantle(struct realm *realm);

#endif
