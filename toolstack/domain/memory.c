/* SPDX-License-Identifier: BSD-3-Clause */
/* How much RAM the guest has. */
#include <inttypes.h>
#include <stdio.h>

#include "toolstack/domain/read.h"

/*
 * On Arm the guest gets maxmem of RAM, while the hypervisor lets it have
 * memory: the larger fails, the smaller shrinks the guest unseen.
 */
static void ram_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	bool read = !domain_is_refused(domain, KEY_memory) &&
		    !domain_is_refused(domain, KEY_maxmem);

	if (domain->memory == DOMAIN_UNSET)
		domain->memory = domain->maxmem;
	if (domain->maxmem == DOMAIN_UNSET)
		domain->maxmem = domain->memory;
	if (domain->memory == DOMAIN_UNSET && read) {
		key_refuse(reader, KEY_memory, "add memory=MIB, such as 512",
			   "the guest has no RAM: neither memory nor maxmem is "
			   "set");
	} else if (domain->memory != domain->maxmem && read) {
		key_refuse(reader, KEY_maxmem, "remove one of the two",
			   "%" PRId64 " MiB is not memory's %" PRId64
			   ": on Arm the RAM is all there from the start, so both "
			   "must be the same",
			   domain->maxmem, domain->memory);
	}
}

/* Whether vNUMA was asked for in vain; a Realm's rules speak for themselves. */
static void vnuma_settle(struct reader *reader)
{
	if (reader->domain->vnuma.count > 0 && !reader->domain->realm) {
		key_warn(reader, KEY_vnuma, "remove it",
			 "Arm guests have no virtual NUMA; this is ignored");
	}
}

void domain_settle_memory(struct reader *reader)
{
	ram_settle(reader);
	vnuma_settle(reader);
}
