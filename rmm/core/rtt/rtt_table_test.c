/* SPDX-License-Identifier: BSD-3-Clause */
/* RTT_CREATE, RTT_FOLD, RTT_DESTROY and RTT_READ_ENTRY. */
#include "rmm/fixture/rtt_fixture.h"

#include <string.h>

#define RD   page(PAGE_RD)
#define BASE GIB1 /* a protected IPA */

/* Fails the test unless all 512 entries of the table are parts of one entry. */
static void all_are(struct fixture *f, uint64_t ipa, struct entry_seen expected)
{
	uint64_t size = rtt_level_size((int)expected.level);
	bool mapped = expected.state == RMI_ENTRY_ASSIGNED;

	for (unsigned i = 0; i < RTT_ENTRIES; i++) {
		entry_is(f, ipa + i * size, expected);
		expected.desc += mapped ? size : 0;
	}
}
#define assert_all(f, ipa, ...)                                                \
	all_are(f, ipa, (struct entry_seen){ __VA_ARGS__ })

/* ---- RTT_CREATE ---- */

static void create_refuses_wrong_granules(void **state)
{
	struct fixture *f = *state;
	uint64_t table = page(PAGE_L2);

	fixture_realm(f);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, table, BASE, 2);
	delegate(f, PAGE_L2, 1);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, table + 8, BASE, 2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, page(PAGE_NONE), BASE,
		2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, RD, BASE, 2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, page(PAGE_ROOT), BASE,
		2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, table, table, BASE, 2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD + 1, table, BASE, 2);
}

/* docs/rmi.md, The structure rule: three commands share it. */
static void structure_commands_refuse_wrong_places(void **state)
{
	struct fixture *f = *state;
	uint64_t table = page(PAGE_TABLE);
	const uint64_t bad[][2] = {
		{ 0, 1 }, /* the root */
		{ 0, 0 },          { 0, 4 },
		{ 0, UINT64_MAX }, { 0, UINT64_C(0x100000002) },
		{ MIB2, 2 },       { BASE + KIB4, 3 },
		{ IPA_END, 2 },    { UINT64_MAX & ~(GIB1 - 1), 2 },
	};

	tables_make(f, BASE, 3);
	delegate(f, PAGE_TABLE, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_CREATE, RD, table,
			bad[i][0], bad[i][1]);
		refused(f, RMI_ERROR_INPUT, RMI_RTT_FOLD, RD, bad[i][0],
			bad[i][1]);
		refused(f, RMI_ERROR_INPUT, RMI_RTT_DESTROY, RD, bad[i][0],
			bad[i][1]);
		assert_int_equal(f->regs.x[2], 0);
	}
}

static void create_needs_the_table_above(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	delegate(f, PAGE_L3, 1);
	refused(f, AT_LEVEL(1), RMI_RTT_CREATE, RD, page(PAGE_L3), BASE, 3);
}

static void create_refuses_what_exists(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	delegate(f, PAGE_TABLE, 1);
	refused(f, AT_LEVEL(1), RMI_RTT_CREATE, RD, page(PAGE_TABLE), BASE, 2);
	refused(f, AT_LEVEL(2), RMI_RTT_CREATE, RD, page(PAGE_TABLE), BASE, 3);
}

static void create_unfolds_empty(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	fixture_realm(f);
	tlb_watch(f, &log);
	memset(peek(f, PAGE_L2), 0xa5, GRANULE_SIZE);
	table_make(f, PAGE_L2, BASE, 2);
	assert_int_equal(state_of(f, PAGE_L2), GRANULE_RTT);
	assert_int_equal(refs_of(f, PAGE_L2), 0);
	assert_int_equal(refs_of(f, PAGE_ROOT), 1);
	assert_int_equal(log.count, 0);
	assert_entry(f, BASE, 1, RMI_ENTRY_TABLE, page(PAGE_L2), 0);
	assert_all(f, BASE, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_EMPTY);
}

static void create_unfolds_ram(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	ram_make(f, BASE, BASE + GIB1);
	table_make(f, PAGE_L2, BASE, 2);
	assert_all(f, BASE, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_RAM);
	assert_int_equal(refs_of(f, PAGE_L2), 0);
}

