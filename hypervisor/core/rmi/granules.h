/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pages that one Realm (or the RMM itself) costs the host: taking them
 * from the allocator, delegating them, and the way back. Every page is charged
 * to its owner from the moment it is taken to the moment it is free again.
 *
 * A page that the RMM refuses to undelegate is never freed: it is abandoned,
 * which is remembered, still charged, and tried again by granules_retry().
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_GRANULES_H
#define REEVE_HYPERVISOR_CORE_RMI_GRANULES_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/failure.h"
#include "lib/addr.h"

/* What a page is for. */
enum granules_kind {
	GRANULES_RD,
	GRANULES_ROOT, /* root translation tables */
	GRANULES_RTT, /* all other translation tables */
	GRANULES_REC,
	GRANULES_DATA,
	GRANULES_DONATED, /* inside the RMM, by a stateful operation */
	GRANULES_ABANDONED, /* refused undelegation, or not returned */
	/* Not delegated: parameters, lists, what the host keeps for itself. */
	GRANULES_SHARED,
	GRANULES_GUEST, /* not delegated: a guest's RAM, within its reach */
	GRANULE_KINDS,
};

/* Whether pages of a kind are delegated. */
static inline bool granules_is_delegated(enum granules_kind kind)
{
	return kind != GRANULES_SHARED && kind != GRANULES_GUEST;
}

/* Pages, by kind: what an owner is charged for. */
struct realm_account {
	uint64_t held[GRANULE_KINDS];
	uint64_t total; /* of all kinds, now */
	uint64_t peak; /* the largest that total has been */
};

struct granules_range {
	pa_t base;
	uint64_t count; /* pages; 0: nothing */
};

/*
 * Ranges of abandoned pages that can be remembered. A healthy RMM needs none;
 * with a sick one the owner stops before the last place is gone, so that no
 * page is ever forgotten (granules_batch()).
 */
#define GRANULES_ABANDONED_MAX 32

struct granules {
	const struct host_ops *ops;
	struct rmi_failure *failure; /* where failures are noted */
	struct realm_account account;
	uint64_t calls; /* SMCs made so far */
	unsigned abandoned_count;
	struct granules_range abandoned[GRANULES_ABANDONED_MAX];
};

/* How many pages to take, and how. */
struct granules_want {
	enum granules_kind kind;
	uint64_t unit; /* pages that must not be parted */
	uint64_t units; /* as many as wanted, at least 1 */
	uint64_t align; /* pages, a power of two */
};

/* So many pages in a row, or none. */
static inline struct granules_want granules_run(enum granules_kind kind,
						uint64_t pages)
{
	return (struct granules_want){
		.kind = kind, .unit = pages, .units = 1, .align = 1
	};
}

void granules_init(struct granules *granules, const struct host_ops *ops,
		   struct rmi_failure *failure);

/*
 * Takes one run of pages, and delegates them if the kind is a delegated one.
 * When memory is short the run is halved, down to one unit, so it may be
 * shorter than asked. false: failure noted, nothing taken.
 */
bool granules_alloc(struct granules *granules, const struct granules_want *want,
		    struct granules_range *out);

/*
 * Undelegates (if the kind is a delegated one) and frees a range. What the
 * RMM refuses is noted as a failure and abandoned. granules_batch() must not
 * be 0.
 */
void granules_free(struct granules *granules, enum granules_kind kind,
		   struct granules_range range);

/* Charges pages to another kind. */
void granules_transfer(struct granules *granules, enum granules_kind from,
		       enum granules_kind to, uint64_t count);

/*
 * How many ranges may be given back, one after the other, with a place for
 * each that is refused. 0: nothing may be taken or given any more.
 */
unsigned granules_batch(const struct granules *granules);

/* Tries to undelegate and free what was abandoned. */
void granules_retry(struct granules *granules);

#endif
