/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One Realm, from a plan to an activated Realm and back to nothing: all that
 * domains ask of this folder, with realm_memory.h for a Realm that may run.
 */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_plan.h"
#include "hypervisor/core/realm/realm_teardown.h"
#include "hypervisor/core/rmi/host_init.h"

/*
 * Allocates the pages of a Realm that have to be consecutive: those for its
 * root tables and RECs, and the two that it shares with the RMM. Its RAM ends
 * at ram_end. *realm need not be initialised, and must not move until the Realm
 * is gone. No command is issued. Returns false, noted, if there are no such
 * runs of pages, or the RMM cannot address the RAM; in both cases
 * realm_destroy() frees what was allocated.
 */
bool realm_reserve(const struct host *host, uint64_t ram_end, unsigned vcpus,
		   struct realm *realm);

/*
 * Builds a Realm in the pages of realm_reserve(), which was called for the same
 * RAM and vCPUs, as realm_build() does.
 */
bool realm_build_reserved(const struct host *host,
			  const struct realm_plan *plan, struct realm *realm);

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

#endif
