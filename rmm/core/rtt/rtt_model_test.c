/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences of the table commands, compared with a model: an array of
 * pages, and for each 2 MiB whether there is a table. Tables do not affect the
 * pages of the model, which thereby shows that unfolding and folding do not
 * affect them in the RMM.
 */
#include "abi/rsi.h"
#include "lib/number.h"
#include "rmm/fixture/rtt_fixture.h"

#define RD  page(PAGE_RD)
#define REC page(PAGE_REC)

/* Two slots of 2 MiB in each half of the IPA space. Their tables at level 2
 * stay. */
#define SLOTS      4
#define SLOT_PAGES 512
#define PROTECTED  2 /* slots */
#define POOL       1024 /* granules to map, from PAGE_BLOCK on */

#define STEPS 1500

struct model_page {
	bool assigned;
	uint8_t ripas;
	uint64_t pa;
};

struct model {
	struct fixture *f;
	uint64_t random;
	bool active;
	bool table[SLOTS];
	struct model_page pages[SLOTS * SLOT_PAGES];
};

/* The pages that an entry of the deepest table maps. */
struct span {
	unsigned first;
	unsigned count;
};

static unsigned pick(struct model *m, unsigned bound)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (unsigned)((m->random >> 20) % bound);
}

static bool is_protected(unsigned n)
{
	return n < PROTECTED * SLOT_PAGES;
}

static uint64_t ipa_of(unsigned n)
{
	unsigned half = PROTECTED * SLOT_PAGES;

	return n < half ? GIB1 + n * KIB4 : UNPROT + (n - half) * KIB4;
}

static int level_at(const struct model *m, unsigned n)
{
	return m->table[n / SLOT_PAGES] ? 3 : 2;
}

static unsigned pages_at(int level)
{
	return level == 3 ? 1 : SLOT_PAGES;
}

/* A table at level 3 ends with its slot, one at level 2 with its half. */
static unsigned table_end(const struct model *m, unsigned n)
{
	unsigned reach =
		level_at(m, n) == 3 ? SLOT_PAGES : PROTECTED * SLOT_PAGES;

	return (n / reach + 1) * reach;
}

static bool in_pool(const struct model *m, uint64_t pa)
{
	for (unsigned n = 0; n < PROTECTED * SLOT_PAGES; n++) {
		if (m->pages[n].assigned && m->pages[n].pa == pa)
			return false;
	}
	return true;
}

/* ---- The structure commands ---- */

static unsigned assigned_in(const struct model *m, unsigned slot)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SLOT_PAGES; i++)
		count += m->pages[slot * SLOT_PAGES + i].assigned;
	return count;
}

static bool uniform(const struct model *m, unsigned slot)
{
	const struct model_page *first = &m->pages[slot * SLOT_PAGES];

	if (!is_aligned(first->pa, MIB2))
		return false;
	for (unsigned i = 1; i < SLOT_PAGES; i++) {
		if (first[i].assigned != first->assigned ||
		    first[i].ripas != first->ripas ||
		    first[i].pa != (first->assigned ? first->pa + i * KIB4 : 0))
			return false;
	}
	return true;
}

static void step_create(struct model *m)
{
	unsigned slot = pick(m, SLOTS);
	uint64_t ipa = ipa_of(slot * SLOT_PAGES);
	uint64_t expected = m->table[slot] ? AT_LEVEL(2) : RMI_SUCCESS;

	assert_int_equal(
		rmi(m->f, RMI_RTT_CREATE, RD, page(PAGE_TABLE + slot), ipa, 3),
		m->table[slot] ? RMI_ERROR_INPUT : expected);
	m->table[slot] = true;
}

static void step_fold(struct model *m)
{
	unsigned slot = pick(m, SLOTS);
	uint64_t expected = AT_LEVEL(2);

	if (m->table[slot])
		expected = uniform(m, slot) ? RMI_SUCCESS : AT_LEVEL(3);
	assert_int_equal(
		rmi(m->f, RMI_RTT_FOLD, RD, ipa_of(slot * SLOT_PAGES), 3),
		expected);
	if (expected == RMI_SUCCESS)
		m->table[slot] = false;
}

