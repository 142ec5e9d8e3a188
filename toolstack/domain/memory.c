/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the amount of RAM of the guest. */
#include <inttypes.h>
#include <stdio.h>

#include "toolstack/domain/read.h"

/*
 * On Arm libxl gives the guest maxmem of RAM, but Xen lets it have only memory.
 * If maxmem is larger, the guest fails; if it is smaller, the guest has less
 * than memory says, and nothing tells the user. So both must be the same.
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

/* Warns that vNUMA has no effect. For a Realm the policy has a rule on it. */
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
