/* SPDX-License-Identifier: BSD-3-Clause */
/* The control server's reply about a domain's memory. */
#include <string.h>

#include "abi/rmi.h"
#include "tests/domains/realm_bench.h"

#define PAGE ((uint64_t)4096)

static const struct control_memory *ask(struct table *table, uint64_t from)
{
	table->request.body.memory.from = from;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_MEMORY, 1), CONTROL_OK);
	return &table->reply.body.memory;
}

/* Joins all replies about the IPAs from one on: at most CONTROL_RUNS runs. */
static const struct control_memory *ask_all(struct table *table, uint64_t from)
{
	static struct control_memory all;
	const struct control_memory *part = ask(table, from);

	all = *part;
	while (part->next != 0) {
		struct control_run *last = &all.runs[all.count - 1];
		unsigned i = 0;

		part = ask(table, part->next);
		if (part->count > 0 && part->runs[0].kind == last->kind &&
		    part->runs[0].ipa == last->ipa + last->pages * PAGE)
			last->pages += part->runs[i++].pages;
		for (; i < part->count; i++) {
			assert_true(all.count < CONTROL_RUNS);
			all.runs[all.count++] = part->runs[i];
		}
	}
	return &all;
}

static void assert_run(const struct control_memory *memory, unsigned index,
		       uint64_t ipa, uint64_t size, uint32_t kind)
{
	assert_true(index < memory->count);
	assert_int_equal(memory->runs[index].ipa, ipa);
	assert_int_equal(memory->runs[index].pages, size / PAGE);
	assert_int_equal(memory->runs[index].kind, kind);
}

/* Returns the number of pages of all kinds. */
static uint64_t sum(const struct control_memory *memory)
{
	uint64_t pages = 0;

	for (unsigned i = 0; i < CONTROL_PAGE_KINDS; i++)
		pages += memory->pages[i];
	return pages;
}

static void a_new_realm_has_its_content_and_ram_to_come(void **state)
{
	struct table *table = *state;
	const struct control_memory *memory;

	realm_start(table, 16 * MIB);
	memory = ask_all(table, 0);
	assert_int_equal(memory->count, 3);
	assert_run(memory, 0, RAM, 4 * MIB, CONTROL_RUN_UNTOUCHED);
	assert_run(memory, 1, RAM + 4 * MIB, 2 * MIB, CONTROL_RUN_POPULATED);
	assert_run(memory, 2, RAM + 6 * MIB, 10 * MIB, CONTROL_RUN_UNTOUCHED);
}

static void pages_are_told_by_kind(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	const struct control_memory *memory = ask(table, 0);

	assert_int_equal(memory->pages[CONTROL_PAGE_RD], 1);
	assert_int_equal(memory->pages[CONTROL_PAGE_REC], 2);
	assert_int_equal(memory->pages[CONTROL_PAGE_DATA], 512);
	assert_int_equal(memory->pages[CONTROL_PAGE_GUEST], 0);
	assert_int_equal(memory->pages[CONTROL_PAGE_RTT],
			 realm_pages(domain, GRANULES_ROOT) +
				 realm_pages(domain, GRANULES_RTT));
	assert_int_equal(sum(memory), domain_pages_held(domain));
}

static void what_a_realm_gives_up_shares_and_loses_is_told(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB;
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	const struct control_memory *memory;

	assert_true(
		realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_EMPTY));
	assert_int_equal(memory_realm_fault(domain, ipa_make(half + ipa)),
			 MEMORY_READY);
	assert_true(realm_unmap(&domain->realm, ipa_make(ipa + 2 * PAGE),
				ipa_make(ipa + 3 * PAGE)));
	memory = ask_all(table, ipa);
	assert_int_equal(memory->shared_base, half);
	assert_int_equal(memory->pages[CONTROL_PAGE_GUEST], 1);
	assert_int_equal(memory->count, 6);
	assert_run(memory, 0, ipa, PAGE, CONTROL_RUN_EMPTY);
	assert_run(memory, 1, ipa + PAGE, PAGE, CONTROL_RUN_POPULATED);
	assert_run(memory, 2, ipa + 2 * PAGE, PAGE, CONTROL_RUN_DESTROYED);
	assert_run(memory, 3, ipa + 3 * PAGE, 2 * MIB - 3 * PAGE,
		   CONTROL_RUN_POPULATED);
	assert_run(memory, 5, half + ipa, PAGE, CONTROL_RUN_SHARED);
}

