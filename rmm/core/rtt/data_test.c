/* SPDX-License-Identifier: BSD-3-Clause */
/* RTT_DATA_MAP and RTT_DATA_UNMAP. */
#include "rmm/fixture/rtt_fixture.h"

#include <string.h>

#define RD   page(PAGE_RD)
#define BASE GIB1 /* a protected IPA */

/* ---- RTT_DATA_MAP ---- */

static void map_zeroes_and_keeps_the_ripas(void **state)
{
	struct fixture *f = *state;
	const uint8_t zeroes[GRANULE_SIZE] = { 0 };

	tables_make(f, BASE, 3);
	memset(host(f, PAGE_MEM), 0xa5, GRANULE_SIZE);
	memset(host(f, PAGE_MEM + 1), 0xa5, GRANULE_SIZE);
	ram_make(f, BASE + KIB4, BASE + 2 * KIB4);
	data_make(f, BASE, PAGE_MEM, 2);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM),
		     RMI_RIPAS_EMPTY);
	assert_entry(f, BASE + KIB4, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 1),
		     RMI_RIPAS_RAM);
	assert_int_equal(refs_of(f, PAGE_L3), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(state_of(f, PAGE_MEM + i), GRANULE_DATA);
		assert_memory_equal(peek(f, PAGE_MEM + i), zeroes, GRANULE_SIZE);
	}
}

static void map_is_not_measured(void **state)
{
	struct fixture *f = *state;
	struct measurements before;

	tables_make(f, BASE, 3);
	before = *measurements(f);
	data_make(f, BASE, PAGE_MEM, 2);
	assert_memory_equal(&before, measurements(f), sizeof(before));
}

static void map_takes_blocks(void **state)
{
	struct fixture *f = *state;
	const uint8_t zeroes[GRANULE_SIZE] = { 0 };

	tables_make(f, BASE, 2);
	memset(host(f, PAGE_BLOCK + 511), 0xa5, GRANULE_SIZE);
	block_make(f, BASE + MIB2);
	assert_entry(f, BASE + MIB2, 2, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		     RMI_RIPAS_EMPTY);
	assert_int_equal(refs_of(f, PAGE_L2), 1);
	assert_int_equal(state_of(f, PAGE_BLOCK), GRANULE_DATA);
	assert_int_equal(state_of(f, PAGE_BLOCK + 511), GRANULE_DATA);
	assert_memory_equal(peek(f, PAGE_BLOCK + 511), zeroes, GRANULE_SIZE);
}

static void map_takes_lists(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 8);
	list[0] = pages(PAGE_MEM, 0); /* empty */
	list[1] = pages(PAGE_MEM + 4, 2);
	list[2] = 0;
	list[3] = pages(PAGE_MEM, 1);
	done(f, RMI_RTT_DATA_MAP, RD, BASE, BASE + 3 * KIB4, list_of(4),
	     page(PAGE_SCRATCH));
	assert_int_equal(f->regs.x[1], BASE + 3 * KIB4);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 4), 0);
	assert_entry(f, BASE + KIB4, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 5),
		     0);
	assert_entry(f, BASE + 2 * KIB4, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM),
		     0);
}

/* The list ends with its page, whatever its count is. */
static void map_clips_lists(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 3);
	list[511] = pages(PAGE_MEM, 1);
	list[512] = pages(PAGE_MEM + 1, 1);
	done(f, RMI_RTT_DATA_MAP, RD, BASE, BASE + 2 * KIB4, list_of(0x3fff),
	     page(PAGE_SCRATCH) + 511 * 8);
	assert_int_equal(f->regs.x[1], BASE + KIB4);
}

static void map_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	uint8_t *content = peek(f, PAGE_MEM);

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 2);
	content[3] = 0x77;
	snapshot_take(f);
	done(f, RMI_RTT_DATA_MAP, RD, BASE, BASE + 2 * KIB4, SINGLE,
	     pages(PAGE_MEM, 2));
	assert_int_equal(f->regs.x[1], BASE + 2 * KIB4);
	snapshot_check(f);
}

