/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ports of a host where everything stands still: vCPUs have no threads and
 * are never entered, time is what its owner says.
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
	unsigned threads; /* that exist */
	unsigned kicks;
	unsigned touches;
	unsigned threads_max; /* more cannot be started */
	unsigned consoles; /* bit i: slot i was taken */
	unsigned flushed; /* the VMID of the last TLB flush */
};

/* pages: whose use is to be told. It must stay where it is. */
void still_init(struct still *still, const struct pages *pages);

#endif
