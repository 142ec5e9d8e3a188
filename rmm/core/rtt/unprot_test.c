/* SPDX-License-Identifier: BSD-3-Clause */
/* RTT_UNPROT_MAP and RTT_UNPROT_UNMAP. */
#include "rmm/fixture/rtt_fixture.h"

#include "abi/bits.h"

#define RD page(PAGE_RD)
#define PA UINT64_C(0x1200000) /* not tracked; 2 MiB-aligned */

static uint64_t flags(unsigned memattr, unsigned s2ap)
{
	return SINGLE | BITS_PUT(RMI_MAP_MEMATTR, memattr) |
	       BITS_PUT(RMI_MAP_S2AP, s2ap);
}

static uint64_t ns(uint64_t pa, int level, unsigned count)
{
	return range(pa, level, count, RMI_RANGE_UNDELEGATED);
}

/* ---- RTT_UNPROT_MAP ---- */

static void map_gives_attributes_to_the_descriptor(void **state)
{
	struct fixture *f = *state;
	const uint64_t *entries = peek(f, PAGE_L3);
	unsigned i = 0;

	tables_make(f, UNPROT, 3);
	for (unsigned memattr = 0; memattr < 8; memattr++) {
		uint64_t ipa = UNPROT + i * KIB4;

		if (memattr == RMI_MEMATTR_RESERVED)
			continue;
		ns_make(f, ipa, ns(PA, 3, 1), KIB4, flags(memattr, 3));
		assert_entry(f, ipa, 3, RMI_ENTRY_ASSIGNED,
			     PA | memattr << 2 | 0xc0, 0);
		/* NS, never executable, accessed, inner shareable, a page */
		assert_int_equal(entries[i], UINT64_C(0x00c0000000000703) | PA |
						     memattr << 2 | 0xc0);
		i++;
	}
}

/* Bit 0 of the flags' field is write; in descriptors it is read. */
static void map_gives_permissions_to_the_descriptor(void **state)
{
	struct fixture *f = *state;
	const uint64_t desc[] = { 0, 0x80, 0x40, 0xc0 };

	tables_make(f, UNPROT, 3);
	for (unsigned s2ap = 0; s2ap < 4; s2ap++) {
		uint64_t ipa = UNPROT + s2ap * KIB4;

		ns_make(f, ipa, ns(PA, 3, 1), KIB4, flags(6, s2ap));
		assert_entry(f, ipa, 3, RMI_ENTRY_ASSIGNED,
			     PA | 6 << 2 | desc[s2ap], 0);
	}
}

static void map_counts_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t word = inprocess_rmm(f->machine)->granules[PAGE_MEM].word;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, ns(page(PAGE_MEM), 3, 2), 2 * KIB4, NS_RW);
	assert_int_equal(refs_of(f, PAGE_L3), 0);
	assert_int_equal(inprocess_rmm(f->machine)->granules[PAGE_MEM].word,
			 word);
}

static void map_accepts_either_state(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, range(PA, 3, 1, RMI_RANGE_DELEGATED), KIB4, NS_RW);
	ns_make(f, UNPROT + KIB4, ns(PA, 3, 1), KIB4, NS_RW);
}

static void map_takes_blocks_of_two_levels(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 2);
	ns_make(f, UNPROT, ns(PA, 2, 511), 511 * MIB2, NS_RW);
	ns_make(f, UNPROT + GIB1, ns(8 * GIB1, 1, 2), 2 * GIB1, NS_RW);
	assert_entry(f, UNPROT + 510 * MIB2, 2, RMI_ENTRY_ASSIGNED,
		     (PA + 510 * MIB2) | 6 << 2 | 0xc0, 0);
	assert_entry(f, UNPROT + 2 * GIB1, 1, RMI_ENTRY_ASSIGNED,
		     9 * GIB1 | 6 << 2 | 0xc0, 0);
}

static void map_again_changes_nothing(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, ns(PA, 3, 2), 2 * KIB4, NS_RW);
	snapshot_take(f);
	ns_make(f, UNPROT, ns(PA, 3, 2), 2 * KIB4, NS_RW);
	snapshot_check(f);
}