static void create_unfolds_destroyed(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	done(f, RMI_RTT_DESTROY, RD, BASE, 2);
	assert_entry(f, BASE, 1, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_DESTROYED);
	done(f, RMI_RTT_CREATE, RD, page(PAGE_L2), BASE, 2);
	assert_all(f, BASE, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_DESTROYED);
}

static void create_unfolds_ns(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 2);
	assert_all(f, UNPROT, 2, RMI_ENTRY_UNASSIGNED, 0, 0);
	ns_make(f, UNPROT, range(0x1200000, 2, 1, 1), MIB2, NS_RW);
	assert_int_equal(refs_of(f, PAGE_L2), 0);
}

/* The block was one reference of the parent; now each page is a reference of
 * the table. */
static void create_unfolds_a_mapped_block(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 2);
	ram_make(f, BASE, BASE + MIB2);
	block_make(f, BASE);
	assert_int_equal(refs_of(f, PAGE_L2), 1);
	tlb_watch(f, &log);
	log.slot = peek(f, PAGE_L2);
	log.entry = 1;
	table_make(f, PAGE_L3, BASE, 3);
	tlb_was(&log, BASE, KIB4);
	assert_int_equal(log.entry, 0); /* broken before it was made */
	assert_int_equal(refs_of(f, PAGE_L2), 1);
	assert_int_equal(refs_of(f, PAGE_L3), 512);
	assert_all(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		   RMI_RIPAS_RAM);
}

static void create_unfolds_an_unreachable_block(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 2);
	block_make(f, BASE);
	tlb_watch(f, &log);
	table_make(f, PAGE_L3, BASE, 3);
	assert_int_equal(log.count, 0);
	assert_int_equal(refs_of(f, PAGE_L3), 512);
	assert_all(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		   RMI_RIPAS_EMPTY);
}

static void create_unfolds_an_ns_block(void **state)
{
	struct fixture *f = *state;
	const uint64_t attrs = UINT64_C(5) << 16 | UINT64_C(2) << 19;
	struct tlb_log log;

	tables_make(f, UNPROT, 2);
	ns_make(f, UNPROT, range(0x1200000, 2, 1, 1), MIB2, attrs);
	tlb_watch(f, &log);
	log.slot = peek(f, PAGE_L2);
	log.entry = 1;
	table_make(f, PAGE_L3, UNPROT, 3);
	tlb_was(&log, UNPROT, KIB4);
	assert_int_equal(log.entry, 0);
	assert_int_equal(refs_of(f, PAGE_L2), 1);
	assert_int_equal(refs_of(f, PAGE_L3), 0);
	assert_all(f, UNPROT, 3, RMI_ENTRY_ASSIGNED, 0x1200000 | 5 << 2 | 0x40,
		   0);
}

static void create_works_in_every_state_of_the_realm(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	done(f, RMI_REALM_ACTIVATE, RD);
	table_make(f, PAGE_L2, BASE, 2);
	done(f, RMI_REALM_TERMINATE, RD);
	table_make(f, PAGE_L3, BASE, 3);
}

/* ---- RTT_FOLD ---- */

static void fold_refuses_a_wrong_rd(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_FOLD, page(PAGE_L2), BASE, 3);
}

static void fold_needs_a_table(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	refused(f, AT_LEVEL(1), RMI_RTT_FOLD, RD, BASE, 2);
	refused(f, AT_LEVEL(1), RMI_RTT_FOLD, RD, BASE, 3);
	table_make(f, PAGE_L2, BASE, 2);
	refused(f, AT_LEVEL(2), RMI_RTT_FOLD, RD, BASE, 3);
}

/* fold(unfold(x)) = x for entries without a granule. */
static void fold_undoes_create(void **state, uint64_t ipa)
{
	struct fixture *f = *state;
	struct entry_seen before = entry_read(f, ipa, 2);
	unsigned refs = refs_of(f, PAGE_L2);
	struct tlb_log log;

	table_make(f, PAGE_L3, ipa, 3);
	tlb_watch(f, &log);
	log.slot = peek(f, PAGE_L2);
	done(f, RMI_RTT_FOLD, RD, ipa, 3);
	assert_int_equal(f->regs.x[1], page(PAGE_L3));
	assert_int_equal(log.entry, 0);
	tlb_was(&log, ipa, before.state == RMI_ENTRY_ASSIGNED ? MIB2 : KIB4);
	entry_is(f, ipa, before);
	assert_int_equal(refs_of(f, PAGE_L2), refs);
	assert_int_equal(refs_of(f, PAGE_L3), 0);
	assert_int_equal(state_of(f, PAGE_L3), GRANULE_DELEGATED);
	undelegate(f, PAGE_L3, 1);
}

