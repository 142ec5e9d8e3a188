/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One Realm, from a plan to an activated Realm and back to nothing.
 *
 * A Realm is driven by one caller at a time. The RMM itself is the record of
 * what a Realm holds (tables, data): teardown asks it, so that it can begin at
 * any point, fail at any point and be called again.
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

struct realm {
	struct rmi rmi;
	struct granules granules; /* granules.account: what it costs */
	struct rmi_failure failure; /* of the last function called */
	struct rtt_layout layout;
	/* What is held, in the order of taking; count 0: not held. */
	struct granules_range shared; /* a list page, a parameter page */
	struct granules_range rd;
	struct granules_range roots;
	struct granules_range tables; /* delegated, not yet in use */
	struct granules_range data; /* delegated, not yet in use */
	struct granules_range lent; /* for sharing, not yet mapped */
	struct granules_range recs; /* one page a vCPU */
	bool page_by_page; /* as much content as the RMM takes in a call */
	/* What the RMM has made of it. */
	bool created;
	bool active;
	unsigned rec_count;
};

/*
 * Builds a Realm up to, and not including, its activation. *realm need not be
 * initialised, and has to stay where it is until it is gone. The plan and its
 * source pages must not change until this returns. The RIM extends over the
 * parameters, the segments' pages in ascending IPA, and the boot vCPU.
 *
 * false: realm->failure says why, and everything is undone. If even that was
 * refused, realm->granules.account.total is not 0, and realm_destroy() may be
 * called to try it again.
 */
bool realm_build(const struct host *host, const struct realm_plan *plan,
		 struct realm *realm);

/* Fixes the RIM and lets the vCPUs run. false: realm->failure; the Realm is as
 * it was, and can be activated again or destroyed. */
bool realm_activate(struct realm *realm);

/*
 * Takes a Realm apart, whatever became of it, and frees its pages. No vCPU may
 * be executing. false: realm->failure, and something is left: calling this
 * again carries on. Of a Realm that is gone nothing is left to do: true.
 */
bool realm_destroy(struct realm *realm);

#endif
