/* SPDX-License-Identifier: BSD-3-Clause */
/* RTT_INIT_RIPAS and RTT_SET_RIPAS. */
#include "abi/rsi.h"
#include "rmm/fixture/rtt_fixture.h"

#define RD   page(PAGE_RD)
#define REC  page(PAGE_REC)
#define BASE GIB1 /* a protected IPA */

/* ---- RTT_INIT_RIPAS ---- */

static void init_refuses_wrong_ranges(void **state)
{
	struct fixture *f = *state;
	const uint64_t bad[][2] = {
		{ BASE, BASE },
		{ BASE, BASE - KIB4 },
		{ BASE + 1, BASE + KIB4 },
		{ BASE, BASE + KIB4 + 1 },
		{ UNPROT, UNPROT + GIB1 },
		{ UNPROT - GIB1, UNPROT + GIB1 },
		{ IPA_END, IPA_END + GIB1 },
		{ 0, UINT64_MAX & ~(KIB4 - 1) },
	};

	tables_make(f, BASE, 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_INIT_RIPAS, RD, bad[i][0],
			bad[i][1]);
	}
}

static void init_refuses_a_wrong_rd(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_INIT_RIPAS, page(PAGE_ROOT), BASE,
		BASE + GIB1);
}

static void init_needs_a_new_realm(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	done(f, RMI_REALM_ACTIVATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_RTT_INIT_RIPAS, RD, BASE, BASE + GIB1);
}

static void init_needs_a_table_for_parts_of_an_entry(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	refused(f, AT_LEVEL(1), RMI_RTT_INIT_RIPAS, RD, BASE, BASE + MIB2);
	refused(f, AT_LEVEL(1), RMI_RTT_INIT_RIPAS, RD, BASE + MIB2,
		BASE + GIB1);
	table_make(f, PAGE_L2, BASE, 2);
	refused(f, AT_LEVEL(2), RMI_RTT_INIT_RIPAS, RD, BASE, BASE + KIB4);
}

static void init_makes_ram_of_empty(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	ram_make(f, BASE + MIB2, BASE + 3 * MIB2);
	assert_entry(f, BASE, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_EMPTY);
	assert_entry(f, BASE + MIB2, 2, RMI_ENTRY_UNASSIGNED, 0, RMI_RIPAS_RAM);
	assert_entry(f, BASE + 2 * MIB2, 2, RMI_ENTRY_UNASSIGNED, 0,
		     RMI_RIPAS_RAM);
	assert_entry(f, BASE + 3 * MIB2, 2, RMI_ENTRY_UNASSIGNED, 0,
		     RMI_RIPAS_EMPTY);
}

static void init_skips_ram(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 2);
	ram_make(f, BASE + MIB2, BASE + 2 * MIB2);
	ram_make(f, BASE, BASE + 3 * MIB2);
	ram_make(f, BASE, BASE + 3 * MIB2);
}

static void init_makes_mapped_memory_reachable(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 1);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM),
		     RMI_RIPAS_EMPTY);
	ram_make(f, BASE, BASE + KIB4);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM),
		     RMI_RIPAS_RAM);
}

/* Fails the test unless one call for [base, top) gets as far as next. */
static void init_stops_at(struct fixture *f, uint64_t base, uint64_t top,
			  uint64_t next)
{
	done(f, RMI_RTT_INIT_RIPAS, RD, base, top);
	assert_int_equal(f->regs.x[1], next);
}

static void init_stops_where_it_must(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	table_make(f, PAGE_TABLE, BASE + 4 * MIB2, 3);
	/* the end of a table; a table; an entry that passes top */
	init_stops_at(f, BASE + MIB2 - KIB4, BASE + 2 * MIB2, BASE + MIB2);
	init_stops_at(f, BASE + MIB2, BASE + 8 * MIB2, BASE + 4 * MIB2);
	init_stops_at(f, BASE + 6 * MIB2, BASE + 8 * MIB2 - KIB4,
		      BASE + 7 * MIB2);
}

static void init_stops_at_destroyed(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	destroyed_make(f, BASE + KIB4, PAGE_MEM);
	init_stops_at(f, BASE, BASE + MIB2, BASE + KIB4);
	refused(f, AT_LEVEL(3), RMI_RTT_INIT_RIPAS, RD, BASE + KIB4,
		BASE + MIB2);
}

