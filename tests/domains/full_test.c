/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that is filled to the last page that it promises, after creations and
 * destructions that leave its free pages in pieces. Every guest that it
 * accepted gets built and started, and can use all of its RAM.
 */
#include <stdio.h>
#include <string.h>

#include "tests/domains/realm_bench.h"

#define PAGE   ((uint64_t)4096)
#define ROUNDS 12
/* A part of the bench's memory; the rest is reserved. */
#define MEMORY (40 * MIB)
#define PIECES 25

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % limit;
}

/* ---- The guests of a test ---- */

struct guest {
	uint32_t flags;
	unsigned vcpus;
	uint64_t pages; /* of RAM */
	uint64_t content; /* pages */
};

static void guest_destroy(struct table *table, uint32_t domid)
{
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid),
			 CONTROL_OK);
}

/* Returns the domid of a guest whose content was granted, or 0 if the host
 * refuses to create it or to grant its content. */
static uint32_t guest_load(struct table *table, const struct guest *guest)
{
	struct control_create *create;
	uint32_t domid;
	char name[16];

	snprintf(name, sizeof(name), "g%u", table->domains.last_domid + 1);
	create = table_create_body(table, name, guest->flags);
	create->vcpus = guest->vcpus;
	create->ram_size = guest->pages * PAGE;
	if (table_ask(table, CONTROL_DOMAIN_CREATE, 0) != CONTROL_OK) {
		assert_refused(table, CONTROL_E_MEMORY, "");
		return 0;
	}
	domid = table->reply.body.domain.domid;
	table->request.body.segment.ipa = RAM;
	table->request.body.segment.size = guest->content * PAGE;
	if (table_ask(table, CONTROL_DOMAIN_SEGMENT, domid) != CONTROL_OK) {
		assert_refused(table, CONTROL_E_MEMORY, "");
		guest_destroy(table, domid);
		return 0;
	}
	return domid;
}

/* Returns the domid of a guest that runs, or 0 as guest_load() does. Nothing
 * may fail after that. */
static uint32_t guest_start(struct table *table, const struct guest *guest)
{
	uint32_t domid = guest_load(table, guest);

	if (domid == 0)
		return 0;
	table_ask(table, CONTROL_DOMAIN_BUILD, domid);
	assert_int_equal(table_state(table, domid), CONTROL_PAUSED);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	return domid;
}

static void page_touch(struct domain *domain, uint64_t page)
{
	ipa_t ipa = ipa_make(RAM + page * PAGE);
	enum memory_result result = domain->is_realm
					    ? memory_realm_fault(domain, ipa)
					    : memory_guest_fault(domain, ipa);

	assert_int_equal(result, MEMORY_READY);
	assert_true(domain_pages_held(domain) <= domain->promised);
}

/* Has a Realm share a page instead of keeping it. */
static void page_share(struct table *table, struct domain *domain, uint64_t page)
{
	uint64_t ipa = RAM + page * PAGE;

	assert_true(
		realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_EMPTY));
	assert_int_equal(memory_realm_fault(domain, realm_alias(&domain->realm,
								ipa_make(ipa))),
			 MEMORY_READY);
}

/* Every guest touches all of its RAM, and they take turns. */
static void all_touch(struct table *table)
{
	uint64_t most = MEMORY / PAGE;

	for (uint64_t page = 0; page < most; page++) {
		for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
			struct domain *domain = &table->domains.table[i];

			if (domain->domid == 0 ||
			    page >= domain->ram_size / PAGE)
				continue;
			page_touch(domain, page);
			if (domain->is_realm && page % 64 == 63)
				page_share(table, domain, page);
		}
	}
}

static void all_run(struct table *table)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		uint32_t domid = table->domains.table[i].domid;

		if (domid != 0) {
			assert_int_equal(table_state(table, domid),
					 CONTROL_RUNNING);
		}
	}
}

static void all_destroy(struct table *table)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (table->domains.table[i].domid != 0)
			guest_destroy(table, table->domains.table[i].domid);
	}
	assert_empty(table);
}

/* ---- Filling ---- */

static uint64_t unpromised(const struct table *table)
{
	return table->domains.config.pages - table->domains.promised;
}

static struct guest random_guest(void)
{
	struct guest guest = {
		.flags = random_below(2) ? CONTROL_CREATE_REALM : 0,
		.vcpus = 1 + random_below(4),
		.pages = 1 + random_below(600),
	};

	guest.content =
		1 + random_below(random_below(2) ? 4 : (uint32_t)guest.pages);
	if (guest.content > guest.pages)
		guest.content = guest.pages;
	return guest;
}

/* Starts the largest guest for which pages are left; the few pages that it
 * leaves are the steps in which tables grow. Returns false if the host refuses
 * it, for lack of consecutive pages. */
