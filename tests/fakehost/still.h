/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * struct domain_ops for a host where everything stands still: vCPUs have no
 * threads and are never entered, and the test sets the time.
 */
#ifndef REEVE_TESTS_FAKEHOST_STILL_H
#define REEVE_TESTS_FAKEHOST_STILL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/attack/attack.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/rmi/pages.h"

struct still {
	struct domain_ops ops;
	struct attacks attacks; /* attacks.ops is for domains_config.attack */
	const struct pages *pages;
	uint64_t now_ns;
	bool work; /* domains_work() is due */
	bool off; /* the machine was turned off */
	unsigned threads; /* threads of vCPUs that exist */
	unsigned kicks;
	unsigned touches;
	unsigned consoles; /* bit i: a domain has slot i */
	unsigned flushed; /* the VMID of the last TLB flush */
};

/* pages_used() tells the use of pages. *still must not move. */
void still_init(struct still *still, const struct pages *pages);

#endif