static void map_refuses_wrong_arguments(void **state)
{
	struct fixture *f = *state;
	uint64_t one = pages(PAGE_MEM, 1), top = BASE + KIB4;
	uint64_t list = page(PAGE_SCRATCH);
	const uint64_t bad[][5] = {
		{ page(PAGE_MEM), BASE, top, SINGLE, one },
		{ RD, BASE, BASE, SINGLE, one },
		{ RD, top, BASE, SINGLE, one },
		{ RD, BASE, top, 0, one }, /* type: none */
		{ RD, BASE, top, 3, one },
		{ RD, BASE, top, list_of(0), list },
		{ RD, BASE, top, list_of(1), list + 4 },
		{ RD, BASE, top, list_of(1), page(PAGE_MEM) },
		{ RD, BASE, top, list_of(1), page(PAGE_NONE) },
		{ RD, BASE, top, SINGLE, one | UINT64_C(1) << 63 },
		{ RD, BASE, top, SINGLE, one | 3 }, /* level 0 */
		{ RD, BASE, BASE + GIB1, SINGLE, range(0, 1, 1, 0) },
		{ RD, BASE + 8, top, SINGLE, one },
		{ RD, BASE, top + 8, SINGLE, one },
		{ RD, BASE, BASE + 8, SINGLE, one }, /* less than a block, too */
		{ RD, BASE + KIB4, BASE + 2 * MIB2, SINGLE, one | 1 },
		{ RD, UNPROT, UNPROT + KIB4, SINGLE, one },
		{ RD, UNPROT - KIB4, UNPROT + KIB4, SINGLE, one },
		{ RD, IPA_END, IPA_END + KIB4, SINGLE, one },
		{ RD, 0, 5, SINGLE, one },
		{ RD, BASE, UINT64_MAX, SINGLE, one },
		{ RD, BASE, top, SINGLE, pages(PAGE_MEM, 0) },
		{ RD, BASE, top, SINGLE, range(UINT64_C(1) << 48, 3, 1, 0) },
		{ RD, BASE, top, SINGLE, pages(PAGE_MEM + 1, 1) }, /* NS */
		{ RD, BASE, top, SINGLE, pages(PAGE_L3, 1) }, /* the leaf */
		{ RD, BASE, top, SINGLE, pages(PAGE_ROOT, 1) },
		{ RD, BASE, top, SINGLE, pages(PAGE_RD, 1) },
		{ RD, BASE, top, SINGLE, pages(PAGE_NONE, 1) },
	};

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP, bad[i][0],
			bad[i][1], bad[i][2], bad[i][3], bad[i][4]);
	}
}

static void map_refuses_an_unaligned_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	delegate(f, PAGE_BLOCK - 1, 512);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP, RD, BASE, BASE + MIB2,
		SINGLE, range(page(PAGE_BLOCK - 1), 2, 1, 0));
}

static void map_survives_a_list_that_faults(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	*(uint64_t *)host(f, PAGE_SCRATCH) = pages(PAGE_MEM, 1);
	delegate(f, PAGE_MEM, 1);
	inprocess_faults(f->machine)->ns_faults = page(PAGE_SCRATCH);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP, RD, BASE, BASE + KIB4,
		list_of(1), page(PAGE_SCRATCH));
}

static void map_needs_a_living_realm(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM + 1, 1);
	done(f, RMI_REALM_ACTIVATE, RD);
	data_make(f, BASE, PAGE_MEM, 1);
	done(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_RTT_DATA_MAP, RD, BASE + KIB4,
		BASE + 2 * KIB4, SINGLE, pages(PAGE_MEM + 1, 1));
}

static void map_needs_room_for_a_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	delegate(f, PAGE_BLOCK, 512);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP, RD, BASE, BASE + MIB2 - KIB4,
		SINGLE, range(page(PAGE_BLOCK), 2, 1, 0));
	/* before it is seen that there is no table */
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP, RD, 0, MIB2 - KIB4, SINGLE,
		range(page(PAGE_BLOCK), 2, 1, 0));
}

static void map_needs_a_table_of_the_level(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	delegate(f, PAGE_BLOCK, 512);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP, RD, BASE, BASE + KIB4, SINGLE,
		pages(PAGE_BLOCK, 1));
	refused(f, AT_LEVEL(1), RMI_RTT_DATA_MAP, RD, 0, MIB2, SINGLE,
		range(page(PAGE_BLOCK), 2, 1, 0));
	table_make(f, PAGE_L3, BASE, 3);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP, RD, BASE, BASE + MIB2, SINGLE,
		range(page(PAGE_BLOCK), 2, 1, 0));
}