static void step_destroy(struct model *m)
{
	unsigned slot = pick(m, SLOTS);
	bool protected = slot < PROTECTED;
	uint64_t expected = AT_LEVEL(2);

	if (m->table[slot]) {
		expected = protected && assigned_in(m, slot) ? AT_LEVEL(3)
							     : RMI_SUCCESS;
	}
	assert_int_equal(
		rmi(m->f, RMI_RTT_DESTROY, RD, ipa_of(slot * SLOT_PAGES), 3),
		expected);
	if (expected != RMI_SUCCESS)
		return;
	m->table[slot] = false;
	for (unsigned i = 0; i < SLOT_PAGES; i++) {
		m->pages[slot * SLOT_PAGES + i] = (struct model_page){
			.ripas = protected ? RMI_RIPAS_DESTROYED : 0,
		};
	}
}

/* ---- Sweeps over a range ---- */

/* Changes an entry. Returns whether the sweep goes on after it. */
typedef bool sweep_fn(struct model *m, struct span span, void *context);

/* Returns the page reached. */
static unsigned sweep(struct model *m, unsigned base, unsigned top,
		      sweep_fn *visit, void *context)
{
	int level = level_at(m, base);
	unsigned end = table_end(m, base);
	struct span span = { base, pages_at(level) };

	if (base % span.count != 0)
		return base;
	for (; span.first < end; span.first += span.count) {
		if (level_at(m, span.first) != level ||
		    span.count > top - span.first || !visit(m, span, context))
			break;
	}
	return span.first;
}

/* Picks a range within one half of the IPA space. */
static void range_pick(struct model *m, bool protected, unsigned *base,
		       unsigned *top)
{
	unsigned half = PROTECTED * SLOT_PAGES;

	*base = pick(m, half);
	if (pick(m, 2))
		*base -= *base % SLOT_PAGES;
	*top = *base + 1 + pick(m, half - *base);
	if (pick(m, 2))
		*top = half;
	*base += protected ? 0 : half;
	*top += protected ? 0 : half;
}

/* Fails the test unless a command with a sweep came from base to next, or made
 * no progress. */
static void swept(struct model *m, uint64_t status, unsigned base,
		  unsigned next, int level)
{
	assert_int_equal(status, next == base ? AT_LEVEL(level) : RMI_SUCCESS);
	if (next != base) {
		assert_int_equal(m->f->regs.x[1],
				 ipa_of(base) + (next - base) * KIB4);
	}
}

struct ripas_change {
	uint8_t ripas;
	bool change_destroyed;
};

static bool visit_ripas(struct model *m, struct span span, void *context)
{
	const struct ripas_change *change = context;
	struct model_page *first = &m->pages[span.first];

	if (first->ripas == RMI_RIPAS_DESTROYED && !change->change_destroyed)
		return false;
	for (unsigned i = 0; i < span.count; i++)
		first[i].ripas = change->ripas;
	return true;
}

static void step_ripas(struct model *m)
{
	struct ripas_change change = { RMI_RIPAS_RAM, false };
	unsigned base, top, next;
	uint64_t status;
	int level;

	range_pick(m, true, &base, &top);
	level = level_at(m, base);
	if (m->active) {
		change.ripas = (uint8_t)pick(m, 2);
		change.change_destroyed = pick(m, 2);
		ripas_ask(m->f, ipa_of(base), GIB1 + top * KIB4, change.ripas,
			  change.change_destroyed);
		status = rmi(m->f, RMI_RTT_SET_RIPAS, RD, REC, ipa_of(base),
			     GIB1 + top * KIB4);
	} else {
		status = rmi(m->f, RMI_RTT_INIT_RIPAS, RD, ipa_of(base),
			     GIB1 + top * KIB4);
	}
	next = sweep(m, base, top, visit_ripas, &change);
	swept(m, status, base, next, level);
}

