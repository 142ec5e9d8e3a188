/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that building a Realm and taking it apart are made of. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_INTERNAL_H
#define REEVE_HYPERVISOR_CORE_REALM_INTERNAL_H

#include <stdbool.h>

#include "hypervisor/core/realm.h"

/*
 * Keeps the books after a command: what its success, if it was one, changed of
 * what the Realm holds. Pages that the RMM returned are freed. Returns done,
 * or false if what was returned cannot be ours (noted).
 */
bool realm_settle(struct realm *realm, bool done);

/* Gives back a range that the Realm holds, if it does. */
void realm_give(struct realm *realm, enum granules_kind kind,
	struct granules_range *range);

/* Takes one run of pages. false: noted. */
bool realm_take(struct realm *realm, const struct granules_want *want,
	struct granules_range *range);

/* realm_memory.c: RIPAS RAM for all RAM ranges, then the segments. */
bool realm_ram_init(struct realm *realm, const struct realm_plan *plan);
bool realm_load(struct realm *realm, const struct realm_plan *plan);

/* realm_teardown.c: ends the operation that an earlier failure left open, if
 * any. false: it is open still; noted. */
bool realm_op_finish(struct realm *realm);

/* realm_teardown.c: as realm_destroy(), but keeps an earlier failure. */
bool realm_dismantle(struct realm *realm);

#endif
