/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of a Realm that may run: populating pages, sharing them, changing
 * their RIPAS. As of realm.h: one caller at a time; false: realm->failure.
 */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_MEMORY_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_MEMORY_H

#include <stdbool.h>

#include "hypervisor/core/realm/realm.h"
#include "lib/addr.h"

#define REALM_BLOCK_LEVEL 2
#define REALM_PAGE_LEVEL  3

/* The unprotected alias of a protected IPA, or of the end of a range. */
ipa_t realm_alias(const struct realm *realm, ipa_t ipa);

/* What is at a page of the protected half. */
bool realm_look(struct realm *realm, ipa_t ipa, struct rtt_look *out);

/* Puts zeroed memory at a page, or at a whole untouched block of 2 MiB: ipa is
 * aligned to what level says. */
bool realm_populate(struct realm *realm, ipa_t ipa, int level);

/* Maps a zeroed Non-secure page at an IPA of the unprotected half; true also
 * if one is there already. */
bool realm_share(struct realm *realm, ipa_t ipa);

/*
 * Carries out the RIPAS change that a REC waits for, as far as possible;
 * *reached is how far. true with *reached == range->base: not at all.
 */
bool realm_ripas_set(struct realm *realm, const struct ripas_range *range,
		     ipa_t *reached);

/* Takes back, and frees, what is mapped in [base, top): of the protected half
 * what is RIPAS EMPTY; or of the unprotected half. */
bool realm_unmap(struct realm *realm, ipa_t base, ipa_t top);
bool realm_unshare(struct realm *realm, ipa_t base, ipa_t top);

#endif