static void init_is_not_measured(void **state)
{
	struct fixture *f = *state;
	const struct rd *rd = peek(f, PAGE_RD);
	struct measurements before;

	fixture_realm(f);
	before = rd->measurements;
	ram_make(f, BASE, BASE + GIB1);
	assert_memory_equal(&before, &rd->measurements, sizeof(before));
}

/* Counts the entries that are written, and those while the RD is locked. */
struct writes {
	struct fixture *f;
	unsigned all;
	unsigned with_rd;
};

static void entry_written(void *context)
{
	struct writes *writes = context;

	writes->all++;
	writes->with_rd += lock_of(writes->f, PAGE_RD);
}

/* RMI_REALM_ACTIVATE waits for the RD. If it did not, the host could begin this
 * command, activate and enter the Realm, and then have it change a RIPAS that
 * the Realm has chosen. */
static void init_ends_before_the_realm_becomes_active(void **state)
{
	struct fixture *f = *state;
	struct writes writes = { .f = f };

	tables_make(f, BASE, 3);
	data_make(f, BASE, PAGE_MEM, 2);
	inprocess_watch_entries(f->machine, entry_written, &writes);
	ram_make(f, BASE, BASE + 2 * KIB4);
	inprocess_watch_entries(f->machine, NULL, NULL);
	assert_int_equal(writes.all, 2);
	assert_int_equal(writes.with_rd, 2);
	assert_false(lock_of(f, PAGE_RD));
}

/* ---- RTT_SET_RIPAS ---- */

static void set_refuses_wrong_ranges(void **state)
{
	struct fixture *f = *state;
	const uint64_t top = BASE + 8 * KIB4;
	const uint64_t bad[][2] = {
		{ BASE, BASE },
		{ top, BASE },
		{ BASE, BASE + KIB4 + 1 },
		{ BASE + KIB4, top }, /* not the next */
		{ BASE - KIB4, top },
		{ BASE, top + KIB4 }, /* more than asked for */
	};

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, top, RMI_RIPAS_RAM, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, REC,
			bad[i][0], bad[i][1]);
	}
}

static void set_refuses_wrong_objects(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, BASE + KIB4, RMI_RIPAS_RAM, 0);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, REC, RD, BASE,
		BASE + KIB4);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, RD, BASE,
		BASE + KIB4);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, page(PAGE_FREE),
		BASE, BASE + KIB4);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, page(PAGE_NONE), REC,
		BASE, BASE + KIB4);
}

static void set_needs_a_request(void **state)
{
	struct fixture *f = *state;

	tables_make(f, BASE, 3);
	active_make(f);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, REC, 0, KIB4);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, REC, BASE,
		BASE + KIB4);
}

static void set_refuses_an_executing_rec(void **state)
{
	struct fixture *f = *state;
	struct granule *granule;

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, BASE + KIB4, RMI_RIPAS_RAM, 0);
	granule = &inprocess_rmm(f->machine)->granules[PAGE_REC];
	granule->word++; /* a reference, as while it executes */
	refused(f, RMI_ERROR_REC, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + KIB4);
	granule->word--;
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + KIB4);
}

static void set_refuses_a_rec_of_another_realm(void **state)
{
	struct fixture *f = *state;
	uint64_t other = page(PAGE_MEM);

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, BASE + KIB4, RMI_RIPAS_RAM, 0);
	fixture_realm_params(f)->rtt_base = page(PAGE_MEM + 1);
	delegate(f, PAGE_MEM, 2);
	done(f, RMI_REALM_CREATE, other, page(PAGE_SCRATCH));
	refused(f, RMI_ERROR_REC, RMI_RTT_SET_RIPAS, other, REC, BASE,
		BASE + KIB4);
}

static void set_needs_a_table_for_parts_of_an_entry(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	active_make(f);
	ripas_ask(f, BASE + KIB4, BASE + GIB1, RMI_RIPAS_RAM, 0);
	refused(f, AT_LEVEL(1), RMI_RTT_SET_RIPAS, RD, REC, BASE + KIB4,
		BASE + GIB1);
	ripas_ask(f, BASE, BASE + MIB2, RMI_RIPAS_RAM, 0);
	refused(f, AT_LEVEL(1), RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + MIB2);
}

