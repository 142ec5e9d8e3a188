/* SPDX-License-Identifier: BSD-3-Clause */
/* Root tables and walks of Realm Translation Tables, and the look-ups for a
 * Realm's calls. */
#include "rmm/core/rtt/rtt.h"

#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"

#define IPA_BITS_MIN 32
#define IPA_BITS_MAX 48
/* The width of physical addresses that start level 0 needs. */
#define PA_BITS_LEVEL_0 44

/* Returns the IPA bits that a single root table at start_level resolves. */
static uint32_t root_bits(int start_level)
{
	return 12 + 9 * (uint32_t)(RTT_LEVEL_MAX - start_level + 1);
}

/* docs/rmi.md, Walk and level rules. Up to 16 tables concatenate; at level 0
 * one table resolves the greatest width. */
unsigned rtt_root_count(uint32_t ipa_bits, int64_t start_level, unsigned pa_bits)
{
	uint32_t bits;

	if (start_level < RTT_LEVEL_MIN || start_level > RTT_LEVEL_MAX ||
	    ipa_bits < IPA_BITS_MIN || ipa_bits > IPA_BITS_MAX)
		return 0;
	if (start_level == 0 && pa_bits < PA_BITS_LEVEL_0)
		return 0;
	bits = root_bits((int)start_level);
	if (ipa_bits < bits - 8 || ipa_bits > bits + 4)
		return 0;
	return ipa_bits > bits ? 1U << (ipa_bits - bits) : 1;
}

static void root_lock(struct rmm *rmm, const struct realm_s2 *s2, uint64_t i,
		      struct granule_ref *out)
{
	granule_lock_owned(rmm, pa_add(s2->root, i * GRANULE_SIZE), GRANULE_RTT,
			   out);
}

/* Protected entries become EMPTY. Plain stores are enough, because nothing
 * walks the table yet. */
static void root_fill(const struct realm_s2 *s2, uint64_t first_ipa,
		      uint64_t *entries)
{
	const struct rtt_entry empty = { .kind = RTT_UNASSIGNED };
	const struct rtt_entry ns = { .kind = RTT_UNASSIGNED_NS };
	uint64_t size = rtt_level_size(s2->start_level);

	for (unsigned i = 0; i < RTT_ENTRIES; i++) {
		ipa_t ipa = ipa_make(first_ipa + i * size);

		entries[i] = rtt_entry_encode(
			realm_ipa_protected(s2, ipa) ? empty : ns,
			s2->start_level);
	}
}

void rtt_roots_init(struct rmm *rmm, const struct realm_s2 *s2)
{
	uint64_t size = RTT_ENTRIES * rtt_level_size(s2->start_level);

	for (unsigned i = 0; i < s2->root_count; i++) {
		struct granule_ref root;
		uint64_t *entries;

		root_lock(rmm, s2, i, &root);
		entries = granule_map(&root);
		root_fill(s2, i * size, entries);
		granule_unmap(&root, entries);
		granule_unlock(&root);
	}
}

unsigned rtt_roots_lock(struct rmm *rmm, const struct realm_s2 *s2)
{
	unsigned refs = 0;

	for (unsigned i = 0; i < s2->root_count; i++) {
		struct granule_ref root;

		root_lock(rmm, s2, i, &root);
		refs += granule_refs(&root);
	}
	return refs;
}

static struct granule_ref root_held(struct rmm *rmm, const struct realm_s2 *s2,
				    uint64_t i)
{
	return granule_held(rmm, pa_add(s2->root, i * GRANULE_SIZE));
}

void rtt_roots_unlock(struct rmm *rmm, const struct realm_s2 *s2)
{
	for (unsigned i = 0; i < s2->root_count; i++) {
		struct granule_ref root = root_held(rmm, s2, i);

		granule_unlock(&root);
	}
}

void rtt_roots_release(struct rmm *rmm, const struct realm_s2 *s2)
{
	for (unsigned i = 0; i < s2->root_count; i++) {
		struct granule_ref root = root_held(rmm, s2, i);

		granule_unlock_to(&root, GRANULE_DELEGATED);
	}
}

void rtt_realm_take(struct granule_ref *rd, struct rtt_realm *out)
{
	struct rd *content = granule_map(rd);

	*out = (struct rtt_realm){
		.rd = *rd,
		.s2 = content->s2,
		.state = realm_life_state(content),
	};
	granule_unmap(rd, content);
	*rd = GRANULE_NONE_HELD;
}

bool rtt_realm_lock(struct rmm *rmm, pa_t rd, struct rtt_realm *out)
{
	struct granule_ref ref;

	if (!granule_lock(rmm, rd, GRANULE_RD, &ref))
		return false;
	rtt_realm_take(&ref, out);
	return true;
}

void rtt_realm_unlock(struct rtt_realm *realm)
{
	granule_unlock(&realm->rd);
}

static unsigned index_at(ipa_t ipa, int level)
{
	return (unsigned)(ipa.value / rtt_level_size(level) % RTT_ENTRIES);
}

/* Goes down one level, hand over hand; returns false if there is no table. */
static bool walk_down(struct rtt_walk *walk, ipa_t ipa)
{
	struct rtt_entry entry = rtt_walk_entry(walk, walk->index);
	struct granule_ref child;

	if (entry.kind != RTT_TABLE)
		return false;
	granule_lock_owned(walk->table.rmm, entry.pa, GRANULE_RTT, &child);
	rtt_walk_end(walk);
	walk->table = child;
	walk->entries = granule_map(&child);
	walk->level++;
	walk->index = index_at(ipa, walk->level);
	return true;
}