static void fold_undoes_create_of_empty(void **state)
{
	tables_make(*state, BASE, 2);
	fold_undoes_create(state, BASE);
}

static void fold_undoes_create_of_ram(void **state)
{
	tables_make(*state, BASE, 2);
	ram_make(*state, BASE, BASE + MIB2);
	fold_undoes_create(state, BASE);
}

static void fold_undoes_create_of_ns(void **state)
{
	tables_make(*state, UNPROT, 2);
	fold_undoes_create(state, UNPROT);
}

static void fold_undoes_create_of_an_ns_block(void **state)
{
	tables_make(*state, UNPROT, 2);
	ns_make(*state, UNPROT, range(0x1200000, 2, 1, 1), MIB2, NS_RW);
	fold_undoes_create(state, UNPROT);
}

static void fold_undoes_create_of_destroyed(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	done(f, RMI_RTT_DESTROY, RD, BASE, 3);
	undelegate(f, PAGE_L3, 1);
	fold_undoes_create(state, BASE);
}

static void fold_undoes_create_of_a_mapped_block(void **state)
{
	tables_make(*state, BASE, 2);
	ram_make(*state, BASE, BASE + MIB2);
	block_make(*state, BASE);
	fold_undoes_create(state, BASE);
}

static void fold_makes_a_block_that_is_unreachable(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 2);
	block_make(f, BASE);
	table_make(f, PAGE_L3, BASE, 3);
	tlb_watch(f, &log);
	done(f, RMI_RTT_FOLD, RD, BASE, 3);
	tlb_was(&log, BASE, KIB4);
	assert_int_equal(refs_of(f, PAGE_L2), 1);
	assert_entry(f, BASE, 2, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		     RMI_RIPAS_EMPTY);
}

static void fold_makes_a_block_of_pages(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	ram_make(f, BASE, BASE + MIB2);
	data_make(f, BASE, PAGE_BLOCK, 512);
	done(f, RMI_RTT_FOLD, RD, BASE, 3);
	assert_entry(f, BASE, 2, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		     RMI_RIPAS_RAM);
}

static void fold_refuses_mixed_ripas(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	ram_make(f, BASE + MIB2 - KIB4, BASE + MIB2);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
	ram_make(f, BASE, BASE + MIB2 - KIB4);
	destroyed_make(f, BASE + KIB4, PAGE_MEM);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
}

static void fold_refuses_a_table_half_full(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_BLOCK, 511);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
}

static void fold_refuses_pages_of_mixed_ripas(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_BLOCK, 512);
	ram_make(f, BASE + MIB2 - KIB4, BASE + MIB2);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
}

static void fold_refuses_pages_out_of_order(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	delegate(f, PAGE_BLOCK, 512);
	done(f, RMI_RTT_DATA_MAP, RD, BASE, BASE + KIB4, SINGLE,
	     pages(PAGE_BLOCK + 1, 1));
	done(f, RMI_RTT_DATA_MAP, RD, BASE + KIB4, BASE + 2 * KIB4, SINGLE,
	     pages(PAGE_BLOCK, 1));
	done(f, RMI_RTT_DATA_MAP, RD, BASE + 2 * KIB4, BASE + MIB2, SINGLE,
	     pages(PAGE_BLOCK + 2, 510));
	assert_int_equal(refs_of(f, PAGE_L3), 512);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
}

static void fold_refuses_pages_that_are_no_aligned_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_BLOCK - 1, 512);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, BASE, 3);
}

static void fold_refuses_ns_pages_with_other_attributes(void **state)
{
	struct fixture *f = *state;
	uint64_t last = UNPROT + MIB2 - KIB4;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, range(0x1200000, 3, 511, 1), MIB2 - KIB4, NS_RW);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, UNPROT, 3);
	ns_make(f, last, range(0x13ff000, 3, 1, 1), KIB4,
		UINT64_C(6) << 16 | UINT64_C(2) << 19);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, UNPROT, 3);
	done(f, RMI_RTT_UNPROT_UNMAP, RD, last, last + KIB4, 0, 0);
	ns_make(f, last, range(0x13ff000, 3, 1, 1), KIB4, NS_RW);
	done(f, RMI_RTT_FOLD, RD, UNPROT, 3);
}