/* No run is lost or told twice, even if there are as many as possible. */
static void a_long_map_is_told_in_parts(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	const struct control_memory *memory;
	unsigned parts = 0, pages = 0;
	uint64_t from = 0, end = RAM;

	for (uint64_t ipa = RAM; ipa < RAM + 2 * MIB; ipa += 2 * PAGE) {
		assert_true(realm_asks(table, domain, ipa, ipa + PAGE, 0,
				       RMI_RIPAS_EMPTY));
	}
	do {
		memory = ask(table, from);
		for (unsigned i = 0; i < memory->count; i++) {
			assert_int_equal(memory->runs[i].ipa, end);
			end += memory->runs[i].pages * PAGE;
			if (memory->runs[i].kind == CONTROL_RUN_EMPTY)
				pages += memory->runs[i].pages;
		}
		assert_true(memory->next == 0 || memory->next == end);
		from = memory->next;
		parts++;
	} while (from != 0 && end < RAM + 16 * MIB);
	assert_int_equal(pages, MIB / PAGE);
	assert_int_equal(end, RAM + 16 * MIB);
	assert_true(parts >= 512 / CONTROL_RUNS);
}

static void one_request_is_bounded(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	const struct control_memory *memory;

	/* Pages of one kind, each with its own entry. */
	for (uint64_t ipa = RAM; ipa < RAM + 4 * MIB; ipa += PAGE) {
		assert_true(realm_populate(&domain->realm, ipa_make(ipa),
					   REALM_PAGE_LEVEL));
	}
	bench_watch(table->bench);
	memory = ask(table, RAM + PAGE);
	assert_int_equal(table->bench->calls, 512);
	assert_int_equal(memory->count, 1);
	assert_run(memory, 0, RAM + PAGE, 2 * MIB, CONTROL_RUN_POPULATED);
	assert_int_equal(memory->next, RAM + 2 * MIB + PAGE);
}

static void outside_of_ram_is_nothing(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	const uint64_t nothing[] = { RAM + 16 * MIB, half + RAM,
				     half + RAM + 16 * MIB,
				     UINT64_MAX - PAGE + 1 };

	for (unsigned i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		assert_int_equal(ask(table, nothing[i])->count, 0);
		assert_int_equal(table->reply.body.memory.next, 0);
	}
}

static void an_ordinary_guest_has_no_shared_half(void **state)
{
	struct table *table = *state;
	const struct control_memory *memory;

	table_build(table, "a", 0);
	memory = ask_all(table, 0);
	assert_int_equal(memory->shared_base, 0);
	assert_int_equal(memory->pages[CONTROL_PAGE_DATA], 0);
	assert_int_equal(memory->pages[CONTROL_PAGE_GUEST], 3);
	assert_int_equal(memory->count, 3);
	assert_run(memory, 1, RAM + 4 * MIB, 3 * PAGE, CONTROL_RUN_POPULATED);
	assert_int_equal(sum(memory), domain_pages_held(table_domain(table, 1)));
}

static void a_range_begins_with_a_page(void **state)
{
	struct table *table = *state;

	realm_start(table, 16 * MIB);
	table->request.body.memory.from = RAM + 1;
	table_ask(table, CONTROL_DOMAIN_MEMORY, 1);
	assert_refused(table, CONTROL_E_REQUEST, "begins with a page");
}

static void what_is_not_built_has_no_map(void **state)
{
	struct table *table = *state;

	table_load(table, "a", CONTROL_CREATE_REALM);
	table_ask(table, CONTROL_DOMAIN_MEMORY, 1);
	assert_refused(table, CONTROL_E_STATE, "not built");
	table->lazy = true;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, 1),
			 CONTROL_OK);
	table_ask(table, CONTROL_DOMAIN_MEMORY, 1);
	assert_refused(table, CONTROL_E_STATE, "being destroyed");
	table->lazy = false;
}

static void an_rmm_that_refuses_is_told_of(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);

	domain->realm.rd.base.value += PAGE; /* that is not an RD */
	table_ask(table, CONTROL_DOMAIN_MEMORY, 1);
	domain->realm.rd.base.value -= PAGE;
	assert_refused(table, CONTROL_E_RMM, "RMI_RTT_READ_ENTRY");
	assert_int_equal(domain->memory_lock.taken, 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_realm_has_its_content_and_ram_to_come),
		TEST(pages_are_told_by_kind),
		TEST(what_a_realm_gives_up_shares_and_loses_is_told),
		TEST(a_long_map_is_told_in_parts),
		TEST(one_request_is_bounded),
		TEST(outside_of_ram_is_nothing),
		TEST(an_ordinary_guest_has_no_shared_half),
		TEST(a_range_begins_with_a_page),
		TEST(what_is_not_built_has_no_map),
		TEST(an_rmm_that_refuses_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