static bool rest_fill(struct table *table, uint32_t flags)
{
	struct guest guest = { flags, 1, unpromised(table), 1 };
	struct control_create create = { .flags = flags,
					 .vcpus = 1,
					 .nr_spis = 32 };
	uint64_t overhead;

	do {
		if (guest.pages == 1)
			return false;
		create.ram_size = --guest.pages * PAGE;
		overhead = domain_overhead(&table->domains, &create);
	} while (overhead + guest.pages > unpromised(table));
	if (guest_start(table, &guest) == 0)
		return false;
	assert_true(unpromised(table) <= 4);
	return true;
}

/* Fills the host with guests that touch their RAM page by page in turns, and
 * destroys about half of them: then free pages lie apart. */
static void memory_break(struct table *table)
{
	uint32_t last;

	for (unsigned i = 0; i < PIECES; i++) {
		struct guest guest = random_guest();

		guest.pages = 400;
		guest.content = 1;
		(void)guest_start(table, &guest);
	}
	all_touch(table);
	last = table->domains.last_domid;
	for (uint32_t domid = 1; domid <= last; domid++) {
		if (random_below(2)) {
			/* A domid that is not used any more is refused. */
			(void)table_ask(table, CONTROL_DOMAIN_DESTROY, domid);
		}
	}
}

static void memory_limit(struct table *table)
{
	struct pages *pages = &table->bench->port.pages;

	pages_reserve(pages, pa_add(pages->base, MEMORY),
		      pages->count * PAGE - MEMORY);
	table->domains.config.pages = pages_unused(pages) - 1; /* for attacks */
}

/* ---- The tests ---- */

static void an_empty_host_is_filled_by_one_guest(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(rest_fill(table, i == 0 ? 0 : CONTROL_CREATE_REALM));
		all_touch(table);
		all_run(table);
		all_destroy(table);
	}
}

static void a_guest_beside_one_that_takes_the_rest_keeps_its_pages(void **state)
{
	struct table *table = *state;

	memory_limit(table);
	for (unsigned i = 0; i < 4; i++) {
		struct guest first = { i & 1 ? CONTROL_CREATE_REALM : 0, 2, 700,
				       1 };

		assert_true(guest_start(table, &first) != 0);
		assert_true(rest_fill(table, i & 2 ? CONTROL_CREATE_REALM : 0));
		all_touch(table);
		all_run(table);
		all_destroy(table);
	}
}

static void guests_fill_a_host_whose_memory_is_in_pieces(void **state)
{
	struct table *table = *state;
	unsigned filled = 0;

	memory_limit(table);
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_state = 2463534242U + round;
		memory_break(table);
		for (unsigned i = 0; i < 6; i++) {
			struct guest guest = random_guest();

			(void)guest_start(table, &guest);
		}
		filled += rest_fill(table, round & 1 ? CONTROL_CREATE_REALM : 0);
		all_touch(table);
		all_run(table);
		all_destroy(table);
	}
	assert_true(filled >= ROUNDS / 2);
}

/* An attack of a debug host costs no guest a page. */
static void an_attack_has_a_page_that_is_promised_to_nobody(void **state)
{
	struct table *table = *state;
	struct pages *pages = &table->bench->port.pages;
	uint64_t promised = table->domains.config.pages;
	pa_t base;

	assert_true(pages_alloc(pages, promised, 1, &base));
	assert_int_equal(table_ask(table, CONTROL_TOUCH, 0), CONTROL_OK);
	pages_free(pages, base, promised);
	assert_empty(table);
}

/* The content of a Realm exists twice while it is built, and the blocks that
 * hold it are populated whole. */
static void a_realm_keeps_to_its_promise(struct table *table,
					 const struct guest *guest)
{
	struct pages *pages = &table->bench->port.pages;
	uint64_t used = pages->used;
	uint32_t domid = guest_load(table, guest);
	uint64_t promised = table->domains.promised;

	assert_true(domid != 0);
	pages->peak = pages->used;
	table_ask(table, CONTROL_DOMAIN_BUILD, domid);
	assert_int_equal(table_state(table, domid), CONTROL_PAUSED);
	assert_true(pages->peak - used <= promised);
	guest_destroy(table, domid);
}

static void a_small_realm_of_much_content_keeps_to_its_promise(void **state)
{
	for (uint64_t pages = 1; pages <= 1024; pages *= 2) {
		for (uint64_t content = 1; content <= pages; content *= 2) {
			const struct guest guest = { CONTROL_CREATE_REALM, 1,
						     pages, content };

			a_realm_keeps_to_its_promise(*state, &guest);
		}
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_host_is_filled_by_one_guest),
		TEST(a_guest_beside_one_that_takes_the_rest_keeps_its_pages),
		TEST(guests_fill_a_host_whose_memory_is_in_pieces),
		TEST(an_attack_has_a_page_that_is_promised_to_nobody),
		TEST(a_small_realm_of_much_content_keeps_to_its_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