static void fold_refuses_ns_pages_that_are_no_aligned_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, range(0x1201000, 3, 512, 1), MIB2, NS_RW);
	refused(f, AT_LEVEL(3), RMI_RTT_FOLD, RD, UNPROT, 3);
}

static void fold_goes_up_to_level_1_blocks(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, UNPROT, 2);
	ns_make(f, UNPROT, range(4 * GIB1, 2, 512, 1), GIB1, NS_RW);
	tlb_watch(f, &log);
	done(f, RMI_RTT_FOLD, RD, UNPROT, 2);
	tlb_was(&log, UNPROT, GIB1);
	assert_entry(f, UNPROT, 1, RMI_ENTRY_ASSIGNED, 4 * GIB1 | 6 << 2 | 0xc0,
		     0);
	assert_int_equal(refs_of(f, PAGE_ROOT), 0);
}

static void fold_refuses_a_table_of_tables(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	refused(f, AT_LEVEL(2), RMI_RTT_FOLD, RD, BASE, 2);
	delegate(f, PAGE_BLOCK, 511);
	for (unsigned i = 0; i < 511; i++) {
		done(f, RMI_RTT_CREATE, RD, page(PAGE_BLOCK + i),
		     BASE + (i + 1) * MIB2, 3);
	}
	assert_int_equal(refs_of(f, PAGE_L2), 512);
	refused(f, AT_LEVEL(2), RMI_RTT_FOLD, RD, BASE, 2);
}

/* A Realm with level 0, where there are no blocks, and a table at level 1. */
static void level_0_make(struct fixture *f, uint64_t ipa)
{
	struct rmi_realm_params *params = fixture_realm_params(f);

	params->s2sz = 48;
	params->rtt_level_start = 0;
	delegate(f, PAGE_ROOT, 1);
	delegate(f, PAGE_RD, 1);
	done(f, RMI_REALM_CREATE, RD, page(PAGE_SCRATCH));
	table_make(f, PAGE_TABLE, ipa, 1);
}

static void fold_refuses_a_block_at_level_0(void **state)
{
	struct fixture *f = *state;
	const uint64_t unprot = UINT64_C(1) << 47;

	level_0_make(f, unprot);
	ns_make(f, unprot, range(512 * GIB1, 1, 512, 1), 512 * GIB1, NS_RW);
	refused(f, AT_LEVEL(0), RMI_RTT_FOLD, RD, unprot, 1);
}

static void fold_refuses_a_full_table_at_level_1(void **state)
{
	struct fixture *f = *state;

	level_0_make(f, 0);
	for (unsigned i = 0; i < 512; i++)
		table_make(f, PAGE_BLOCK + i, i * GIB1, 2);
	refused(f, AT_LEVEL(0), RMI_RTT_FOLD, RD, 0, 1);
}

static void fold_reaches_level_0_with_what_is_unassigned(void **state)
{
	struct fixture *f = *state;

	level_0_make(f, 0);
	ram_make(f, 0, 512 * GIB1);
	done(f, RMI_RTT_FOLD, RD, 0, 1);
	assert_entry(f, 0, 0, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_RAM);
}

static void blocks_are_not_mapped_at_level_0(void **state)
{
	struct fixture *f = *state;
	const uint64_t unprot = UINT64_C(1) << 47;

	level_0_make(f, 0);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_UNPROT_MAP, RD, unprot,
		unprot + 512 * GIB1, SINGLE | NS_RW, range(512 * GIB1, 0, 1, 1));
}

/* A machine with memory that is large enough for tables whose addresses are as
 * far apart as the ranges that they map. */
