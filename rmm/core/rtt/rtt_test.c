/* SPDX-License-Identifier: BSD-3-Clause */
/* Shapes of the IPA space, root tables, walks, and the look-ups for a Realm's
 * calls. */
#include "rmm/fixture/rtt_fixture.h"

#include <string.h>

#define RD   page(PAGE_RD)
#define BASE GIB1 /* a protected IPA */

/* ---- Shapes ---- */

struct shape {
	uint32_t ipa_bits;
	int64_t start_level;
	unsigned roots; /* 0: there is no such shape */
};

/* The table in docs/rmi.md, Walk and level rules. */
static const struct shape shapes[] = {
	{ 31, 2, 0 }, { 32, 2, 4 },
	{ 33, 2, 8 }, { 34, 2, 16 },
	{ 35, 2, 0 }, { 31, 1, 0 },
	{ 32, 1, 1 }, { 39, 1, 1 },
	{ 40, 1, 2 }, { 41, 1, 4 },
	{ 42, 1, 8 }, { 43, 1, 16 },
	{ 44, 1, 0 }, { 39, 0, 0 },
	{ 40, 0, 1 }, { 43, 0, 1 },
	{ 48, 0, 1 }, { 49, 0, 0 },
	{ 32, 3, 0 }, { 40, -1, 0 },
	{ 40, 4, 0 }, { 39, INT64_C(0x100000001), 0 },
	{ 0, 1, 0 },  { UINT32_MAX, 1, 0 },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void shapes_have_the_published_root_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		assert_int_equal(rtt_root_count(shapes[i].ipa_bits,
						shapes[i].start_level, 48),
				 shapes[i].roots);
	}
}

static void start_level_0_needs_a_wide_machine(void **state)
{
	(void)state;
	assert_int_equal(rtt_root_count(40, 0, 43), 0);
	assert_int_equal(rtt_root_count(40, 0, 44), 1);
	assert_int_equal(rtt_root_count(40, 1, 40), 2);
}

/* ---- Roots and walks ---- */

/* The root tables from PAGE_ROOTS on. */
#define PAGE_ROOTS 256
#define PAGE_REALM 280
#define PAGE_TREE  288

static void shape_make(struct fixture *f, const struct shape *shape)
{
	struct rmi_realm_params *params = fixture_realm_params(f);

	params->s2sz = shape->ipa_bits;
	params->rtt_level_start = shape->start_level;
	params->rtt_num_start = shape->roots;
	params->rtt_base = page(PAGE_ROOTS);
	delegate(f, PAGE_ROOTS, shape->roots);
	delegate(f, PAGE_REALM, 1);
	done(f, RMI_REALM_CREATE, page(PAGE_REALM), page(PAGE_SCRATCH));
}

static void shape_drop(struct fixture *f, const struct shape *shape)
{
	done(f, RMI_REALM_TERMINATE, page(PAGE_REALM));
	done(f, RMI_REALM_DESTROY, page(PAGE_REALM));
	undelegate(f, PAGE_ROOTS, shape->roots);
	undelegate(f, PAGE_REALM, 1);
}

/* Entries are EMPTY below the middle of the IPA space, and NS from there on. */
static void roots_check(struct fixture *f, const struct shape *shape)
{
	uint64_t size = rtt_level_size((int)shape->start_level);
	uint64_t middle = UINT64_C(1) << (shape->ipa_bits - 1);

	for (unsigned i = 0; i < shape->roots * RTT_ENTRIES; i++) {
		const uint64_t *root = peek(f, PAGE_ROOTS + i / RTT_ENTRIES);
		struct rtt_entry entry = rtt_entry_decode(
			root[i % RTT_ENTRIES], (int)shape->start_level);

		assert_int_equal(entry.kind, i * size < middle
						     ? RTT_UNASSIGNED
						     : RTT_UNASSIGNED_NS);
		assert_int_equal(entry.ripas, RMI_RIPAS_EMPTY);
	}
}

static void roots_are_half_protected(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < SHAPES; i++) {
		if (shapes[i].roots == 0)
			continue;
		memset(host(f, PAGE_ROOTS), 0xff, GRANULE_SIZE);
		shape_make(f, &shapes[i]);
		roots_check(f, &shapes[i]);
		shape_drop(f, &shapes[i]);
	}
}

/* Makes tables down to level 3 at ipa, walks to each, and destroys them. */
static void tree_check(struct fixture *f, const struct shape *shape,
		       uint64_t ipa)
{
	uint64_t rd = page(PAGE_REALM);
	int first = (int)shape->start_level + 1;
	uint64_t span = RTT_ENTRIES * rtt_level_size(first - 1);
	unsigned root = PAGE_ROOTS + (unsigned)(ipa / span);

	for (int level = first; level <= 3; level++) {
		done(f, RMI_RTT_CREATE, rd, page(PAGE_TREE + (unsigned)level),
		     ipa & ~(rtt_level_size(level - 1) - 1), (uint64_t)level);
	}
	assert_int_equal(refs_of(f, root), 1);
	done(f, RMI_RTT_READ_ENTRY, rd, ipa, 3);
	assert_int_equal(f->regs.x[1], 3);
	for (int level = 3; level >= first; level--) {
		done(f, RMI_RTT_DESTROY, rd,
		     ipa & ~(rtt_level_size(level - 1) - 1), (uint64_t)level);
	}
	assert_int_equal(refs_of(f, root), 0);
}

