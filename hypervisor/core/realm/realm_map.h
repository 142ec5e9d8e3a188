/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping pages into a Realm, with the tables that they need. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_MAP_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_MAP_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm.h"

/* The level above the start level: no walk ends there. */
static inline int realm_above_root(const struct realm *realm)
{
	return realm->layout.start_level - 1;
}

/*
 * Answers a command's RMI_ERROR_RTT, which tells the level at which the walk
 * for ipa ended, by making the table that is missing there. The command needs a
 * walk to level `want`. *deepest is the level of the last such answer for the
 * same ipa, and realm_above_root() at first: it has to get deeper each time, or
 * the RMM could keep the hypervisor here for ever. Returns false, noted, if a
 * table is not what the command needs.
 */
bool realm_walk_deepen(struct realm *realm, ipa_t ipa, int want, int *deepest);

/* Maps realm->data, all of it, as entries of one table at level from ipa on.
 * Returns false, noted, with realm->data what is left of it. */
bool realm_data_map(struct realm *realm, ipa_t ipa, int level);

#endif