static void map_refuses_to_change_a_mapping(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, ns(PA, 3, 1), KIB4, NS_RW);
	refused(f, AT_LEVEL(3), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + KIB4,
		flags(6, 3), ns(PA + KIB4, 3, 1));
	refused(f, AT_LEVEL(3), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + KIB4,
		flags(5, 3), ns(PA, 3, 1));
	refused(f, AT_LEVEL(3), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + KIB4,
		flags(6, 2), ns(PA, 3, 1));
}

static void map_refuses_a_table(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	refused(f, AT_LEVEL(2), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + MIB2,
		flags(6, 3), ns(PA, 2, 1));
}

static void map_refuses_wrong_arguments(void **state)
{
	struct fixture *f = *state;
	const uint64_t one = ns(PA, 3, 1), top = UNPROT + KIB4;
	const uint64_t bad[][5] = {
		{ 0, UNPROT, top, flags(6, 3), one },
		{ RD, UNPROT, UNPROT, flags(6, 3), one },
		{ RD, UNPROT, top, flags(4, 3), one },
		{ RD, UNPROT, top, flags(6, 4), one },
		{ RD, UNPROT, top, flags(6, 8), one },
		{ RD, UNPROT, top, NS_RW, one }, /* type: none */
		{ RD, UNPROT, top, NS_RW | 3, one },
		{ RD, UNPROT, top, NS_RW | list_of(0), page(PAGE_SCRATCH) },
		{ RD, UNPROT, top, flags(6, 3), one | 3 },
		{ RD, UNPROT, top, flags(6, 3), 0 },
		{ RD, 0, KIB4, flags(6, 3), one },
		{ RD, UNPROT - KIB4, top, flags(6, 3), one },
		{ RD, IPA_END - KIB4, IPA_END + KIB4, flags(6, 3), one },
		{ RD, UNPROT + 8, top, flags(6, 3), one },
		{ RD, UNPROT, top + 8, flags(6, 3), one },
		{ RD, UNPROT, UNPROT + 8, flags(6, 3), one },
		{ RD, IPA_END - KIB4, IPA_END + 8, flags(6, 3), one },
		{ RD, UNPROT, top, flags(6, 3), ns(UINT64_C(1) << 48, 3, 1) },
	};

	tables_make(f, UNPROT, 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_UNPROT_MAP, bad[i][0],
			bad[i][1], bad[i][2], bad[i][3], bad[i][4]);
	}
}

static void map_stops_before_a_part_of_a_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 2);
	done(f, RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + MIB2 + KIB4,
	     flags(6, 3), ns(PA, 2, 2));
	assert_int_equal(f->regs.x[1], UNPROT + MIB2);
	assert_entry(f, UNPROT + MIB2, 2, RMI_ENTRY_UNASSIGNED, 0, 0);
}

static void map_refuses_an_unaligned_block(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 2);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_UNPROT_MAP, RD, UNPROT,
		UNPROT + MIB2, flags(6, 3), ns(PA + KIB4, 2, 1));
	refused(f, AT_LEVEL(2), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + KIB4,
		flags(6, 3), ns(PA, 2, 1));
}

static void map_needs_a_table_of_the_level(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	refused(f, AT_LEVEL(1), RMI_RTT_UNPROT_MAP, RD, UNPROT, UNPROT + KIB4,
		flags(6, 3), ns(PA, 3, 1));
}

static void map_needs_a_living_realm(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	done(f, RMI_REALM_ACTIVATE, RD);
	ns_make(f, UNPROT, ns(PA, 3, 1), KIB4, NS_RW);
	done(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_RTT_UNPROT_MAP, RD, UNPROT,
		UNPROT + KIB4, flags(6, 3), ns(PA, 3, 1));
}

/* ---- RTT_UNPROT_UNMAP ---- */