static bool visit_unmap(struct model *m, struct span span, void *context)
{
	struct model_page *first = &m->pages[span.first];
	unsigned *moved = context;

	if (!first->assigned)
		return true;
	if (is_protected(span.first) && *moved >= SLOT_PAGES)
		return false;
	*moved += span.count;
	for (unsigned i = 0; i < span.count; i++) {
		first[i].assigned = false;
		first[i].pa = 0;
		if (is_protected(span.first) && first[i].ripas == RMI_RIPAS_RAM)
			first[i].ripas = RMI_RIPAS_DESTROYED;
	}
	return true;
}

static void step_unmap(struct model *m)
{
	bool protected = pick(m, 2);
	uint64_t fid = protected ? RMI_RTT_DATA_UNMAP : RMI_RTT_UNPROT_UNMAP;
	unsigned base, top, moved = 0;
	uint64_t status;
	int level;

	range_pick(m, protected, &base, &top);
	level = level_at(m, base);
	status = rmi(m->f, fid, RD, ipa_of(base),
		     ipa_of(base) + (top - base) * KIB4, 0, 0);
	swept(m, status, base, sweep(m, base, top, visit_unmap, &moved), level);
}

/* ---- Mapping ---- */

/* Returns the status that mapping one block of memory at a span must give. */
static uint64_t map_expect(struct model *m, struct span span, uint64_t pa)
{
	struct model_page *first = &m->pages[span.first];
	int level = span.count == 1 ? 3 : 2;

	if (level_at(m, span.first) != level)
		return AT_LEVEL(2);
	if (first->assigned)
		return first->pa == pa ? RMI_SUCCESS : AT_LEVEL(level);
	for (unsigned i = 0; is_protected(span.first) && i < span.count; i++) {
		if (!in_pool(m, pa + i * KIB4))
			return RMI_ERROR_INPUT;
	}
	for (unsigned i = 0; i < span.count; i++) {
		first[i].assigned = true;
		first[i].pa = pa + i * KIB4;
	}
	return RMI_SUCCESS;
}

/* Picks memory: mostly such that the slot could become one block. */
static void map_pick(struct model *m, struct span *span, uint64_t *pa)
{
	unsigned slot = pick(m, SLOTS);
	unsigned n = pick(m, SLOT_PAGES);

	*span = (struct span){ slot * SLOT_PAGES + n, 1 };
	*pa = page(PAGE_BLOCK + slot % 2 * SLOT_PAGES +
		   (pick(m, 8) ? n : pick(m, SLOT_PAGES)));
	if (pick(m, 4) == 0) {
		*span = (struct span){ slot * SLOT_PAGES, SLOT_PAGES };
		*pa = page(PAGE_BLOCK + pick(m, 2) * SLOT_PAGES);
	}
}

static void step_map(struct model *m)
{
	struct span span;
	uint64_t pa, fid, flags, status, ipa;

	map_pick(m, &span, &pa);
	ipa = ipa_of(span.first);
	fid = is_protected(span.first) ? RMI_RTT_DATA_MAP : RMI_RTT_UNPROT_MAP;
	flags = is_protected(span.first) ? SINGLE : SINGLE | NS_RW;
	status = rmi(m->f, fid, RD, ipa, ipa + span.count * KIB4, flags,
		     range(pa, span.count == 1 ? 3 : 2, 1, RMI_RANGE_DELEGATED));
	assert_int_equal(status, map_expect(m, span, pa));
}

/* Maps the rest of a slot page by page, so that there are tables to fold. */
static void step_fill(struct model *m)
{
	unsigned slot = pick(m, SLOTS), first = slot * SLOT_PAGES;

	if (!m->table[slot])
		return;
	for (unsigned i = 0; i < SLOT_PAGES; i++) {
		uint64_t ipa = ipa_of(first + i);
		uint64_t pa = page(PAGE_BLOCK + slot % 2 * SLOT_PAGES + i);
		bool protected = is_protected(first);
		uint64_t status = rmi(
			m->f, protected ? RMI_RTT_DATA_MAP : RMI_RTT_UNPROT_MAP,
			RD, ipa, ipa + KIB4, protected ? SINGLE : SINGLE | NS_RW,
			range(pa, 3, 1, RMI_RANGE_DELEGATED));

		assert_int_equal(
			status,
			map_expect(m, (struct span){ first + i, 1 }, pa));
	}
}