static void map_refuses_what_is_assigned_elsewhere(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	delegate(f, PAGE_MEM + 1, 1);
	refused(f, AT_LEVEL(3), RMI_RTT_DATA_MAP, RD, BASE, BASE + KIB4, SINGLE,
		pages(PAGE_MEM + 1, 1));
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP, RD, BASE + KIB4,
		BASE + 2 * KIB4, SINGLE, pages(PAGE_MEM, 1));
}

/* No page of the block changes if one of them is not DELEGATED. */
static void map_takes_a_block_or_nothing(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	delegate(f, PAGE_BLOCK, 511);
	memset(peek(f, PAGE_BLOCK), 0xa5, GRANULE_SIZE);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP, RD, BASE, BASE + MIB2,
		SINGLE, range(page(PAGE_BLOCK), 2, 1, 0));
}

/* Maps up to 8 pages by a list. Fails the test unless the expected number of
 * them succeeds. */
static void map_part(struct fixture *f, uint64_t base, unsigned count,
		     unsigned mapped)
{
	done(f, RMI_RTT_DATA_MAP, RD, base, base + 8 * KIB4, list_of(count),
	     page(PAGE_SCRATCH));
	assert_int_equal(f->regs.x[1], base + mapped * KIB4);
	assert_int_equal(entry_read(f, base + mapped * KIB4, 3).state,
			 RMI_ENTRY_UNASSIGNED);
}

static void map_reports_what_it_did_before_it_stopped(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 8);
	delegate(f, PAGE_BLOCK, 1);
	list[0] = pages(PAGE_MEM, 1);
	map_part(f, BASE, 1, 1); /* the list ends */
	list[0] = pages(PAGE_MEM + 1, 1);
	list[1] = pages(PAGE_MEM + 2, 1) | UINT64_C(1) << 63;
	map_part(f, BASE + 16 * KIB4, 2, 1); /* another state */
	list[0] = pages(PAGE_MEM + 2, 1);
	list[1] = range(page(PAGE_BLOCK), 2, 1, 0);
	map_part(f, BASE + 32 * KIB4, 2, 1); /* another level */
	list[0] = pages(PAGE_MEM + 3, 1);
	list[1] = pages(PAGE_MEM + 3, 1);
	map_part(f, BASE + 48 * KIB4, 2, 1); /* no longer DELEGATED */
}

static void map_stops_with_its_table(void **state)
{
	struct fixture *f = *state;
	uint64_t base = BASE + MIB2 - KIB4;

	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 2);
	done(f, RMI_RTT_DATA_MAP, RD, base, base + 2 * KIB4, SINGLE,
	     pages(PAGE_MEM, 2));
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(state_of(f, PAGE_MEM + 1), GRANULE_DELEGATED);
}

/* A call moves at most 2 MiB. */
static void one_block_is_moved_a_call(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 2);
	delegate(f, PAGE_BLOCK, 1024);
	list[0] = range(page(PAGE_BLOCK), 2, 2, 0);
	done(f, RMI_RTT_DATA_MAP, RD, BASE, BASE + 2 * MIB2, list_of(1),
	     page(PAGE_SCRATCH));
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(state_of(f, PAGE_BLOCK + 512), GRANULE_DELEGATED);
	done(f, RMI_RTT_DATA_MAP, RD, BASE + MIB2, BASE + 2 * MIB2, SINGLE,
	     range(page(PAGE_BLOCK + 512), 2, 1, 0));
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + 2 * MIB2, SINGLE, 0);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(f->regs.x[2], range(page(PAGE_BLOCK), 2, 1, 0));
}

/* ---- RTT_DATA_UNMAP ---- */

static void unmap_leaves_what_the_table_says(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 3);
	destroyed_make(f, BASE + 2 * KIB4, PAGE_MEM);
	ram_make(f, BASE + KIB4, BASE + 2 * KIB4);
	data_make(f, BASE, PAGE_MEM, 3);
	tlb_watch(f, &log);
	log.slot = (uint64_t *)peek(f, PAGE_L3) + 1;
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + 3 * KIB4, 0, 0);
	assert_int_equal(f->regs.x[1], BASE + 3 * KIB4);
	assert_int_equal(f->regs.x[2], 0);
	assert_int_equal(f->regs.x[3], 0);
	/* only the RAM page was in a TLB; its entry was invalid by then */
	tlb_was(&log, BASE + KIB4, KIB4);
	assert_int_equal(log.entry & 1, 0);
	assert_entry(f, BASE, 3, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_EMPTY);
	assert_entry(f, BASE + KIB4, 3, RMI_ENTRY_UNASSIGNED, 0,
		     RMI_RIPAS_DESTROYED);
	assert_entry(f, BASE + 2 * KIB4, 3, RMI_ENTRY_UNASSIGNED, 0,
		     RMI_RIPAS_DESTROYED);
	assert_int_equal(refs_of(f, PAGE_L3), 0);
	assert_int_equal(state_of(f, PAGE_MEM), GRANULE_DELEGATED);
	undelegate(f, PAGE_MEM, 3);
}

