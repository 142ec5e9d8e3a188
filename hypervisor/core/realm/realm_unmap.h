/* SPDX-License-Identifier: BSD-3-Clause */
/* Unmapping a range of a Realm's IPA space. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_UNMAP_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_UNMAP_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"

/*
 * Unmaps and frees all pages in [at, top), which lies in one half. They are
 * GRANULES_DATA in the protected half and GRANULES_GUEST in the shared half.
 * Returns false, noted, at the first refusal.
 */
bool realm_unmap_kind(struct realm *realm, enum granules_kind kind, ipa_t at,
		      ipa_t top);

#endif