void rtt_walk_start(struct rmm *rmm, const struct realm_s2 *s2, ipa_t ipa,
		    int level, struct rtt_walk *out)
{
	uint64_t span = RTT_ENTRIES * rtt_level_size(s2->start_level);

	root_lock(rmm, s2, ipa.value / span, &out->table);
	out->entries = granule_map(&out->table);
	out->level = s2->start_level;
	out->index = index_at(ipa, out->level);
	while (out->level < level && walk_down(out, ipa))
		;
}

void rtt_walk_end(struct rtt_walk *walk)
{
	granule_unmap(&walk->table, walk->entries);
	granule_unlock(&walk->table);
}

void rtt_realm_walk(struct rtt_realm *realm, ipa_t ipa, int level,
		    struct rtt_walk *out)
{
	rtt_walk_start(realm->rd.rmm, &realm->s2, ipa, level, out);
	rtt_realm_unlock(realm);
}

struct rtt_entry rtt_walk_entry(const struct rtt_walk *walk, unsigned index)
{
	return rtt_entry_decode(walk->entries[index], walk->level);
}

void rtt_walk_write(const struct rtt_walk *walk, unsigned index,
		    struct rtt_entry entry)
{
	port_entry_write(walk->table.rmm->port, &walk->entries[index],
			 rtt_entry_encode(entry, walk->level));
}

unsigned rtt_walk_run(const struct rtt_walk *walk, unsigned index, unsigned end)
{
	const uint64_t *entry = walk->entries + index;
	const uint64_t *top = walk->entries + end;
	uint64_t word = *entry;

	/* The CPU loads two words by one instruction. */
	while (top - entry > 2 && ((entry[1] ^ word) | (entry[2] ^ word)) == 0)
		entry += 2;
	do
		entry++;
	while (entry < top && *entry == word);
	return (unsigned)(entry - walk->entries);
}

void rtt_walk_write_run(const struct rtt_walk *walk, unsigned index,
			unsigned end, struct rtt_entry entry)
{
	uint64_t word = rtt_entry_encode(entry, walk->level);

	if (rtt_word_valid(word) || rtt_word_valid(walk->entries[index])) {
		for (; index < end; index++)
			rtt_walk_write(walk, index, entry);
		return;
	}
	/* Hardware finds nothing there before and after: no barrier. */
	for (; index < end; index++)
		walk->entries[index] = word;
}

uint64_t rtt_walk_error(const struct rtt_walk *walk)
{
	return rmi_error_rtt(walk->level);
}

/* The mapped page rule: docs/rsi.md, Access to the pages that a call names. */
static enum rtt_page page_state(struct rtt_entry entry)
{
	if (entry.ripas == RMI_RIPAS_EMPTY)
		return RTT_PAGE_REFUSED;
	if (entry.kind == RTT_ASSIGNED && entry.ripas == RMI_RIPAS_RAM)
		return RTT_PAGE_READY;
	return RTT_PAGE_ABSENT;
}

enum rtt_page rtt_page_find(struct rmm *rmm, const struct realm_s2 *s2,
			    ipa_t ipa, struct rtt_walk *walk, pa_t *pa,
			    int *level)
{
	struct rtt_entry entry;
	enum rtt_page page;

	rtt_walk_start(rmm, s2, ipa, RTT_LEVEL_MAX, walk);
	entry = rtt_walk_entry(walk, walk->index);
	page = page_state(entry);
	*level = walk->level;
	*pa = pa_add(entry.pa, ipa.value % rtt_level_size(walk->level));
	if (page != RTT_PAGE_READY)
		rtt_walk_end(walk);
	return page;
}

/* Returns the first entry, from the walk's on, that has another RIPAS than the
 * walk's, but end if all before it have the same. */
static unsigned ripas_end(const struct rtt_walk *walk, unsigned end)
{
	uint8_t ripas = rtt_walk_entry(walk, walk->index).ripas;
	unsigned i = walk->index;

	do {
		struct rtt_entry entry = rtt_walk_entry(walk, i);

		if (entry.kind == RTT_TABLE || entry.ripas != ripas)
			break;
		i = rtt_walk_run(walk, i, end);
	} while (i < end);
	return i;
}

/* Returns the end of the entries of the walk's table that map [start, top). */
static unsigned entries_end(const struct rtt_walk *walk, ipa_t start, ipa_t top)
{
	uint64_t size = rtt_level_size(walk->level);
	uint64_t base = align_down(start.value, size);
	uint64_t count = (top.value - base - 1) / size + 1;

	return (unsigned)smaller(walk->index + count, RTT_ENTRIES);
}

uint8_t rtt_ripas_get(struct rmm *rmm, const struct realm_s2 *s2, ipa_t start,
		      ipa_t *top)
{
	struct rtt_walk walk;
	uint64_t size, end;
	unsigned last;
	uint8_t ripas;

	rtt_walk_start(rmm, s2, start, RTT_LEVEL_MAX, &walk);
	size = rtt_level_size(walk.level);
	last = ripas_end(&walk, entries_end(&walk, start, *top));
	end = align_down(start.value, size) + (last - walk.index) * size;
	if (end < top->value)
		*top = ipa_make(end);
	ripas = rtt_walk_entry(&walk, walk.index).ripas;
	rtt_walk_end(&walk);
	return ripas;
}