/* The page still is the Realm's when the TLBs are invalidated. */
static void watch_state(void *context, unsigned vmid, uint64_t ipa,
			uint64_t size)
{
	struct fixture *f = context;

	(void)vmid;
	(void)ipa;
	(void)size;
	assert_int_equal(state_of(f, PAGE_MEM), GRANULE_DATA);
	f->regs.x[17]++;
}

static void unmap_invalidates_before_it_releases(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	ram_make(f, BASE, BASE + KIB4);
	data_make(f, BASE, PAGE_MEM, 1);
	inprocess_watch_tlb(f->machine, watch_state, f);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + KIB4, 0, 0);
	assert_int_equal(f->regs.x[17], 1);
	assert_int_equal(state_of(f, PAGE_MEM), GRANULE_DELEGATED);
}

static void unmap_works_on_a_zombie(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	done(f, RMI_REALM_TERMINATE, RD);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + MIB2, 0, 0);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
}

static void unmap_gives_one_range(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE + KIB4, PAGE_MEM, 3);
	data_make(f, BASE + 5 * KIB4, PAGE_MEM + 3, 1);
	data_make(f, BASE + 6 * KIB4, PAGE_MEM + 8, 1);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + MIB2, SINGLE, 0);
	/* a gap in the IPAs does not matter, one in the PAs does */
	assert_int_equal(f->regs.x[1], BASE + 6 * KIB4);
	assert_int_equal(f->regs.x[2], pages(PAGE_MEM, 4));
	assert_int_equal(f->regs.x[3], 0);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE + 6 * KIB4, BASE + MIB2, SINGLE, 0);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(f->regs.x[2], pages(PAGE_MEM + 8, 1));
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + MIB2, SINGLE, 0);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	assert_int_equal(f->regs.x[2], 0);
}

static void unmap_gives_a_list(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 2);
	data_make(f, BASE + 2 * KIB4, PAGE_MEM + 8, 1);
	data_make(f, BASE + 3 * KIB4, PAGE_MEM + 4, 1);
	list[4] = 0;
	list[5] = 77;
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + MIB2, list_of(2),
	     page(PAGE_SCRATCH) + 24);
	assert_int_equal(f->regs.x[1], BASE + 3 * KIB4);
	assert_int_equal(f->regs.x[2], 0);
	assert_int_equal(f->regs.x[3], 2);
	assert_int_equal(list[3], pages(PAGE_MEM, 2));
	assert_int_equal(list[4], pages(PAGE_MEM + 8, 1));
	assert_int_equal(list[5], 77);
}

static void unmap_clips_lists(void **state)
{
	struct fixture *f = *state;
	uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	data_make(f, BASE + KIB4, PAGE_MEM + 8, 1);
	list[512] = 77; /* the next page */
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + MIB2, list_of(0x3fff),
	     page(PAGE_SCRATCH) + 511 * 8);
	assert_int_equal(f->regs.x[1], BASE + KIB4);
	assert_int_equal(f->regs.x[3], 1);
	assert_int_equal(list[512], 77);
}

