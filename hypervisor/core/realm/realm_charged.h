/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pages that a Realm is charged for: allocating and freeing them, and
 * accounting for the result of each command that the RMM carried out.
 */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_CHARGED_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_CHARGED_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/realm/realm.h"

/* Returns how many pages of a kind the Realm is charged for now. */
static inline uint64_t realm_charged(const struct realm *realm,
				     enum granules_kind kind)
{
	return realm->granules.account.held[kind];
}

/* Allocates one run of pages. Returns false, noted, if there is none. */
bool realm_alloc(struct realm *realm, const struct granules_want *want,
		 struct granules_range *range);

/* Frees a range, if the Realm holds it. Pages that the RMM refuses to
 * undelegate stay charged, as abandoned. */
void realm_free(struct realm *realm, enum granules_kind kind,
		struct granules_range *range);

/*
 * Returns true if a command may be issued that makes the RMM return pages:
 * there is a place to remember them, should the RMM refuse to undelegate them.
 * Returns false, noted, if not.
 */
bool realm_may_free(struct realm *realm);

/* Does the same as realm_free() if realm_may_free() says so. Returns false,
 * noted, if not. */
bool realm_free_checked(struct realm *realm, enum granules_kind kind,
			struct granules_range *range);

/*
 * Accounts for the last command. If it succeeded, the records of what the Realm
 * holds are brought up to date, and pages that the RMM returned are freed.
 * Returns done, or false, noted, if the RMM returned or mapped pages that
 * cannot be the Realm's.
 */
bool realm_account_result(struct realm *realm, bool done);

/* Returns true if a command that worked on [at, top) and succeeded got further:
 * next is above `at` and within the range. Returns false, noted, if not, since
 * a loop of such commands would never end. */
bool realm_progress_check(struct realm *realm, ipa_t at, ipa_t top, ipa_t next);

/* Ends the operation that an earlier failure left open, if there is one.
 * Returns false, noted, if it is still open. */
bool realm_op_finish(struct realm *realm);

#endif