static int wide_setup(void **state)
{
	const struct rmm_machine machine = {
		.memory_base = { FIXTURE_BASE },
		.memory_size = 2 * GIB1,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	inprocess_destroy(f->machine);
	f->machine = inprocess_create(&machine);
	assert_non_null(f->machine);
	done(f, RMI_RMM_ACTIVATE);
	return 0;
}

/* If it were, the tables would become a block of the Realm's memory. */
static void fold_is_not_deceived_by_tables(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	for (unsigned i = 0; i < 512; i++)
		table_make(f, (i + 512) * 512, BASE + i * MIB2, 3);
	assert_int_equal(rmi(f, RMI_RTT_FOLD, RD, BASE, 2), AT_LEVEL(2));
	assert_int_equal(refs_of(f, PAGE_L2), 512);
}

/* The work on such a block would be the work on all its granules. */
static void fold_refuses_a_block_of_1_gib_of_the_realms(void **state)
{
	const unsigned first = GIB1 / GRANULE_SIZE;
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	delegate(f, first, first);
	for (unsigned i = 0; i < 512; i++) {
		uint64_t ipa = BASE + i * MIB2;

		done(f, RMI_RTT_DATA_MAP, RD, ipa, ipa + MIB2, SINGLE,
		     range(page(first) + i * MIB2, 2, 1, 0));
	}
	assert_int_equal(rmi(f, RMI_RTT_FOLD, RD, BASE, 2), AT_LEVEL(1));
	assert_int_equal(refs_of(f, PAGE_L2), 512);
}

/* ---- RTT_DESTROY ---- */

static void destroy_refuses_a_wrong_rd(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DESTROY, page(PAGE_L2), BASE, 2);
	assert_int_equal(f->regs.x[2], 0);
}

static void destroy_needs_a_table(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	refused(f, AT_LEVEL(2), RMI_RTT_DESTROY, RD, BASE, 3);
	assert_int_equal(f->regs.x[2], BASE + GIB1);
	refused(f, AT_LEVEL(1), RMI_RTT_DESTROY, RD, 0, 3);
	assert_int_equal(f->regs.x[2], BASE);
	refused(f, AT_LEVEL(1), RMI_RTT_DESTROY, RD, 0, 2);
	assert_int_equal(f->regs.x[2], BASE);
}

static void destroy_tells_where_something_is_live(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	block_make(f, BASE + 7 * MIB2);
	refused(f, AT_LEVEL(2), RMI_RTT_DESTROY, RD, BASE, 3);
	assert_int_equal(f->regs.x[2], BASE + 7 * MIB2);
	refused(f, AT_LEVEL(2), RMI_RTT_DESTROY, RD, BASE + 7 * MIB2, 3);
	assert_int_equal(f->regs.x[2], BASE + 7 * MIB2);
	refused(f, AT_LEVEL(2), RMI_RTT_DESTROY, RD, BASE + 8 * MIB2, 3);
	assert_int_equal(f->regs.x[2], BASE + GIB1);
}

static void destroy_refuses_a_table_in_use(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	refused(f, AT_LEVEL(2), RMI_RTT_DESTROY, RD, BASE, 2);
	assert_int_equal(f->regs.x[2], BASE);
	data_make(f, BASE + KIB4, PAGE_MEM, 1);
	refused(f, AT_LEVEL(3), RMI_RTT_DESTROY, RD, BASE, 3);
	assert_int_equal(f->regs.x[2], BASE);
}

static void destroy_leaves_destroyed(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 3);
	ram_make(f, BASE, BASE + MIB2);
	table_make(f, PAGE_TABLE, BASE + 4 * MIB2, 3);
	tlb_watch(f, &log);
	log.slot = peek(f, PAGE_L2);
	done(f, RMI_RTT_DESTROY, RD, BASE, 3);
	assert_int_equal(f->regs.x[1], page(PAGE_L3));
	assert_int_equal(f->regs.x[2], BASE + 4 * MIB2);
	assert_int_equal(log.entry, 0);
	tlb_was(&log, BASE, KIB4);
	assert_entry(f, BASE, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_DESTROYED);
	assert_int_equal(state_of(f, PAGE_L3), GRANULE_DELEGATED);
	assert_int_equal(refs_of(f, PAGE_L2), 1);
}

static void destroy_takes_ns_mappings_along(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT + KIB4, range(0x1200000, 3, 4, 1), 4 * KIB4, NS_RW);
	tlb_watch(f, &log);
	done(f, RMI_RTT_DESTROY, RD, UNPROT, 3);
	assert_int_equal(f->regs.x[1], page(PAGE_L3));
	assert_int_equal(f->regs.x[2], UNPROT + GIB1);
	tlb_was(&log, UNPROT, MIB2);
	assert_entry(f, UNPROT, 2, RMI_ENTRY_UNASSIGNED, 0, 0);
}