static void unmap_refuses_wrong_arguments(void **state)
{
	struct fixture *f = *state;
	uint64_t top = BASE + KIB4, list = page(PAGE_SCRATCH);
	const uint64_t bad[][5] = {
		{ page(PAGE_L3), BASE, top, 0, 0 },
		{ RD, BASE + 8, top, 0, 0 },
		{ RD, BASE, top + 8, 0, 0 },
		{ RD, BASE, BASE, 0, 0 },
		{ RD, top, BASE, 0, 0 },
		{ RD, UNPROT, UNPROT + KIB4, 0, 0 },
		{ RD, UNPROT - KIB4, UNPROT + KIB4, 0, 0 },
		{ RD, BASE, UINT64_MAX & ~(KIB4 - 1), 0, 0 },
		{ RD, IPA_END, IPA_END + KIB4, 0, 0 },
		{ RD, BASE, top, 0, 8 },
		{ RD, BASE, top, 1 << 2, 0 },
		{ RD, BASE, top, SINGLE, 8 },
		{ RD, BASE, top, SINGLE | 1 << 2, 0 },
		{ RD, BASE, top, 3, 0 },
		{ RD, BASE, top, list_of(0), list },
		{ RD, BASE, top, list_of(1), list + 4 },
		{ RD, BASE, top, list_of(1), page(PAGE_L3) },
		{ RD, BASE, top, list_of(1), page(PAGE_NONE) },
	};

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_UNMAP, bad[i][0],
			bad[i][1], bad[i][2], bad[i][3], bad[i][4]);
	}
}

static void unmap_survives_a_list_that_faults(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	inprocess_faults(f->machine)->ns_faults = page(PAGE_SCRATCH);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + KIB4,
		list_of(1), page(PAGE_SCRATCH));
}

static void unmap_refuses_parts_of_an_entry(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	block_make(f, BASE);
	refused(f, AT_LEVEL(1), RMI_RTT_DATA_UNMAP, RD, 0, KIB4, 0, 0);
	refused(f, AT_LEVEL(1), RMI_RTT_DATA_UNMAP, RD, KIB4, GIB1, 0, 0);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_UNMAP, RD, BASE, BASE + KIB4, 0, 0);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_UNMAP, RD, BASE + KIB4,
		BASE + MIB2, 0, 0);
	assert_int_equal(f->regs.x[1], 0);
}

static void unmap_stops_where_it_must(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	/* the end of a table; a table; an entry that passes top */
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + 4 * MIB2, 0, 0);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	table_make(f, PAGE_TABLE, BASE + 4 * MIB2, 3);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE + MIB2, BASE + GIB1, 0, 0);
	assert_int_equal(f->regs.x[1], BASE + 4 * MIB2);
	block_make(f, BASE + 8 * MIB2);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE + 7 * MIB2, BASE + 8 * MIB2 + KIB4,
	     0, 0);
	assert_int_equal(f->regs.x[1], BASE + 8 * MIB2);
	assert_int_equal(refs_of(f, PAGE_L2), 3);
}

static void unmap_takes_blocks(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 2);
	ram_make(f, BASE, BASE + GIB1);
	block_make(f, BASE + MIB2);
	tlb_watch(f, &log);
	done(f, RMI_RTT_DATA_UNMAP, RD, BASE, BASE + GIB1, SINGLE, 0);
	assert_int_equal(f->regs.x[1], BASE + GIB1);
	assert_int_equal(f->regs.x[2], range(page(PAGE_BLOCK), 2, 1, 0));
	tlb_was(&log, BASE + MIB2, MIB2);
	assert_entry(f, BASE + MIB2, 2, RMI_ENTRY_UNASSIGNED, 0,
		     RMI_RIPAS_DESTROYED);
	assert_int_equal(refs_of(f, PAGE_L2), 0);
	undelegate(f, PAGE_BLOCK, 512);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(map_zeroes_and_keeps_the_ripas),
		test(map_is_not_measured),
		test(map_takes_blocks),
		test(map_takes_lists),
		test(map_clips_lists),
		test(map_again_changes_nothing),
		test(map_refuses_wrong_arguments),
		test(map_refuses_an_unaligned_block),
		test(map_survives_a_list_that_faults),
		test(map_needs_a_living_realm),
		test(map_needs_room_for_a_block),
		test(map_needs_a_table_of_the_level),
		test(map_refuses_what_is_assigned_elsewhere),
		test(map_takes_a_block_or_nothing),
		test(map_reports_what_it_did_before_it_stopped),
		test(map_stops_with_its_table),
		test(one_block_is_moved_a_call),
		test(unmap_leaves_what_the_table_says),
		test(unmap_invalidates_before_it_releases),
		test(unmap_works_on_a_zombie),
		test(unmap_gives_one_range),
		test(unmap_gives_a_list),
		test(unmap_clips_lists),
		test(unmap_refuses_wrong_arguments),
		test(unmap_survives_a_list_that_faults),
		test(unmap_refuses_parts_of_an_entry),
		test(unmap_stops_where_it_must),
		test(unmap_takes_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
