/* SPDX-License-Identifier: BSD-3-Clause */
/* Destroying a Realm. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_TEARDOWN_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_TEARDOWN_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"

/*
 * Destroys a Realm in any state and frees its pages. No vCPU may be executing.
 * Returns false, noted, if something is left of it; the next call continues
 * there. Returns true if the Realm is gone, also if it was gone before.
 */
bool realm_destroy(struct realm *realm);

/* Does the same as realm_destroy(), but keeps an earlier failure. */
bool realm_dismantle(struct realm *realm);

#endif
