/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping pages into a Realm, and creating the tables that they need. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_MAP_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_MAP_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"

/* The level above the start level: no walk ends there. */
static inline int realm_above_root(const struct realm *realm)
{
	return realm->layout.start_level - 1;
}

/* Creates a table below the entry at `level` that covers ipa. If that entry
 * maps a block, the table maps its parts. Returns false, noted, if the RMM
 * refuses or there is no page. */
bool realm_table_create(struct realm *realm, ipa_t ipa, int level);

/*
 * Creates the table for lack of which the last command failed: the RMM answered
 * RMI_ERROR_RTT with the level at which its walk for ipa ended, and the command
 * needs a walk down to level `want`. *deepest is the level of the last such
 * answer for the same ipa, and realm_above_root() at first. The level has to
 * get deeper each time, or the RMM could keep the hypervisor in a loop for
 * ever. Returns false, noted, if the command failed for another reason.
 */
bool realm_walk_deepen(struct realm *realm, ipa_t ipa, int want, int *deepest);

/* Maps all pages of realm->data as entries of one table at level, from ipa
 * on. Returns false, noted, if some could not be mapped; they stay in
 * realm->data. */
bool realm_data_map(struct realm *realm, ipa_t ipa, int level);

#endif