static void set_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	const uint64_t top = BASE + 2 * MIB2;

	tables_make(f, BASE, 3);
	active_make(f);
	ripas_ask(f, BASE, top, RMI_RIPAS_RAM, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + KIB4);
	assert_int_equal(f->regs.x[1], BASE + KIB4);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE + KIB4, top);
	assert_int_equal(f->regs.x[1], BASE + MIB2);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE + MIB2, top);
	assert_int_equal(f->regs.x[1], top);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_SET_RIPAS, RD, REC, top, top + KIB4);
}

/* Six pages from BASE on, one for each state that an entry can be in. */
enum {
	UNASSIGNED_EMPTY,
	UNASSIGNED_RAM,
	UNASSIGNED_DESTROYED,
	ASSIGNED_EMPTY,
	ASSIGNED_RAM,
	ASSIGNED_DESTROYED,
	STATES,
};

static uint64_t ipa_in(unsigned state)
{
	return BASE + state * KIB4;
}

static void states_make(struct fixture *f)
{
	tables_make(f, BASE, 3);
	ram_make(f, ipa_in(UNASSIGNED_RAM), ipa_in(UNASSIGNED_RAM + 1));
	ram_make(f, ipa_in(ASSIGNED_RAM), ipa_in(ASSIGNED_RAM + 1));
	destroyed_make(f, ipa_in(UNASSIGNED_DESTROYED), PAGE_MEM);
	destroyed_make(f, ipa_in(ASSIGNED_DESTROYED), PAGE_MEM);
	data_make(f, ipa_in(ASSIGNED_EMPTY), PAGE_MEM, 3);
	active_make(f);
}

struct transition {
	unsigned state;
	uint8_t ripas;
	uint64_t flags;
	bool stops;
	bool stale; /* the TLBs must forget it */
};

static void transition_check(struct fixture *f,
			     const struct transition *transition)
{
	uint64_t ipa = ipa_in(transition->state);
	struct entry_seen expected = entry_read(f, ipa, 3);
	struct tlb_log log;

	tlb_watch(f, &log);
	ripas_ask(f, ipa, ipa + KIB4, transition->ripas, transition->flags);
	if (transition->stops) {
		refused(f, AT_LEVEL(3), RMI_RTT_SET_RIPAS, RD, REC, ipa,
			ipa + KIB4);
	} else {
		done(f, RMI_RTT_SET_RIPAS, RD, REC, ipa, ipa + KIB4);
		assert_int_equal(f->regs.x[1], ipa + KIB4);
		expected.ripas = transition->ripas;
	}
	entry_is(f, ipa, expected);
	if (transition->stale)
		tlb_was(&log, ipa, KIB4);
	assert_int_equal(log.count, 0);
}

#define ANYHOW RSI_IPA_CHANGE_DESTROYED

static void set_follows_the_table_to_ram(void **state)
{
	const struct transition table[] = {
		{ UNASSIGNED_EMPTY, RMI_RIPAS_RAM, 0, false, false },
		{ UNASSIGNED_RAM, RMI_RIPAS_RAM, 0, false, false },
		{ UNASSIGNED_DESTROYED, RMI_RIPAS_RAM, 0, true, false },
		{ UNASSIGNED_DESTROYED, RMI_RIPAS_RAM, ANYHOW, false, false },
		{ ASSIGNED_EMPTY, RMI_RIPAS_RAM, 0, false, false },
		{ ASSIGNED_RAM, RMI_RIPAS_RAM, 0, false, false },
		{ ASSIGNED_DESTROYED, RMI_RIPAS_RAM, 0, true, false },
		{ ASSIGNED_DESTROYED, RMI_RIPAS_RAM, ANYHOW, false, false },
	};

	states_make(*state);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		transition_check(*state, &table[i]);
}