static void destroy_works_on_a_zombie(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	done(f, RMI_REALM_TERMINATE, RD);
	done(f, RMI_RTT_DESTROY, RD, BASE, 3);
	done(f, RMI_RTT_DESTROY, RD, BASE, 2);
	done(f, RMI_REALM_DESTROY, RD);
}

static void a_table_keeps_its_realm(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	done(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, RD);
}

/* ---- RTT_READ_ENTRY ---- */

static void read_entry_refuses_wrong_places(void **state)
{
	struct fixture *f = *state;
	const uint64_t bad[][2] = {
		{ 0, 0 },    { 0, 4 }, { 0, UINT64_MAX }, { MIB2, 1 },
		{ KIB4, 2 }, { 8, 3 }, { IPA_END, 3 },
	};

	fixture_realm(f);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_READ_ENTRY, page(PAGE_ROOT), 0, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_READ_ENTRY, RD, bad[i][0],
			bad[i][1]);
	}
}

static void read_entry_gives_the_level_reached(void **state)
{
	struct fixture *f = *state;
	struct entry_seen seen;

	tables_make(f, BASE, 2);
	seen = entry_read(f, BASE, 3);
	assert_int_equal(seen.level, 2);
	seen = entry_read(f, 0, 3);
	assert_int_equal(seen.level, 1);
	seen = entry_read(f, BASE, 1);
	assert_int_equal(seen.level, 1);
	assert_int_equal(seen.state, RMI_ENTRY_TABLE);
}

static void read_entry_gives_the_page_of_a_destroyed_one(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	destroyed_make(f, BASE, PAGE_MEM);
	data_make(f, BASE, PAGE_MEM + 1, 1);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 1),
		     RMI_RIPAS_DESTROYED);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(create_refuses_wrong_granules),
		test(structure_commands_refuse_wrong_places),
		test(create_needs_the_table_above),
		test(create_refuses_what_exists),
		test(create_unfolds_empty),
		test(create_unfolds_ram),
		test(create_unfolds_destroyed),
		test(create_unfolds_ns),
		test(create_unfolds_a_mapped_block),
		test(create_unfolds_an_unreachable_block),
		test(create_unfolds_an_ns_block),
		test(create_works_in_every_state_of_the_realm),
		test(fold_refuses_a_wrong_rd),
		test(fold_needs_a_table),
		test(fold_undoes_create_of_empty),
		test(fold_undoes_create_of_ram),
		test(fold_undoes_create_of_ns),
		test(fold_undoes_create_of_an_ns_block),
		test(fold_undoes_create_of_destroyed),
		test(fold_undoes_create_of_a_mapped_block),
		test(fold_makes_a_block_that_is_unreachable),
		test(fold_makes_a_block_of_pages),
		test(fold_refuses_mixed_ripas),
		test(fold_refuses_a_table_half_full),
		test(fold_refuses_pages_of_mixed_ripas),
		test(fold_refuses_pages_out_of_order),
		test(fold_refuses_pages_that_are_no_aligned_block),
		test(fold_refuses_ns_pages_with_other_attributes),
		test(fold_refuses_ns_pages_that_are_no_aligned_block),
		test(fold_goes_up_to_level_1_blocks),
		test(fold_refuses_a_table_of_tables),
		test(fold_refuses_a_block_at_level_0),
		test(fold_refuses_a_full_table_at_level_1),
		test(fold_reaches_level_0_with_what_is_unassigned),
		test(blocks_are_not_mapped_at_level_0),
		cmocka_unit_test_setup_teardown(fold_is_not_deceived_by_tables,
						wide_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			fold_refuses_a_block_of_1_gib_of_the_realms, wide_setup,
			fixture_teardown),
		test(destroy_refuses_a_wrong_rd),
		test(destroy_needs_a_table),
		test(destroy_tells_where_something_is_live),
		test(destroy_refuses_a_table_in_use),
		test(destroy_leaves_destroyed),
		test(destroy_takes_ns_mappings_along),
		test(destroy_works_on_a_zombie),
		test(a_table_keeps_its_realm),
		test(read_entry_refuses_wrong_places),
		test(read_entry_gives_the_level_reached),
		test(read_entry_gives_the_page_of_a_destroyed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
