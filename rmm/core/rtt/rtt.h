/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Translation Tables (RTTs): walks, and the state (HIPAS, RIPAS) that the
 * tables hold (docs/rmi.md, Granules and stage 2).
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

/* Returns the bytes that one entry at level maps. */
static inline uint64_t rtt_level_size(int level)
{
	return UINT64_C(1) << (12 + 9 * (RTT_LEVEL_MAX - level));
}

/*
 * Returns the lowest level with blocks. It is 1 for Non-secure memory, which is
 * one entry. The granules of Realm memory are handled one by one, while the
 * table is locked and interrupts are masked: a block of 1 GiB would take 512
 * times as long as one of 2 MiB.
 */
static inline int rtt_block_level_min(bool protected)
{
	return protected ? 2 : 1;
}

/*
 * Returns the number of root tables for ipa_bits at start_level, or 0 if that
 * level does not suit (docs/rmi.md, Walk and level rules). pa_bits is the
 * implemented width of physical addresses: start level 0 needs 44.
 */
unsigned rtt_root_count(uint32_t ipa_bits, int64_t start_level,
			unsigned pa_bits);

/* Writes the initial content of root tables, which are RTT granules and not
 * locked. The caller holds the granule that becomes the RD. */
void rtt_roots_init(struct rmm *rmm, const struct realm_s2 *s2);

/*
 * Locks all root tables, and returns the sum of their references;
 * rtt_roots_unlock() lets go of them, and rtt_roots_release() also makes them
 * DELEGATED, which needs a sum of 0. The caller holds the RD.
 */
unsigned rtt_roots_lock(struct rmm *rmm, const struct realm_s2 *s2);
void rtt_roots_unlock(struct rmm *rmm, const struct realm_s2 *s2);
void rtt_roots_release(struct rmm *rmm, const struct realm_s2 *s2);

/* The Realm that a command names. Its RD is locked. */
struct rtt_realm {
	struct granule_ref rd;
	struct realm_s2 s2;
	enum realm_state state;
};

/* Locks the RD at rd. Returns false, with nothing held, if rd is no RD. */
bool rtt_realm_lock(struct rmm *rmm, pa_t rd, struct rtt_realm *out);
void rtt_realm_unlock(struct rtt_realm *realm);
/* Does the same with an RD that is locked already. The lock moves from *rd to
 * *out. */
void rtt_realm_take(struct granule_ref *rd, struct rtt_realm *out);

/* The table where a walk stopped, locked and mapped. */
struct rtt_walk {
	struct granule_ref table;
	uint64_t *entries;
	unsigned index; /* of the entry for the IPA */
	int level; /* of the table */
};

/*
 * Walks for ipa, which lies in the IPA space, from the root table to level, or
 * to the first entry that is no table. Locks are taken hand over hand: a table
 * is locked before the lock of the one above is released, so that it cannot be
 * destroyed in between. The caller has locked the RD or holds a REC of the
 * Realm, either of which keeps the root tables.
 */
void rtt_walk_start(struct rmm *rmm, const struct realm_s2 *s2, ipa_t ipa,
		    int level, struct rtt_walk *out);
void rtt_walk_end(struct rtt_walk *walk);

/*
 * The walk of a command. It releases the RD once it holds a table, so that
 * commands in other parts of the IPA space can proceed. The table that is held
 * keeps the Realm from being destroyed: it is a root table, which
 * RMI_REALM_DESTROY locks, or a root table counts a reference for it.
 */
void rtt_realm_walk(struct rtt_realm *realm, ipa_t ipa, int level,
		    struct rtt_walk *out);

/* Read and write an entry of the walk's table. Hardware sees a new entry when
 * rtt_walk_write() returns. */
struct rtt_entry rtt_walk_entry(const struct rtt_walk *walk, unsigned index);
void rtt_walk_write(const struct rtt_walk *walk, unsigned index,
		    struct rtt_entry entry);

/* A run of entries is those that follow each other and have the same word. In
 * the protected half they are not assigned and have one RIPAS, or it is one
 * entry. */

/* Returns the first entry behind the run that begins at index, but end if the
 * run reaches it. index < end <= RTT_ENTRIES. */
unsigned rtt_walk_run(const struct rtt_walk *walk, unsigned index, unsigned end);
/* Writes the entry to all of a run, as rtt_walk_write() does. */
void rtt_walk_write_run(const struct rtt_walk *walk, unsigned index,
			unsigned end, struct rtt_entry entry);

/* Returns the status ERROR_RTT with the level of the walk's table. */
uint64_t rtt_walk_error(const struct rtt_walk *walk);

/* The state of a page that a Realm's call names (docs/rsi.md, Access to the
 * pages that a call names). */
enum rtt_page {
	RTT_PAGE_READY, /* assigned RAM */
	RTT_PAGE_REFUSED, /* RIPAS EMPTY: a mistake of the Realm */
	RTT_PAGE_ABSENT, /* the host has to map the page: exit, then retry */
};

/*
 * Looks up the protected page at ipa. With RTT_PAGE_READY the leaf table stays
 * locked in *walk and *pa is the page; the caller ends the walk. With
 * RTT_PAGE_ABSENT *level is the level of the fault to report.
 */
enum rtt_page rtt_page_find(struct rmm *rmm, const struct realm_s2 *s2,
			    ipa_t ipa, struct rtt_walk *walk, pa_t *pa,
			    int *level);

/*
 * Returns the RIPAS at start. *top becomes the end of the run of entries with
 * the same RIPAS in the deepest table, if that is lower. [start, *top) is
 * page-aligned, not empty, and in the protected half.
 */
uint8_t rtt_ripas_get(struct rmm *rmm, const struct realm_s2 *s2, ipa_t start,
		      ipa_t *top);

#endif
