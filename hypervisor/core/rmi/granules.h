/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pages of one owner (a Realm, an ordinary guest, or the RMM itself):
 * allocating and delegating them, undelegating and freeing them. Each page is
 * charged to its owner's account from its allocation until it is free again.
 *
 * A page that the RMM refuses to undelegate must not be freed, because the next
 * access to it would fault. It is abandoned: it is remembered, stays charged,
 * and granules_retry() tries it again.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_GRANULES_H
#define REEVE_HYPERVISOR_CORE_RMI_GRANULES_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/failure.h"
#include "lib/addr.h"

/* The use of a page. */
enum granules_kind {
	GRANULES_RD,
	GRANULES_ROOT, /* root translation tables */
	GRANULES_RTT, /* all other translation tables */
	GRANULES_REC,
	GRANULES_DATA,
	GRANULES_DONATED, /* given to the RMM in a stateful operation */
	GRANULES_ABANDONED, /* undelegation was refused, or not returned */
	/* Not delegated: parameters, lists, the hypervisor's own records. */
	GRANULES_SHARED,
	GRANULES_GUEST, /* not delegated: RAM that the guest can access */
	GRANULE_KINDS,
};

/* Returns true if pages of that kind are delegated. */
static inline bool granules_is_delegated(enum granules_kind kind)
{
	return kind != GRANULES_SHARED && kind != GRANULES_GUEST;
}

/* The pages that an owner is charged for, by kind. */
struct realm_account {
	uint64_t held[GRANULE_KINDS];
	uint64_t total; /* of all kinds, now */
	uint64_t peak; /* the largest value of total so far */
};

struct granules_range {
	pa_t base;
	uint64_t count; /* pages; 0: nothing */
};

/*
 * How many ranges of abandoned pages can be remembered. A correct RMM causes
 * none. With a faulty one the owner stops allocating and freeing before the
 * last place is used (granules_batch()), so that no page is ever forgotten.
 */
#define GRANULES_ABANDONED_MAX 32

struct granules {
	const struct host_ops *ops;
	struct rmi_failure *failure; /* in which failures are noted */
	struct realm_account account;
	uint64_t calls; /* SMCs made so far */
	/* The most pages that it may hold as donated; 0: there is no limit. */
	uint64_t donation_max;
	/*
	 * How many of its pages may be, and are, memory that devices can access
	 * (host_ops.dma_base). While there may be more of them, its pages of
	 * the kind GRANULES_GUEST are such memory.
	 */
	uint64_t dma_max;
	uint64_t dma_held;
	/* A Non-secure page for descriptors, so that a range command that asks
	 * for memory can be left; 0: none. */
	pa_t list;
	unsigned abandoned_count;
	struct granules_range abandoned[GRANULES_ABANDONED_MAX];
};

/* How many pages to allocate, and how. */
struct granules_want {
	enum granules_kind kind;
	uint64_t unit; /* pages that must be consecutive */
	uint64_t units; /* how many units are wanted, at least 1 */
	uint64_t align; /* pages, a power of two */
	bool becomes_guest; /* of another kind, but GRANULES_GUEST later */
};

/* Wants exactly so many consecutive pages. */
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
 * Allocates one run of pages, and delegates them if the kind is a delegated
 * one. When memory is short the number of units is halved, down to one, so that
 * the run may be shorter than wanted. Returns false, noted, if nothing could be
 * allocated; then nothing is charged but pages that had to be abandoned.
 */
bool granules_alloc(struct granules *granules, const struct granules_want *want,
		    struct granules_range *out);

/*
 * Delegates pages that are charged as GRANULES_SHARED, and charges them as kind
 * from now on. Returns false, noted, if the RMM refused or no place is left to
 * remember abandoned pages; then all of them are freed or abandoned.
 */
bool granules_delegate(struct granules *granules, enum granules_kind kind,
		       struct granules_range range);

/*
 * Undelegates (if the kind is a delegated one) and frees a range. Pages that
 * the RMM refuses to undelegate are noted as a failure and abandoned, for which
 * granules_batch() must not be 0.
 */
void granules_free(struct granules *granules, enum granules_kind kind,
		   struct granules_range range);

/* Charges pages as another kind than before. */
void granules_transfer(struct granules *granules, enum granules_kind from,
		       enum granules_kind to, uint64_t count);

/*
 * Returns how many ranges may be freed, one after the other, with a place left
 * to remember each that is refused. 0: nothing may be allocated or freed.
 */
unsigned granules_batch(const struct granules *granules);

/* Tries again to undelegate and free each abandoned range. */
void granules_retry(struct granules *granules);

#endif