static void walks_start_in_the_right_root(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_TREE, 4);
	for (size_t i = 0; i < SHAPES; i++) {
		uint64_t size = UINT64_C(1) << (shapes[i].ipa_bits & 63);

		if (shapes[i].roots == 0)
			continue;
		shape_make(f, &shapes[i]);
		tree_check(f, &shapes[i], 0);
		tree_check(f, &shapes[i], size / 2 - KIB4);
		tree_check(f, &shapes[i], size / 2);
		tree_check(f, &shapes[i], size / 4 * 3 + 5 * KIB4);
		tree_check(f, &shapes[i], size - KIB4);
		refused(f, RMI_ERROR_INPUT, RMI_RTT_READ_ENTRY,
			page(PAGE_REALM), size, 3);
		shape_drop(f, &shapes[i]);
	}
}

static void references_of_all_roots_count(void **state)
{
	struct fixture *f = *state;
	const struct shape shape = { 40, 1, 2 };
	uint64_t last = (UINT64_C(1) << 40) - GIB1;

	shape_make(f, &shape);
	delegate(f, PAGE_TREE, 1);
	done(f, RMI_RTT_CREATE, page(PAGE_REALM), page(PAGE_TREE), last, 2);
	done(f, RMI_REALM_TERMINATE, page(PAGE_REALM));
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, page(PAGE_REALM));
	done(f, RMI_RTT_DESTROY, page(PAGE_REALM), last, 2);
	done(f, RMI_REALM_DESTROY, page(PAGE_REALM));
}

/* ---- Look-ups for a Realm's calls ---- */

static const struct realm_s2 *s2_of(struct fixture *f)
{
	return &((const struct rd *)peek(f, PAGE_RD))->s2;
}

static void page_expect(struct fixture *f, uint64_t ipa, enum rtt_page page,
			int level)
{
	struct rtt_walk walk;
	pa_t pa;
	int seen;

	assert_int_equal(rtt_page_find(inprocess_rmm(f->machine), s2_of(f),
				       ipa_make(ipa), &walk, &pa, &seen),
			 page);
	assert_int_equal(seen, level);
	if (page == RTT_PAGE_READY)
		rtt_walk_end(&walk);
}

static void pages_are_found_by_their_state(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	page_expect(f, BASE, RTT_PAGE_REFUSED, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	page_expect(f, BASE, RTT_PAGE_REFUSED, 3);
	ram_make(f, BASE, BASE + 2 * KIB4);
	page_expect(f, BASE, RTT_PAGE_READY, 3);
	page_expect(f, BASE + KIB4, RTT_PAGE_ABSENT, 3);
	destroyed_make(f, BASE + 2 * KIB4, PAGE_MEM + 1);
	page_expect(f, BASE + 2 * KIB4, RTT_PAGE_ABSENT, 3);
	data_make(f, BASE + 2 * KIB4, PAGE_MEM + 1, 1);
	page_expect(f, BASE + 2 * KIB4, RTT_PAGE_ABSENT, 3);
	ram_make(f, BASE + MIB2, BASE + 2 * MIB2);
	page_expect(f, BASE + MIB2 + KIB4, RTT_PAGE_ABSENT, 2);
}

static void a_page_is_found_in_a_block(void **state)
{
	struct fixture *f = *state;
	struct rtt_walk walk;
	int level;
	pa_t pa;

	tables_make(f, BASE, 2);
	ram_make(f, BASE, BASE + MIB2);
	block_make(f, BASE);
	assert_int_equal(rtt_page_find(inprocess_rmm(f->machine), s2_of(f),
				       ipa_make(BASE + 5 * KIB4), &walk, &pa,
				       &level),
			 RTT_PAGE_READY);
	assert_int_equal(pa.value, page(PAGE_BLOCK + 5));
	assert_int_equal(granule_state(&walk.table), GRANULE_RTT);
	rtt_walk_end(&walk);
}

static void ripas_expect(struct fixture *f, uint64_t start, uint64_t top,
			 uint8_t ripas, uint64_t end)
{
	ipa_t reached = ipa_make(top);

	assert_int_equal(rtt_ripas_get(inprocess_rmm(f->machine), s2_of(f),
				       ipa_make(start), &reached),
			 ripas);
	assert_int_equal(reached.value, end);
}

static void ripas_reaches_to_the_next_change(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	ram_make(f, BASE + KIB4, BASE + 3 * KIB4);
	data_make(f, BASE + 2 * KIB4, PAGE_MEM, 1);
	/* a change; the caller's top; the table's end; a table */
	ripas_expect(f, BASE, BASE + MIB2, RMI_RIPAS_EMPTY, BASE + KIB4);
	ripas_expect(f, BASE + KIB4, BASE + MIB2, RMI_RIPAS_RAM,
		     BASE + 3 * KIB4);
	ripas_expect(f, BASE + KIB4, BASE + 2 * KIB4, RMI_RIPAS_RAM,
		     BASE + 2 * KIB4);
	ripas_expect(f, BASE + 3 * KIB4, BASE + GIB1, RMI_RIPAS_EMPTY,
		     BASE + MIB2);
	ripas_expect(f, KIB4, UNPROT, RMI_RIPAS_EMPTY, BASE);
	ripas_expect(f, BASE + MIB2 + KIB4, UNPROT, RMI_RIPAS_EMPTY,
		     BASE + GIB1);
	destroyed_make(f, BASE + 9 * KIB4, PAGE_MEM + 1);
	ripas_expect(f, BASE + 9 * KIB4, BASE + MIB2, RMI_RIPAS_DESTROYED,
		     BASE + 10 * KIB4);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(shapes_have_the_published_root_tables),
		test(start_level_0_needs_a_wide_machine),
		test(roots_are_half_protected),
		test(walks_start_in_the_right_root),
		test(references_of_all_roots_count),
		test(pages_are_found_by_their_state),
		test(a_page_is_found_in_a_block),
		test(ripas_reaches_to_the_next_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
