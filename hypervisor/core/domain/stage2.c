/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage 2 of an ordinary guest: its tables. */
#include "hypervisor/core/domain/stage2.h"

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/rmi/rtt_layout.h"
#include "lib/number.h"

#define START_LEVEL 1
#define ENTRIES     512

/* Descriptors (DDI0487, "VMSAv8-64 descriptor formats", stage 2). */
#define DESC_VALID         UINT64_C(1)
#define DESC_TABLE         UINT64_C(2) /* at level 3: a page */
#define DESC_ADDRESS_SHIFT 12
#define DESC_ADDRESS_WIDTH 36
#define DESC_MEMATTR_WB    (UINT64_C(6) << 2) /* with FWB: Normal WB */
#define DESC_S2AP_READ     (UINT64_C(1) << 6)
#define DESC_S2AP_RW       (UINT64_C(3) << 6)
#define DESC_SH_INNER      (UINT64_C(3) << 8)
#define DESC_ACCESS_FLAG   (UINT64_C(1) << 10)
#define DESC_XN            (UINT64_C(2) << 53) /* for all levels */
#define DESC_LEAF                                                              \
	(DESC_VALID | DESC_MEMATTR_WB | DESC_SH_INNER | DESC_ACCESS_FLAG)

#define VTCR_SL0_LEVEL_1 (UINT64_C(1) << 6)
#define VTCR_IRGN0_WB    (UINT64_C(1) << 8)
#define VTCR_ORGN0_WB    (UINT64_C(1) << 10)
#define VTCR_SH0_INNER   (UINT64_C(3) << 12)
#define VTCR_RES1        (UINT64_C(1) << 31)
#define VTCR_PS_SHIFT    16
#define VTCR_PS_WIDTH    3
#define VTCR_PS_48_BITS  5
#define VTTBR_VMID_SHIFT 48

static pa_t desc_pa(uint64_t desc)
{
	return pa_make(desc & BITS_MASK(DESC_ADDRESS));
}

