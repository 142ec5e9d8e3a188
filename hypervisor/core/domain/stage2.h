/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 of an ordinary guest (DDI0487, "VMSAv8-64"): 4 KiB granule, 39-bit
 * IPAs, one level 1 table at the top. It maps pages and 2 MiB blocks of RAM as
 * Normal Write-Back, for reading, writing and execution, and pages that are to
 * be read only.
 *
 * The attributes of leaves are those for HCR_EL2.FWB = 1, which the port has to
 * set: a guest whose caches are off then still sees what the hypervisor wrote.
 * The port also has to order stores before walks (DSB ISHST) when it enters a
 * guest.
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

/* Allocates the top table. Returns false, noted in granules->failure, if there
 * is no page for it. */
bool stage2_init(struct stage2 *stage2, struct granules *granules);

/* The entry at which the walk for an IPA ends. */
struct stage2_entry {
	int level; /* of its table: 1, 2 or 3 */
	bool mapped;
	pa_t pa; /* of the page or block, if mapped */
};

struct stage2_entry stage2_look(const struct stage2 *stage2, ipa_t ipa);

/* Memory of a guest that is consecutive for the host, too. */
struct stage2_run {
	ipa_t ipa;
	pa_t pa;
	uint64_t size; /* bytes, whole pages */
};

/* Finds the mapped memory around an IPA: the block that it lies in, or the page
 * with the consecutive ones on both sides, of the STAGE2_GROUP pages that it is
 * one of. Returns false if nothing is mapped there. */
#define STAGE2_GROUP 64
bool stage2_around(const struct stage2 *stage2, ipa_t ipa,
		   struct stage2_run *run);

/*
 * Maps a page (level 3) or a block (level 2), charged as GRANULES_GUEST, where
 * nothing is mapped yet. The guest can execute what the memory holds. Returns
 * false, noted, if there is no page for a table.
 */
bool stage2_map(struct stage2 *stage2, ipa_t ipa, pa_t pa, int level);

/* The same for a page that the guest can neither write nor execute. */
bool stage2_map_readable(struct stage2 *stage2, ipa_t ipa, pa_t pa);

/* Frees all mapped pages and the tables. No TLB may hold entries of them. */
void stage2_destroy(struct stage2 *stage2);

/* Returns the most tables that mapping [base, base + size) can need. */
uint64_t stage2_tables_max(ipa_t base, uint64_t size);

/* Returns the value of VTTBR_EL2. */
uint64_t stage2_vttbr(const struct stage2 *stage2, unsigned vmid);
/* Returns the value of VTCR_EL2, for VMIDs of 8 bits. pa_range is
 * ID_AA64MMFR0_EL1.PARange. */
uint64_t stage2_vtcr(unsigned pa_range);

#endif