static void step_map_init(struct model *m)
{
	unsigned n = pick(m, PROTECTED * SLOT_PAGES);
	uint64_t pa = page(PAGE_BLOCK + pick(m, POOL));
	uint64_t expected = RMI_SUCCESS;

	if (m->active)
		expected = RMI_ERROR_REALM;
	else if (level_at(m, n) != 3 || m->pages[n].assigned)
		expected = AT_LEVEL(level_at(m, n));
	else if (!in_pool(m, pa))
		expected = RMI_ERROR_INPUT;
	assert_int_equal(rmi(m->f, RMI_RTT_DATA_MAP_INIT, RD, pa, ipa_of(n),
			     page(PAGE_SCRATCH), 1),
			 expected);
	if (expected == RMI_SUCCESS)
		m->pages[n] = (struct model_page){ true, RMI_RIPAS_RAM, pa };
}

/* ---- The comparison ---- */

static void page_check(const struct model *m, unsigned n)
{
	const struct model_page *p = &m->pages[n];
	int level = level_at(m, n);
	uint64_t size = rtt_level_size(level), ipa = ipa_of(n);
	struct entry_seen seen = entry_read(m->f, ipa & ~(size - 1), level);
	uint64_t desc = p->assigned ? p->pa - ipa % size : 0;

	if (p->assigned && !is_protected(n))
		desc |= 6 << 2 | 0xc0;
	assert_int_equal(seen.level, level);
	assert_int_equal(seen.state, p->assigned ? RMI_ENTRY_ASSIGNED
						 : RMI_ENTRY_UNASSIGNED);
	assert_int_equal(seen.desc, desc);
	assert_int_equal(seen.ripas, p->ripas);
}

static void granules_check(const struct model *m)
{
	unsigned data = 0, assigned = 0;

	for (unsigned i = 0; i < POOL; i++)
		data += state_of(m->f, PAGE_BLOCK + i) == GRANULE_DATA;
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		unsigned table = PAGE_TABLE + slot;
		unsigned count = slot < PROTECTED ? assigned_in(m, slot) : 0;

		assigned += count;
		assert_int_equal(state_of(m->f, table),
				 m->table[slot] ? GRANULE_RTT
						: GRANULE_DELEGATED);
		assert_int_equal(refs_of(m->f, table),
				 m->table[slot] ? count : 0);
	}
	assert_int_equal(data, assigned);
}

static void model_check(const struct model *m)
{
	for (unsigned n = 0; n < SLOTS * SLOT_PAGES; n++)
		page_check(m, n);
	granules_check(m);
}

/* ---- The runs ---- */

static void (*const steps[])(struct model *m) = {
	step_create, step_fold, step_destroy,  step_ripas, step_ripas,
	step_map,    step_map,  step_map_init, step_unmap, step_fill,
};

static void run(struct fixture *f, uint64_t seed)
{
	static struct model m;

	m = (struct model){ .f = f, .random = seed };
	tables_make(f, GIB1, 2);
	table_make(f, PAGE_L3, UNPROT, 2);
	delegate(f, PAGE_TABLE, SLOTS);
	delegate(f, PAGE_BLOCK, POOL);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	for (unsigned i = 0; i < STEPS; i++) {
		if (i == STEPS / 3) {
			done(f, RMI_REALM_ACTIVATE, RD);
			m.active = true;
		}
		steps[pick(&m, sizeof(steps) / sizeof(steps[0]))](&m);
		page_check(&m, pick(&m, SLOTS * SLOT_PAGES));
		if (i % 50 == 0)
			model_check(&m);
	}
	model_check(&m);
}

static void sequence_1_agrees(void **state)
{
	run(*state, 0x9e3779b97f4a7c15);
}

static void sequence_2_agrees(void **state)
{
	run(*state, 0xd1b54a32d192ed03);
}

static void sequence_3_agrees(void **state)
{
	run(*state, 0x2545f4914f6cdd1d);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(sequence_1_agrees),
		test(sequence_2_agrees),
		test(sequence_3_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
