/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Translation Tables: entries, walks, and the state (HIPAS, RIPAS) that
 * they hold. DEN0137 "Realm Translation Table".
 *
 * Levels: 3 maps 4 KiB, 2 maps 2 MiB, 1 maps 1 GiB, 0 maps 512 GiB.
 */
#ifndef REEVE_RMM_CORE_RTT_RTT_H
#define REEVE_RMM_CORE_RTT_RTT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "rmm/core/granule.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rtt/rtt_entry.h"

#define RTT_LEVEL_MIN 0
#define RTT_LEVEL_MAX 3
#define RTT_ENTRIES   512

/* Bytes that one entry at level maps. */
static inline uint64_t rtt_level_size(int level)
{
	return UINT64_C(1) << (12 + 9 * (RTT_LEVEL_MAX - level));
}

/*
 * Whether start_level suits ipa_bits, and the number of root tables that it
 * takes (rmi-rsi 4.4). pa_bits is the implemented width: start level 0 needs
 * 44. 0: it does not suit.
 */
unsigned rtt_root_count(uint32_t ipa_bits, int64_t start_level,
			unsigned pa_bits);

/*
 * Writes the first content of root tables, which are in state RTT and not
 * locked; rtt_roots_refs() gives the sum of their references. The caller
 * holds the RD, or what becomes it.
 */
void rtt_roots_init(struct rmm *rmm, const struct realm_s2 *s2);
unsigned rtt_roots_refs(struct rmm *rmm, const struct realm_s2 *s2);

/* The Realm that a command names: its RD is locked. */
struct rtt_realm {
	struct granule_ref rd;
	struct realm_s2 s2;
	enum realm_state state;
};

/* false: rd is no RD, and nothing is held. */
bool rtt_realm_lock(struct rmm *rmm, pa_t rd, struct rtt_realm *out);
void rtt_realm_unlock(struct rtt_realm *realm);
/* The same of an RD that is locked already; *rd is handed over. */
void rtt_realm_take(struct granule_ref *rd, struct rtt_realm *out);

/* Where a walk stopped: the table is locked and mapped. */
struct rtt_walk {
	struct granule_ref table;
	uint64_t *entries;
	unsigned index; /* of the entry for the IPA */
	int level; /* of the table */
};

/*
 * Walks from the root towards level for ipa (< IPA size) and stops there or
 * at the first entry that is not a table. No lock of the RD is needed.
 */
void rtt_walk_start(struct rmm *rmm, const struct realm_s2 *s2, ipa_t ipa,
		    int level, struct rtt_walk *out);
void rtt_walk_end(struct rtt_walk *walk);

/*
 * The walk of a command: it lets go of the RD once it holds a table, so that
 * commands in other parts of the IPA space can go on. The held table keeps the
 * Realm from being destroyed: it is a root table, which REALM_DESTROY locks,
 * or a root table counts a reference for it.
 */
void rtt_realm_walk(struct rtt_realm *realm, ipa_t ipa, int level,
		    struct rtt_walk *out);

/* Entries of the walk's table; the second makes hardware see the new one. */
struct rtt_entry rtt_walk_entry(const struct rtt_walk *walk, unsigned index);
void rtt_walk_write(const struct rtt_walk *walk, unsigned index,
		    struct rtt_entry entry);

/* The RMI status ERROR_RTT with the level of the walk's table. */
uint64_t rtt_walk_error(const struct rtt_walk *walk);

/* The state of the page at ipa, as RSI needs it. */
enum rtt_page {
	RTT_PAGE_READY, /* assigned RAM */
	RTT_PAGE_REFUSED, /* RIPAS EMPTY: the Realm's own mistake */
	RTT_PAGE_ABSENT, /* the host has to supply it: exit and retry */
};

/*
 * Looks at the protected page at ipa. With RTT_PAGE_READY the leaf table
 * stays locked in *walk and *pa is the page; the caller ends the walk. With
 * RTT_PAGE_ABSENT *level is the level of the fault to report.
 */
enum rtt_page rtt_page_find(struct rmm *rmm, const struct realm_s2 *s2,
			    ipa_t ipa, struct rtt_walk *walk, pa_t *pa,
			    int *level);

/*
 * The RIPAS at start and how far it reaches: *top becomes the end of the run
 * with the same RIPAS in the deepest table, at most the given *top.
 * [start, *top) is page-aligned, not empty, in the protected half.
 */
uint8_t rtt_ripas_get(struct rmm *rmm, const struct realm_s2 *s2, ipa_t start,
		      ipa_t *top);

#endif
