/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm as the hypervisor sees it: the pages that it is charged for, and what
 * the RMM has made of them. Allocating and freeing those pages, and accounting
 * for the result of each command.
 *
 * One caller at a time uses a Realm. The hypervisor keeps no list of the tables
 * and the data of a Realm: teardown asks the RMM for them. Therefore it can
 * begin at any point of a life, fail at any point, and be called again.
 *
 * The functions of this folder are steps. A step returns true when it is done;
 * otherwise it notes the failure in realm->failure and returns false ("returns
 * false, noted"). So steps are written as a chain, a(realm) && b(realm), which
 * stops at the first step that fails.
 */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_CHARGED_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_CHARGED_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/rmi/failure.h"
#include "hypervisor/core/rmi/granules.h"
#include "hypervisor/core/rmi/rmi.h"
#include "hypervisor/core/rmi/rtt_layout.h"

/* The RMM's way of loading content: several pages in a call (RMI_DATA_MORE), or
 * one. */
enum realm_batches {
	REALM_BATCHES_UNTRIED,
	REALM_BATCHES_KNOWN,
	REALM_BATCHES_UNKNOWN,
};

struct realm {
	struct rmi rmi;
	struct granules granules; /* granules.account: the pages it costs */
	struct rmi_failure failure; /* of the last function called */
	struct rtt_layout layout;
	/* Pages held, in the order of their allocation; count 0: none. */
	struct granules_range shared; /* a list page, a parameter page */
	struct granules_range reserve; /* for roots and recs, not delegated */
	struct granules_range rd;
	struct granules_range roots;
	struct granules_range tables; /* delegated, not yet in use */
	struct granules_range data; /* delegated, not yet in use */
	struct granules_range lent; /* for sharing, not yet mapped */
	struct granules_range recs; /* one page for each vCPU */
	enum realm_batches batches;
	/* The state of the Realm in the RMM. */
	bool created;
	bool active;
	unsigned rec_count;
};

/* Returns how many pages of a kind the Realm is charged for now. */
static inline uint64_t realm_charged(const struct realm *realm,
				     enum granules_kind kind)
{
	return realm->granules.account.held[kind];
}

/* Allocates one run of pages. Returns false, noted, if there is none. */
bool realm_alloc(struct realm *realm, const struct granules_want *want,
		 struct granules_range *range);

/* Delegates the first pages of realm->reserve as a kind. Returns false, noted,
 * if the RMM refused. */
bool realm_reserve_delegate(struct realm *realm, enum granules_kind kind,
			    uint64_t count, struct granules_range *range);

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
