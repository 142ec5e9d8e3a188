/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of a Realm that may run: populating pages, sharing them, changing
 * their RIPAS. One caller at a time uses a Realm, and each function returns
 * false, noted (realm_charged.h).
 */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_MEMORY_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_MEMORY_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm_charged.h"
#include "lib/addr.h"

#define REALM_BLOCK_LEVEL 2
#define REALM_PAGE_LEVEL  3

/* Returns the alias, in the shared half, of a protected IPA or of the end of a
 * range of them. */
ipa_t realm_alias(const struct realm *realm, ipa_t ipa);

/* Reads the RTT entry at which the walk for a protected page ends. */
bool realm_look(struct realm *realm, ipa_t ipa, struct rtt_look *out);

/* Maps zeroed memory at a page (level 3), or at a block of 2 MiB (level 2) that
 * is wholly untouched. ipa is aligned accordingly. */
bool realm_populate(struct realm *realm, ipa_t ipa, int level);

/* Maps zeroed Non-secure memory at an IPA of the shared half: a page (level 3),
 * or a block of 2 MiB (level 2) that is wholly untouched. Returns true also if
 * something is mapped there already. */
bool realm_share(struct realm *realm, ipa_t ipa, int level);

/*
 * Maps a Non-secure page, charged to the Realm as GRANULES_SHARED, at an IPA of
 * the shared half, where the Realm can read it and not write it. If that fails
 * the page is either the caller's still, or its count is 0 and the next request
 * frees it.
 */
bool realm_page_show(struct realm *realm, ipa_t ipa,
		     struct granules_range *page);

/* Returns true if the command of a request that failed may have been carried
 * out all the same, or may be later: the RMM did not end it, or broke the
 * protocol. */
bool realm_is_unsure(const struct realm *realm);

/* Reads the entry by which something is mapped at an IPA of the shared half: a
 * page (level 3), or a block of 2 MiB (level 2). */
bool realm_shared_find(struct realm *realm, ipa_t ipa, struct rtt_look *out);

/*
 * Carries out a first part of the RIPAS change that a REC waits for, as large
 * as possible; *reached is its end. Returns true also if no part was possible:
 * *reached is range->base then.
 */
bool realm_ripas_set(struct realm *realm, const struct ripas_range *range,
		     ipa_t *reached);

/* Unmap and free the pages in [base, top). For realm_unmap() the range is in
 * the protected half and its RIPAS is EMPTY; for realm_unshare() it is in the
 * shared half. */
bool realm_unmap(struct realm *realm, ipa_t base, ipa_t top);
bool realm_unshare(struct realm *realm, ipa_t base, ipa_t top);

#endif
