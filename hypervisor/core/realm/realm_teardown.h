/* SPDX-License-Identifier: BSD-3-Clause */
/* Destroying a Realm, for the functions of realm.h. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_TEARDOWN_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_TEARDOWN_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm.h"

/* Does the same as realm_destroy(), but keeps an earlier failure. */
bool realm_dismantle(struct realm *realm);

#endif
