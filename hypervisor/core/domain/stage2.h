/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 of an ordinary guest (Arm ARM DDI0487, VMSAv8-64): 4 KiB granule,
 * 39-bit IPAs, from one level-1 table down; pages and 2 MiB blocks of RAM,
 * Normal Write-Back, read, write and execute.
 *
 * Leaf attributes are those of HCR_EL2.FWB = 1, which the port has to set:
 * a guest with its caches off then still sees what the host wrote. The port
 * also has to order stores before walks (DSB ISHST) when it enters a guest.
 */
#ifndef REEVE_HYPERVISOR_CORE_DOMAIN_STAGE2_H
#define REEVE_HYPERVISOR_CORE_DOMAIN_STAGE2_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/rmi/granules.h"
#include "lib/addr.h"

#define STAGE2_IPA_BITS    39
#define STAGE2_BLOCK_LEVEL 2
#define STAGE2_PAGE_LEVEL  3

struct stage2 {
	struct granules *granules; /* charged with tables (GRANULES_SHARED) */
	struct granules_range root; /* count 0: there is none */
};

/* false: noted in granules->failure. */
bool stage2_init(struct stage2 *stage2, struct granules *granules);

/* What is mapped at an IPA. */
struct stage2_entry {
	int level; /* where the walk ended: 1, 2 or 3 */
	bool mapped;
	pa_t pa; /* of the whole entry, if mapped */
};

struct stage2_entry stage2_look(const struct stage2 *stage2, ipa_t ipa);

/*
 * Maps a page (level 3) or a block (level 2) of the guest's, GRANULES_GUEST,
 * where nothing is mapped yet. false: no page for a table; noted.
 */
bool stage2_map(struct stage2 *stage2, ipa_t ipa, pa_t pa, int level);

/* Frees all that is mapped, and the tables. No TLB may hold any of it. */
void stage2_destroy(struct stage2 *stage2);

/* The most tables that [base, base + size) can need. */
uint64_t stage2_tables_max(ipa_t base, uint64_t size);

/* VTTBR_EL2. */
uint64_t stage2_vttbr(const struct stage2 *stage2, unsigned vmid);
/* VTCR_EL2; pa_range is ID_AA64MMFR0_EL1.PARange. VMIDs have 8 bits. */
uint64_t stage2_vtcr(unsigned pa_range);

#endif
