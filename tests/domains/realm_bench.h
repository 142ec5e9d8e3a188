/* SPDX-License-Identifier: BSD-3-Clause */
/* A Realm whose vCPU makes requests, on the bench of the tests of domains. */
#ifndef REEVE_TESTS_DOMAINS_REALM_BENCH_H
#define REEVE_TESTS_DOMAINS_REALM_BENCH_H

#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "tests/domains/table.h"

/* Builds and starts a Realm of that much RAM with 3 pages of content at RAM + 4
 * MiB. */
struct domain *realm_start(struct table *table, uint64_t ram_size);

/* Has vCPU 0 ask for RIPAS `ripas` on [base, top) with RSI_IPA_STATE_SET, and
 * does the hypervisor's part. Returns true if some of the change was made. */
bool realm_asks(struct table *table, struct domain *domain, uint64_t base,
		uint64_t top, uint64_t flags, unsigned ripas);

/* Returns the page that is shared at an IPA of the shared half, or NULL. */
void *realm_shared_page(struct table *table, struct domain *domain,
			uint64_t ipa);

/* Returns how many pages of a kind the Realm holds. */
static inline uint64_t realm_pages(const struct domain *domain,
				   enum granules_kind kind)
{
	return domain->realm.granules.account.held[kind];
}

#endif
