/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a Realm that is being built. Each function returns false,
 * noted, if the RMM refused or pages ran out. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_LOAD_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_LOAD_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"
#include "hypervisor/core/realm/realm_plan.h"

/* Sets the RIPAS of all ranges of RAM to RAM. */
bool realm_ram_init(struct realm *realm, const struct realm_plan *plan);

/* Loads and measures the segments, page by page in ascending IPA. */
bool realm_load(struct realm *realm, const struct realm_plan *plan);

/* Populates the rest of the blocks that the segments lie in. */
bool realm_gaps_populate(struct realm *realm, const struct realm_plan *plan);

#endif
