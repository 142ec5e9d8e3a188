/* SPDX-License-Identifier: BSD-3-Clause */
/* The plan of a Realm: all that realm_build() needs to know. */
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
 * Content that is loaded and measured before the Realm starts. Its source is
 * consecutive Non-secure pages; the bytes after it in the last page are zero.
 */
struct realm_segment {
	ipa_t ipa; /* page-aligned */
	uint64_t size; /* bytes, not 0 */
	pa_t source; /* page-aligned */
};

struct realm_plan {
	const struct realm_ram *ram; /* ascending, no overlap */
	unsigned ram_count;
	/* Ascending, no page in two of them, each within one RAM range. */
	const struct realm_segment *segments;
	unsigned segment_count;
	unsigned vcpus; /* vCPU n has the affinity GUEST_MPIDR(n) */
	uint64_t pc; /* the boot vCPU's, and its X0..X7 */
	uint64_t gprs[RMI_REC_CREATE_GPRS];
	uint8_t hash_algo; /* RMI_HASH_* */
	uint8_t rpv[RMI_RPV_SIZE];
	/* The build fails soon after any thread sets this to not 0; or NULL. */
	const uint32_t *cancelled;
};

/*
 * Checks a plan against what the RMM offers and chooses the shape of its stage
 * 2, *layout. Returns NULL if the plan is good, or else the reason.
 */
const char *realm_plan_check(const struct realm_plan *plan,
			     const struct host_info *info,
			     struct rtt_layout *layout);

#endif
