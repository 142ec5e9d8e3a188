/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_CREATE, _FOLD and _DESTROY, which make and remove tables, and
 * RMI_RTT_READ_ENTRY.
 *
 * A table has a reference for each of its entries that is a table or assigned
 * protected memory. When an assigned block is unfolded, the new table has 512
 * references, and its parent keeps the one that it had for the block.
 */
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* A table that the host names by IPA and level, and the walk that stopped at
 * the table above it (the parent), or earlier. */
struct target {
	struct rtt_walk walk;
	uint32_t vmid;
	ipa_t ipa;
	int level;
	bool protected;
};

/* docs/rmi.md, The structure rule. */
static bool structure_valid(const struct realm_s2 *s2, uint64_t ipa,
			    int64_t level)
{
	return level > s2->start_level && level <= RTT_LEVEL_MAX &&
	       ipa < realm_ipa_size(s2) &&
	       is_aligned(ipa, rtt_level_size((int)level - 1));
}

/* Returns RMI_SUCCESS, with the walk's table locked, or RMI_ERROR_INPUT. */
static uint64_t target_find(struct rmm *rmm, uint64_t rd, uint64_t ipa,
			    uint64_t level, struct target *target)
{
	struct rtt_realm realm;

	if (!rtt_realm_lock(rmm, pa_make(rd), &realm))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!structure_valid(&realm.s2, ipa, (int64_t)level)) {
		rtt_realm_unlock(&realm);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	target->vmid = realm.s2.vmid;
	target->ipa = ipa_make(ipa);
	target->level = (int)level;
	target->protected = realm_ipa_protected(&realm.s2, target->ipa);
	rtt_realm_walk(&realm, target->ipa, target->level - 1, &target->walk);
	return rmi_return(RMI_SUCCESS, 0);
}

static bool target_reached(const struct target *target)
{
	return target->walk.level == target->level - 1;
}

static struct rtt_entry target_entry(const struct target *target)
{
	return rtt_walk_entry(&target->walk, target->walk.index);
}

/* Returns whether the walk reached the entry of the table, and it exists. */
static bool target_is_table(const struct target *target)
{
	return target_reached(target) && target_entry(target).kind == RTT_TABLE;
}

/*
 * Replaces the entry of the parent. If stale is not 0, hardware may hold the
 * old entry, and the change is break before make: an invalid entry, the
 * invalidation of [ipa, ipa + stale) in the TLBs, then the new entry. The lock
 * of the parent keeps the invalid entry from other commands.
 */
static void target_replace(const struct target *target, struct rtt_entry entry,
			   uint64_t stale)
{
	const struct rtt_walk *walk = &target->walk;
	const struct rtt_entry broken = { .kind = RTT_UNASSIGNED };

	if (stale != 0) {
		rtt_walk_write(walk, walk->index, broken);
		port_tlb_invalidate(walk->table.rmm->port, target->vmid,
				    target->ipa, stale);
	}
	rtt_walk_write(walk, walk->index, entry);
}

/* ---- RTT_CREATE ---- */