static bool is_table(uint64_t desc, int level)
{
	return level < STAGE2_PAGE_LEVEL &&
	       (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

static unsigned entry_index(ipa_t ipa, int level)
{
	return (unsigned)(ipa.value / rtt_entry_size(level) % ENTRIES);
}

static const struct host_ops *ops_of(const struct stage2 *stage2)
{
	return stage2->granules->ops;
}

static uint64_t entry_read(const struct stage2 *stage2, pa_t table, unsigned i)
{
	const struct host_ops *ops = ops_of(stage2);
	uint64_t *entries = ops->page_map(ops->ctx, table);
	uint64_t desc = __atomic_load_n(&entries[i], __ATOMIC_ACQUIRE);

	ops->page_unmap(ops->ctx, table, entries);
	return desc;
}

static void entry_write(const struct stage2 *stage2, pa_t table, unsigned i,
			uint64_t desc)
{
	const struct host_ops *ops = ops_of(stage2);
	uint64_t *entries = ops->page_map(ops->ctx, table);

	__atomic_store_n(&entries[i], desc, __ATOMIC_RELEASE);
	ops->page_unmap(ops->ctx, table, entries);
}

static bool table_alloc(struct stage2 *stage2, struct granules_range *table)
{
	struct granules_want want = granules_run(GRANULES_SHARED, 1);

	if (!granules_alloc(stage2->granules, &want, table))
		return false;
	host_pages_zero(ops_of(stage2), table->base, 1);
	return true;
}

bool stage2_init(struct stage2 *stage2, struct granules *granules)
{
	*stage2 = (struct stage2){ .granules = granules };
	return table_alloc(stage2, &stage2->root);
}

/* The position of a walk: an entry of a table. */
struct place {
	pa_t table;
	unsigned index;
	int level;
	uint64_t desc;
};

static struct place place_at(const struct stage2 *stage2, pa_t table, ipa_t ipa,
			     int level)
{
	struct place place = { table, entry_index(ipa, level), level, 0 };

	place.desc = entry_read(stage2, table, place.index);
	return place;
}

/* Walks down to level, or to the first entry that is not a table. */
static struct place stage2_walk(const struct stage2 *stage2, ipa_t ipa,
				int level)
{
	struct place place =
		place_at(stage2, stage2->root.base, ipa, START_LEVEL);

	while (place.level < level && is_table(place.desc, place.level)) {
		place = place_at(stage2, desc_pa(place.desc), ipa,
				 place.level + 1);
	}
	return place;
}

struct stage2_entry stage2_look(const struct stage2 *stage2, ipa_t ipa)
{
	struct place place = stage2_walk(stage2, ipa, STAGE2_PAGE_LEVEL);

	return (struct stage2_entry){
		.level = place.level,
		.mapped = (place.desc & DESC_VALID) != 0,
		.pa = desc_pa(place.desc),
	};
}

/* Returns true if entry i of a level 3 table maps that page. */
static bool maps_page(const uint64_t *entries, unsigned i, uint64_t pa)
{
	uint64_t desc = __atomic_load_n(&entries[i], __ATOMIC_ACQUIRE);

	return (desc & DESC_VALID) != 0 && desc_pa(desc).value == pa;
}

/* Extends a run of the page behind an entry of a level 3 table. */
static void run_extend(const struct stage2 *stage2, const struct place *place,
		       struct stage2_run *run)
{
	const struct host_ops *ops = ops_of(stage2);
	uint64_t *entries = ops->page_map(ops->ctx, place->table);
	unsigned group = place->index & ~(STAGE2_GROUP - 1u);
	unsigned first = place->index, end = place->index + 1;
	uint64_t pa = run->pa.value;

	while (first > group &&
	       maps_page(entries, first - 1,
			 pa - (place->index - first + 1) * PAGE_SIZE))
		first--;
	while (end < group + STAGE2_GROUP &&
	       maps_page(entries, end, pa + (end - place->index) * PAGE_SIZE))
		end++;
	ops->page_unmap(ops->ctx, place->table, entries);
	run->pa = pa_make(pa - (place->index - first) * PAGE_SIZE);
	run->ipa = ipa_make(run->ipa.value - (place->index - first) * PAGE_SIZE);
	run->size = (end - first) * PAGE_SIZE;
}

bool stage2_around(const struct stage2 *stage2, ipa_t ipa,
		   struct stage2_run *run)
{
	struct place place = stage2_walk(stage2, ipa, STAGE2_PAGE_LEVEL);
	uint64_t size = rtt_entry_size(place.level);

	if ((place.desc & DESC_VALID) == 0)
		return false;
	*run = (struct stage2_run){ ipa_align_down(ipa, size),
				    desc_pa(place.desc), size };
	if (place.level == STAGE2_PAGE_LEVEL)
		run_extend(stage2, &place, run);
	return true;
}

/* Maps memory with these rights (DESC_S2AP_*, DESC_XN). */
static bool leaf_map(struct stage2 *stage2, ipa_t ipa, pa_t pa, int level,
		     uint64_t rights)
{
	uint64_t page = level == STAGE2_PAGE_LEVEL ? DESC_TABLE : 0;
	struct place place = stage2_walk(stage2, ipa, level);
	struct granules_range table;

	while (place.level < level) {
		if (!table_alloc(stage2, &table))
			return false;
		entry_write(stage2, place.table, place.index,
			    table.base.value | DESC_VALID | DESC_TABLE);
		place = stage2_walk(stage2, ipa, level);
	}
	entry_write(stage2, place.table, place.index,
		    pa.value | DESC_LEAF | rights | page);
	return true;
}

bool stage2_map(struct stage2 *stage2, ipa_t ipa, pa_t pa, int level)
{
	const struct host_ops *ops = ops_of(stage2);

	ops->code_sync(ops->ctx, pa, rtt_entry_size(level) / PAGE_SIZE);
	return leaf_map(stage2, ipa, pa, level, DESC_S2AP_RW);
}

bool stage2_map_readable(struct stage2 *stage2, ipa_t ipa, pa_t pa)
{
	return leaf_map(stage2, ipa, pa, STAGE2_PAGE_LEVEL,
			DESC_S2AP_READ | DESC_XN);
}

static void page_free(struct stage2 *stage2, enum granules_kind kind, pa_t pa,
		      uint64_t count)
{
	granules_free(stage2->granules, kind,
		      (struct granules_range){ pa, count });
}

/* Frees the pages that a table maps, and the tables below it, whose own pages
 * are freed already. */
static void entries_free(struct stage2 *stage2, pa_t table, int level)
{
	uint64_t desc;

	for (unsigned i = 0; i < ENTRIES; i++) {
		desc = entry_read(stage2, table, i);
		if (!(desc & DESC_VALID))
			continue;
		if (is_table(desc, level)) {
			page_free(stage2, GRANULES_SHARED, desc_pa(desc), 1);
		} else {
			page_free(stage2, GRANULES_GUEST, desc_pa(desc),
				  rtt_entry_size(level) / PAGE_SIZE);
		}
	}
}

/* Frees the pages that the tables of one level map, and the tables below. */
static void level_free(struct stage2 *stage2, int level)
{
	const struct host_ops *ops = ops_of(stage2);
	uint64_t ipa = 0;

	while (ipa < UINT64_C(1) << STAGE2_IPA_BITS) {
		struct place place = stage2_walk(stage2, ipa_make(ipa), level);
		uint64_t size = rtt_entry_size(place.level);

		if (place.level == level) {
			entries_free(stage2, place.table, level);
			size = rtt_entry_size(level - 1);
			ops->relax(ops->ctx, false);
		}
		ipa = align_down(ipa, size) + size;
	}
}

void stage2_destroy(struct stage2 *stage2)
{
	if (stage2->root.count == 0)
		return;
	level_free(stage2, 3);
	level_free(stage2, 2);
	entries_free(stage2, stage2->root.base, START_LEVEL);
	page_free(stage2, GRANULES_SHARED, stage2->root.base, 1);
	stage2->root.count = 0;
}

uint64_t stage2_tables_max(ipa_t base, uint64_t size)
{
	uint64_t tables = 1;

	for (int level = START_LEVEL; level < STAGE2_PAGE_LEVEL; level++) {
		uint64_t span = rtt_entry_size(level);

		tables += (base.value + size - 1) / span - base.value / span + 1;
	}
	return tables;
}

uint64_t stage2_vttbr(const struct stage2 *stage2, unsigned vmid)
{
	return stage2->root.base.value | (uint64_t)vmid << VTTBR_VMID_SHIFT;
}

uint64_t stage2_vtcr(unsigned pa_range)
{
	unsigned ps = pa_range < VTCR_PS_48_BITS ? pa_range : VTCR_PS_48_BITS;

	return (64 - STAGE2_IPA_BITS) | VTCR_SL0_LEVEL_1 | VTCR_IRGN0_WB |
	       VTCR_ORGN0_WB | VTCR_SH0_INNER | BITS_PUT(VTCR_PS, ps) |
	       VTCR_RES1;
}
