/* SPDX-License-Identifier: BSD-3-Clause */
/* What a Realm is to be: all that realm_build() needs to know. */
#ifndef REEVE_HYPERVISOR_CORE_REALM_REALM_PLAN_H
#define REEVE_HYPERVISOR_CORE_REALM_REALM_PLAN_H

#include <stdint.h>

#include "abi/rmi.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/core/rmi/rtt_layout.h"
#include "lib/addr.h"

/* Guest RAM: whole pages. */
struct realm_ram {
	ipa_t base;
	uint64_t size;
};

/*
 * Content loaded, and measured, before the Realm starts. source are
 * consecutive Non-secure pages; what follows size in the last one is zero.
 */
struct realm_segment {
	ipa_t ipa; /* page-aligned */
	uint64_t size; /* bytes, not 0 */
	pa_t source; /* page-aligned */
};

struct realm_plan {
	const struct realm_ram *ram; /* ascending, apart from each other */
	unsigned ram_count;
	/* Ascending, no page in two of them, each within one RAM range. */
	const struct realm_segment *segments;
	unsigned segment_count;
	unsigned vcpus; /* vCPU n has the affinity GUEST_MPIDR(n) */
	uint64_t pc; /* the boot vCPU's, and its X0..X7 */
	uint64_t gprs[RMI_REC_CREATE_GPRS];
	uint8_t hash_algo; /* RMI_HASH_* */
	uint8_t rpv[RMI_RPV_SIZE];
	/* Given up as soon as this is not 0 (any thread may set it); or NULL. */
	const uint32_t *cancelled;
};

/*
 * Checks a plan against what the host offers and chooses its stage 2. NULL:
 * good, *layout is written; else what is wrong.
 */
const char *realm_plan_check(const struct realm_plan *plan,
			     const struct host_info *info,
			     struct rtt_layout *layout);

#endif
