/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One Realm, from a plan to an activated Realm and back to nothing.
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
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_plan.h"
#include "hypervisor/core/rmi/failure.h"
#include "hypervisor/core/rmi/granules.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/core/rmi/rmi.h"
#include "hypervisor/core/rmi/rtt_layout.h"
#include "lib/addr.h"

/* Whether the RMM loads several pages of content in a call (RMI_DATA_MORE). */
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

/*
 * Builds a Realm up to, and not including, its activation. *realm need not be
 * initialised, and must not move until the Realm is gone. The plan and its
 * source pages must not change until this function returns. The RIM covers the
 * parameters, the pages of the segments in ascending IPA, and the boot vCPU.
 *
 * Returns false with the reason in realm->failure; the build is undone then. If
 * the RMM refused even that, realm->granules.account.total is not 0, and
 * realm_destroy() may be called to try it again.
 */
bool realm_build(const struct host *host, const struct realm_plan *plan,
		 struct realm *realm);

/* Activates a Realm: its RIM is final and its vCPUs can be entered. Returns
 * false, noted, if the RMM refused; the Realm is as it was, and can be
 * activated again or destroyed. */
bool realm_activate(struct realm *realm);

/*
 * Destroys a Realm in any state and frees its pages. No vCPU may be executing.
 * Returns false, noted, if something is left of it; the next call continues
 * there. Returns true if the Realm is gone, also if it was gone before.
 */
bool realm_destroy(struct realm *realm);

#endif