static uint64_t table_create_check(const struct target *target)
{
	if (!target_reached(target) || target_is_table(target))
		return rtt_walk_error(&target->walk);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Plain stores are enough, because nothing walks the new table yet. Four words
 * at a time are two instructions of the CPU and half the turns of a loop. */
static void table_fill(const struct granule_ref *table, struct rtt_entry whole,
		       int level)
{
	uint64_t *entries = granule_map(table);
	uint64_t word = rtt_entry_encode(whole, level);
	uint64_t step = rtt_entry_step(whole, level);

	for (unsigned i = 0; i < RTT_ENTRIES; i += 4, word += 4 * step) {
		entries[i] = word;
		entries[i + 1] = word + step;
		entries[i + 2] = word + 2 * step;
		entries[i + 3] = word + 3 * step;
	}
	granule_unmap(table, entries);
}

/*
 * Unfolds the entry of the parent into the table. An assigned block counts as a
 * reference of the parent already, and each of its parts counts as one of the
 * table. It is enough to invalidate one address to drop a block from the TLBs.
 */
static void table_create(struct target *target, struct granule_ref *table)
{
	struct rtt_entry whole = target_entry(target);
	const struct rtt_entry parent = { .kind = RTT_TABLE, .pa = table->pa };

	granule_set_state(table, GRANULE_RTT);
	table_fill(table, whole, target->level);
	if (whole.kind == RTT_ASSIGNED)
		granule_refs_add(table, RTT_ENTRIES);
	else
		granule_refs_add(&target->walk.table, 1);
	target_replace(target, parent,
		       rtt_entry_mapped(whole) ? GRANULE_SIZE : 0);
}

/*
 * docs/rmi.md, RMI_RTT_CREATE. The lock of the granule comes after those of
 * tables (granule.h), so its state is looked at twice: in step 1, and in step 6
 * for good. Step 3 needs no check: a tracked granule lies below 2^48. A
 * DELEGATED granule is not the RD.
 */
uint64_t rmi_rtt_create(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	struct granule_ref table;
	struct target target;
	uint64_t status;

	(void)results; /* it has none */
	if (!granule_is(rmm, pa_make(args[1]), GRANULE_DELEGATED))
		return rmi_return(RMI_ERROR_INPUT, 0);
	status = target_find(rmm, args[0], args[2], args[3], &target);
	if (status != RMI_SUCCESS)
		return status;
	status = table_create_check(&target);
	if (status == RMI_SUCCESS) {
		if (granule_lock(rmm, pa_make(args[1]), GRANULE_DELEGATED,
				 &table)) {
			table_create(&target, &table);
			granule_unlock(&table);
		} else {
			status = rmi_return(RMI_ERROR_INPUT, 0);
		}
	}
	rtt_walk_end(&target.walk);
	return status;
}

/* Serves a command about the table that the host names; the parent, or the
 * table where the walk stopped, is locked. */
typedef uint64_t table_fn(struct rmm *rmm, struct target *target,
			  uint64_t *results);

/* Finds the table by the arguments RD, IPA and level, and serves a command. */
static uint64_t table_command(struct rmm *rmm, const uint64_t *args,
			      uint64_t *results, table_fn *command)
{
	struct target target;
	uint64_t status = target_find(rmm, args[0], args[1], args[2], &target);

	if (status != RMI_SUCCESS)
		return status;
	status = command(rmm, &target, results);
	rtt_walk_end(&target.walk);
	return status;
}

/* ---- RTT_FOLD ---- */

/* Returns whether all entries are the parts of one entry, *whole. */
static bool table_uniform(const uint64_t *entries, int level,
			  struct rtt_entry *whole)
{
	uint64_t step;

	*whole = rtt_entry_decode(entries[0], level);
	if (whole->kind == RTT_TABLE ||
	    !is_aligned(whole->pa.value, rtt_level_size(level - 1)))
		return false;
	step = rtt_entry_step(*whole, level);
	for (unsigned i = 1; i < RTT_ENTRIES; i++) {
		if (entries[i] != entries[i - 1] + step)
			return false;
	}
	return true;
}

/* docs/rmi.md, RMI_RTT_FOLD steps 5 to 7; table is the one to fold. */
static uint64_t table_fold_check(const struct granule_ref *table, int level,
				 struct rtt_entry *whole)
{
	unsigned refs = granule_refs(table);
	uint64_t *entries;
	bool uniform;

	if (refs != 0 && refs != RTT_ENTRIES)
		return rmi_error_rtt(level);
	if (refs == RTT_ENTRIES && level <= rtt_block_level_min(false))
		return rmi_error_rtt(level - 1);
	entries = granule_map(table);
	uniform = table_uniform(entries, level, whole);
	granule_unmap(table, entries);
	if (!uniform)
		return rmi_error_rtt(level);
	if (rtt_entry_live(*whole) &&
	    level <= rtt_block_level_min(whole->kind == RTT_ASSIGNED))
		return rmi_error_rtt(level - 1);
	return rmi_return(RMI_SUCCESS, 0);
}

/* The parent counts an assigned block in place of the table, so its number of
 * references stays the same then. */
static void table_fold_do(struct target *target, struct granule_ref *table,
			  struct rtt_entry whole)
{
	uint64_t stale = rtt_entry_mapped(whole)
				 ? rtt_level_size(target->level - 1)
				 : GRANULE_SIZE;

	target_replace(target, whole, stale);
	granule_refs_drop(table, granule_refs(table));
	granule_set_state(table, GRANULE_DELEGATED);
	if (whole.kind != RTT_ASSIGNED)
		granule_refs_drop(&target->walk.table, 1);
}

static uint64_t table_fold(struct rmm *rmm, struct target *target,
			   uint64_t *results)
{
	struct granule_ref table;
	struct rtt_entry whole;
	uint64_t status;

	if (!target_is_table(target))
		return rtt_walk_error(&target->walk);
	granule_lock_owned(rmm, target_entry(target).pa, GRANULE_RTT, &table);
	status = table_fold_check(&table, target->level, &whole);
	if (status == RMI_SUCCESS) {
		results[0] = table.pa.value;
		table_fold_do(target, &table, whole);
	}
	granule_unlock(&table);
	return status;
}

uint64_t rmi_rtt_fold(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	return table_command(rmm, args, results, table_fold);
}

/* ---- RTT_DESTROY ---- */

/* Returns the first IPA, from the target's on, whose entry in the walk's table
 * is live, or the end of that table. */
static uint64_t target_next_live(const struct target *target)
{
	const struct rtt_walk *walk = &target->walk;
	uint64_t size = rtt_level_size(walk->level);
	uint64_t base = align_down(target->ipa.value, size);
	unsigned i = walk->index;

	if (rtt_entry_live(rtt_walk_entry(walk, i)))
		return target->ipa.value;
	while (i < RTT_ENTRIES && !rtt_entry_live(rtt_walk_entry(walk, i)))
		i = rtt_walk_run(walk, i, RTT_ENTRIES);
	return base + (i - walk->index) * size;
}

/* In the protected half no entry of the table is valid, and it is enough to
 * invalidate one address to drop the walk from the TLBs. In the unprotected
 * half the NS mappings of the table go with it, and all of them are
 * invalidated. */
static void table_destroy_do(struct target *target, struct granule_ref *table)
{
	const struct rtt_entry destroyed = {
		.kind = RTT_UNASSIGNED,
		.ripas = RMI_RIPAS_DESTROYED,
	};
	const struct rtt_entry ns = { .kind = RTT_UNASSIGNED_NS };

	if (target->protected)
		target_replace(target, destroyed, GRANULE_SIZE);
	else
		target_replace(target, ns, rtt_level_size(target->level - 1));
	granule_refs_drop(&target->walk.table, 1);
	granule_set_state(table, GRANULE_DELEGATED);
}

static uint64_t table_destroy(struct rmm *rmm, struct target *target,
			      uint64_t *results)
{
	uint64_t status = rmi_return(RMI_SUCCESS, 0);
	struct granule_ref table;

	if (!target_is_table(target)) {
		results[1] = target_next_live(target);
		return rtt_walk_error(&target->walk);
	}
	granule_lock_owned(rmm, target_entry(target).pa, GRANULE_RTT, &table);
	if (granule_refs(&table) == 0) {
		results[0] = table.pa.value;
		table_destroy_do(target, &table);
		results[1] = target_next_live(target);
	} else {
		results[1] = target->ipa.value;
		status = rmi_error_rtt(target->level);
	}
	granule_unlock(&table);
	return status;
}

uint64_t rmi_rtt_destroy(struct rmm *rmm, const uint64_t *args,
			 uint64_t *results)
{
	return table_command(rmm, args, results, table_destroy);
}

/* ---- RTT_READ_ENTRY ---- */

static uint64_t entry_state(enum rtt_kind kind)
{
	switch (kind) {
	case RTT_UNASSIGNED:
	case RTT_UNASSIGNED_NS:
		return RMI_ENTRY_UNASSIGNED;
	case RTT_ASSIGNED:
	case RTT_ASSIGNED_NS:
		return RMI_ENTRY_ASSIGNED;
	case RTT_TABLE:
		break;
	}
	return RMI_ENTRY_TABLE;
}

static bool entry_named(const struct realm_s2 *s2, uint64_t ipa, int64_t level)
{
	return level >= s2->start_level && level <= RTT_LEVEL_MAX &&
	       ipa < realm_ipa_size(s2) &&
	       is_aligned(ipa, rtt_level_size((int)level));
}

uint64_t rmi_rtt_read_entry(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	struct rtt_realm realm;
	struct rtt_entry entry;
	struct rtt_walk walk;

	if (!rtt_realm_lock(rmm, pa_make(args[0]), &realm))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!entry_named(&realm.s2, args[1], (int64_t)args[2])) {
		rtt_realm_unlock(&realm);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	rtt_realm_walk(&realm, ipa_make(args[1]), (int)args[2], &walk);
	entry = rtt_walk_entry(&walk, walk.index);
	results[0] = (uint64_t)walk.level;
	results[1] = entry_state(entry.kind);
	results[2] = entry.pa.value | entry.attrs;
	results[3] = entry.ripas;
	rtt_walk_end(&walk);
	return rmi_return(RMI_SUCCESS, 0);
}