static void unmap_gives_back_what_was_mapped(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT + KIB4, ns(PA, 3, 3), 3 * KIB4, NS_RW);
	tlb_watch(f, &log);
	log.slot = (uint64_t *)peek(f, PAGE_L3) + 1;
	done(f, RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + MIB2, SINGLE, 0);
	assert_int_equal(f->regs.x[1], UNPROT + MIB2);
	assert_int_equal(f->regs.x[2], ns(PA, 3, 3));
	assert_int_equal(log.entry & 1, 0);
	tlb_was(&log, UNPROT + KIB4, 3 * KIB4);
	assert_entry(f, UNPROT + KIB4, 3, RMI_ENTRY_UNASSIGNED, 0, 0);
	assert_int_equal(refs_of(f, PAGE_L3), 0);
}

static void unmap_takes_many_blocks(void **state)
{
	struct fixture *f = *state;
	const uint64_t *list = host(f, PAGE_SCRATCH);

	tables_make(f, UNPROT, 2);
	ns_make(f, UNPROT, ns(PA, 2, 512), GIB1, NS_RW);
	done(f, RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + GIB1, list_of(8),
	     page(PAGE_SCRATCH));
	assert_int_equal(f->regs.x[1], UNPROT + GIB1);
	assert_int_equal(f->regs.x[3], 1);
	assert_int_equal(list[0], ns(PA, 2, 512));
}

static void unmap_of_nothing_needs_no_invalidation(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, UNPROT, 3);
	tlb_watch(f, &log);
	done(f, RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + MIB2, 0, 0);
	assert_int_equal(f->regs.x[1], UNPROT + MIB2);
	assert_int_equal(log.count, 0);
}

static void unmap_refuses_wrong_arguments(void **state)
{
	struct fixture *f = *state;
	const uint64_t bad[][4] = {
		{ page(PAGE_L3), UNPROT, UNPROT + KIB4, 0 },
		{ RD, 0, KIB4, 0 },
		{ RD, UNPROT - KIB4, UNPROT + KIB4, 0 },
		{ RD, UNPROT, IPA_END + KIB4, 0 },
		{ RD, UNPROT, UNPROT, 0 },
		{ RD, UNPROT + 1, UNPROT + KIB4, 0 },
		{ RD, UNPROT, UNPROT + KIB4, 3 },
	};

	tables_make(f, UNPROT, 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_UNPROT_UNMAP, bad[i][0],
			bad[i][1], bad[i][2], bad[i][3], 0);
	}
}

static void unmap_refuses_parts_of_an_entry(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 2);
	ns_make(f, UNPROT, ns(PA, 2, 1), MIB2, NS_RW);
	refused(f, AT_LEVEL(2), RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + KIB4,
		0, 0);
	refused(f, AT_LEVEL(2), RMI_RTT_UNPROT_UNMAP, RD, UNPROT + KIB4,
		UNPROT + MIB2, 0, 0);
}

static void unmap_works_on_a_zombie(void **state)
{
	struct fixture *f = *state;

	tables_make(f, UNPROT, 3);
	ns_make(f, UNPROT, ns(PA, 3, 1), KIB4, NS_RW);
	done(f, RMI_REALM_TERMINATE, RD);
	done(f, RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + KIB4, 0, 0);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(map_gives_attributes_to_the_descriptor),
		test(map_gives_permissions_to_the_descriptor),
		test(map_counts_nothing),
		test(map_accepts_either_state),
		test(map_takes_blocks_of_two_levels),
		test(map_again_changes_nothing),
		test(map_refuses_to_change_a_mapping),
		test(map_refuses_a_table),
		test(map_refuses_wrong_arguments),
		test(map_stops_before_a_part_of_a_block),
		test(map_refuses_an_unaligned_block),
		test(map_needs_a_table_of_the_level),
		test(map_needs_a_living_realm),
		test(unmap_gives_back_what_was_mapped),
		test(unmap_takes_many_blocks),
		test(unmap_of_nothing_needs_no_invalidation),
		test(unmap_refuses_wrong_arguments),
		test(unmap_refuses_parts_of_an_entry),
		test(unmap_works_on_a_zombie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
