/* SPDX-License-Identifier: BSD-3-Clause */
/* A Realm that asks for things, on the bench of the tests of domains. */
#ifndef REEVE_TESTS_DOMAINS_REALM_BENCH_H
#define REEVE_TESTS_DOMAINS_REALM_BENCH_H

#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "tests/domains/table.h"

/* A Realm of that much RAM with 3 pages of content at RAM + 4 MiB, RUNNING. */
struct domain *realm_start(struct table *table, uint64_t ram_size);

/* vCPU 0 asks for RIPAS ripas on [base, top) with RSI_IPA_STATE_SET and these
 * flags; the host's part. What memory_ripas_change() says; false also if the
 * RMM does not have it run. */
bool realm_asks(struct table *table, struct domain *domain, uint64_t base,
		uint64_t top, uint64_t flags, unsigned ripas);

/* The page that is shared at an unprotected IPA, for the host; NULL: none. */
void *realm_shared_page(struct table *table, struct domain *domain,
			uint64_t ipa);

/* Pages that the Realm holds, by kind. */
static inline uint64_t realm_pages(const struct domain *domain,
				   enum granules_kind kind)
{
	return domain->realm.granules.account.held[kind];
}

#endif