static void set_follows_the_table_to_empty(void **state)
{
	const struct transition table[] = {
		{ UNASSIGNED_EMPTY, RMI_RIPAS_EMPTY, 0, false, false },
		{ UNASSIGNED_RAM, RMI_RIPAS_EMPTY, 0, false, false },
		{ UNASSIGNED_DESTROYED, RMI_RIPAS_EMPTY, 0, true, false },
		{ UNASSIGNED_DESTROYED, RMI_RIPAS_EMPTY, ANYHOW, false, false },
		{ ASSIGNED_EMPTY, RMI_RIPAS_EMPTY, 0, false, false },
		{ ASSIGNED_RAM, RMI_RIPAS_EMPTY, 0, false, true },
		{ ASSIGNED_DESTROYED, RMI_RIPAS_EMPTY, 0, true, false },
		{ ASSIGNED_DESTROYED, RMI_RIPAS_EMPTY, ANYHOW, false, false },
	};

	states_make(*state);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		transition_check(*state, &table[i]);
}

/* A page that a Realm gives up and takes back has its own content or zeros. */
static void set_keeps_the_content_of_pages(void **state)
{
	struct fixture *f = *state;
	uint64_t ipa = ipa_in(ASSIGNED_RAM);
	uint8_t *content = peek(f, PAGE_MEM + 1);

	states_make(f);
	content[7] = 0x5a;
	ripas_ask(f, ipa, ipa + KIB4, RMI_RIPAS_EMPTY, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, ipa, ipa + KIB4);
	ripas_ask(f, ipa, ipa + KIB4, RMI_RIPAS_RAM, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, ipa, ipa + KIB4);
	assert_entry(f, ipa, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 1),
		     RMI_RIPAS_RAM);
	assert_int_equal(content[7], 0x5a);
}

static void set_stops_before_destroyed(void **state)
{
	struct fixture *f = *state;

	states_make(f);
	ripas_ask(f, BASE, BASE + MIB2, RMI_RIPAS_RAM, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + MIB2);
	assert_int_equal(f->regs.x[1], ipa_in(UNASSIGNED_DESTROYED));
}

static void set_invalidates_the_range_once(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 3);
	ram_make(f, BASE, BASE + MIB2);
	data_make(f, BASE, PAGE_MEM, 16);
	active_make(f);
	tlb_watch(f, &log);
	ripas_ask(f, BASE, BASE + MIB2, RMI_RIPAS_EMPTY, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + MIB2);
	tlb_was(&log, BASE, MIB2);
}

static void set_changes_blocks(void **state)
{
	struct fixture *f = *state;
	struct tlb_log log;

	tables_make(f, BASE, 2);
	block_make(f, BASE);
	active_make(f);
	tlb_watch(f, &log);
	ripas_ask(f, BASE, BASE + GIB1, RMI_RIPAS_RAM, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + GIB1);
	assert_int_equal(f->regs.x[1], BASE + GIB1);
	assert_int_equal(log.count, 0);
	assert_entry(f, BASE, 2, RMI_ENTRY_ASSIGNED, page(PAGE_BLOCK),
		     RMI_RIPAS_RAM);
	ripas_ask(f, BASE, BASE + MIB2, RMI_RIPAS_EMPTY, 0);
	done(f, RMI_RTT_SET_RIPAS, RD, REC, BASE, BASE + MIB2);
	tlb_was(&log, BASE, MIB2);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(init_refuses_wrong_ranges),
		test(init_refuses_a_wrong_rd),
		test(init_needs_a_new_realm),
		test(init_needs_a_table_for_parts_of_an_entry),
		test(init_makes_ram_of_empty),
		test(init_skips_ram),
		test(init_makes_mapped_memory_reachable),
		test(init_stops_where_it_must),
		test(init_stops_at_destroyed),
		test(init_is_not_measured),
		test(init_ends_before_the_realm_becomes_active),
		test(set_refuses_wrong_ranges),
		test(set_refuses_wrong_objects),
		test(set_needs_a_request),
		test(set_refuses_an_executing_rec),
		test(set_refuses_a_rec_of_another_realm),
		test(set_needs_a_table_for_parts_of_an_entry),
		test(set_goes_on_where_it_stopped),
		test(set_follows_the_table_to_ram),
		test(set_follows_the_table_to_empty),
		test(set_keeps_the_content_of_pages),
		test(set_stops_before_destroyed),
		test(set_invalidates_the_range_once),
		test(set_changes_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
