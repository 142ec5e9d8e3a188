/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the vCPUs: their number, the CPUs they run on, and the memory that
 * their tables cost. */
#include <inttypes.h>
#include <stdio.h>

#include "abi/guest_map.h"
#include "toolstack/domain/read.h"

#define PAGES_PER_MIB 256 /* pages of 4 KiB */

/* xl reads less than one vCPU as one. The number is part of a Realm's
 * measurement, so for a Realm it must not be guessed: it is refused. */
static void least_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;

	if (domain->vcpus >= 1)
		return;
	if (domain->realm) {
		key_refuse(reader, KEY_vcpus, "write the number of vCPUs",
			   "a Realm needs at least one vCPU");
	} else {
		key_warn(reader, KEY_vcpus, "write the number of vCPUs",
			 "%" PRId64 " is read as 1", domain->vcpus);
	}
	domain->vcpus = 1;
}

static void most_settle(struct reader *reader)
{
	const struct domain *domain = reader->domain;
	enum key_id key =
		domain_is_set(domain, KEY_maxvcpus) ? KEY_maxvcpus : KEY_vcpus;

	if (domain->gic_version == DOMAIN_GIC_V2 &&
	    domain->maxvcpus > GUEST_GICV2_MAX_VCPUS) {
		key_refuse(reader, key, "use gic_version=\"v3\" or fewer vCPUs",
			   "%" PRId64 " vCPUs are more than the %d that a GICv2 "
			   "serves",
			   domain->maxvcpus, GUEST_GICV2_MAX_VCPUS);
	}
}

static void count_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;

	least_settle(reader);
	/* To xl, 0 means that the key is not set. */
	if (domain->maxvcpus == DOMAIN_UNSET || domain->maxvcpus == 0)
		domain->maxvcpus = domain->vcpus;
	if (domain->maxvcpus < domain->vcpus) {
		if (!domain_is_refused(domain, KEY_vcpus)) {
			key_refuse(reader, KEY_maxvcpus,
				   "raise it to vcpus, or remove it",
				   "%" PRId64 " is less than vcpus, %" PRId64,
				   domain->maxvcpus, domain->vcpus);
		}
		domain->maxvcpus = domain->vcpus;
	}
	most_settle(reader);
}

/* A list of CPU sets has one entry for each vCPU. Further entries pin
 * nothing. */
static void affinity_settle(struct reader *reader, enum key_id key,
			    const struct domain_list *list)
{
	int64_t vcpus = reader->domain->maxvcpus;

	if ((int64_t)list->count > vcpus) {
		key_warn(reader, key, "remove the entries that are too many",
			 "%zu entries, and only %" PRId64
			 " to be used: one for each "
			 "vCPU",
			 list->count, vcpus);
	}
}

/* Computes what libxl reserves for stage 2 tables: 1 MiB for each vCPU, 4 KiB
 * for each MiB of RAM, and 512 KiB, rounded up to whole MiB. */
static void pool_settle(struct domain *domain)
{
	int64_t pages;

	if (domain->shadow_memory != DOMAIN_UNSET ||
	    domain->maxmem == DOMAIN_UNSET)
		return;
	pages = PAGES_PER_MIB * domain->maxvcpus + domain->maxmem +
		PAGES_PER_MIB / 2;
	domain->shadow_memory = (pages + PAGES_PER_MIB - 1) / PAGES_PER_MIB;
}

void domain_settle_cpus(struct reader *reader)
{
	const struct domain *domain = reader->domain;

	count_settle(reader);
	affinity_settle(reader, KEY_cpus, &domain->cpus);
	affinity_settle(reader, KEY_cpus_soft, &domain->cpus_soft);
	pool_settle(reader->domain);
}
