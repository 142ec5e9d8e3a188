/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host part of whose memory is for devices, and never becomes Realm. What
 * devices access is from there, all that a Realm owns is not; each part is
 * promised on its own, and can be filled to its last page.
 */
#include <stdio.h>
#include <string.h>

#include "tests/domains/realm_bench.h"

#define PAGE       ((uint64_t)4096)
#define DMA_SIZE   (24 * MIB)
#define OTHER_SIZE (40 * MIB)

#define REALM CONTROL_CREATE_REALM
#define DMA   CONTROL_CREATE_DMA

/* Divides the bench's memory: OTHER_SIZE, some that is reserved, DMA_SIZE. */
static int set_up(void **state)
{
	struct table *table;
	struct host_inprocess *port;
	struct bench *bench;

	assert_int_equal(table_setup(state), 0);
	table = *state;
	bench = table->bench;
	port = &bench->port;
	assert_true(host_inprocess_divide(port, DMA_SIZE));
	pages_reserve(&port->pages, pa_add(port->pages.base, OTHER_SIZE),
		      port->pages.count * PAGE - OTHER_SIZE);
	bench->ops.dma_base = port->ops.dma_base;
	bench->ops.dma_size = port->ops.dma_size;
	table->domains.config.pages = pages_unused(&port->pages) - 1;
	table->domains.config.dma_pages = pages_unused(&port->dma_pages);
	return 0;
}

static uint64_t unused(const struct table *table)
{
	return table->domains.config.pages - table->domains.promised;
}

static uint64_t dma_unused(const struct table *table)
{
	return table->domains.config.dma_pages - table->domains.dma_promised;
}

/* Returns a guest with so many pages of RAM that runs. */
static struct domain *start(struct table *table, uint32_t flags, uint64_t pages)
{
	struct control_create *create;
	char name[16];
	uint32_t domid;

	snprintf(name, sizeof(name), "g%u", table->domains.last_domid + 1);
	create = table_create_body(table, name, flags);
	create->vcpus = 1;
	create->ram_size = pages * PAGE;
	if (table_ask(table, CONTROL_DOMAIN_CREATE, 0) != CONTROL_OK)
		return NULL;
	domid = table->reply.body.domain.domid;
	table->request.body.segment.ipa = RAM;
	table->request.body.segment.size = PAGE;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	table_ask(table, CONTROL_DOMAIN_BUILD, domid);
	assert_int_equal(table_state(table, domid), CONTROL_PAUSED);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	return table_domain(table, domid);
}

static void touch(struct domain *domain, uint64_t page)
{
	ipa_t ipa = ipa_make(RAM + page * PAGE);

	assert_int_equal(domain->is_realm ? memory_realm_fault(domain, ipa)
					  : memory_guest_fault(domain, ipa),
			 MEMORY_READY);
	assert_true(domain_pages_held(domain) <=
		    domain->promised + domain->dma_promised);
}

static void touch_all(struct domain *domain)
{
	for (uint64_t page = 0; page < domain->ram_size / PAGE; page++)
		touch(domain, page);
}

static void share(struct table *table, struct domain *domain, uint64_t page)
{
	ipa_t ipa = ipa_make(RAM + page * PAGE);

	assert_true(realm_asks(table, domain, ipa.value, ipa.value + PAGE, 0,
			       RMI_RIPAS_EMPTY));
	assert_int_equal(
		memory_realm_fault(domain, realm_alias(&domain->realm, ipa)),
		MEMORY_READY);
}

static void destroy(struct table *table, const struct domain *domain)
{
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domain->domid),
			 CONTROL_OK);
}

static uint64_t dma_used(const struct table *table)
{
	return table->bench->port.dma_pages.used;
}

/* ---- The tests ---- */

static void the_host_tells_both_parts(void **state)
{
	struct table *table = *state;
	const struct control_host *host = &table->reply.body.host;

	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->dma_total, DMA_SIZE);
	assert_int_equal(host->dma_free, DMA_SIZE);
	assert_int_equal(host->memory_total, unused(table) * PAGE + DMA_SIZE);
	assert_non_null(start(table, DMA, 512));
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->dma_free, DMA_SIZE - 2 * MIB);
	assert_true(host->memory_free < host->memory_total - 2 * MIB);
}

static void a_guest_with_devices_has_all_its_ram_for_them(void **state)
{
	struct table *table = *state;
	struct domain *domain = start(table, DMA, 700);

	assert_non_null(domain);
	touch_all(domain);
	assert_int_equal(dma_used(table), 700);
	destroy(table, domain);
	assert_empty(table);
}

static void a_guest_without_devices_is_where_more_pages_are_free(void **state)
{
	struct table *table = *state;
	struct domain *first = start(table, 0, 4096 + 1024);
	struct domain *second = start(table, 0, 700);

	assert_non_null(first);
	assert_non_null(second);
	assert_int_equal(first->dma_promised, 0);
	assert_int_equal(second->dma_promised, 700);
	touch_all(first);
	touch_all(second);
	assert_int_equal(dma_used(table), 700);
	destroy(table, first);
	destroy(table, second);
	assert_empty(table);
}

/* A granule for devices that is delegated would be refused by EL3. */
static void a_realm_owns_no_memory_for_devices(void **state)
{
	struct table *table = *state;
	struct domain *domain = start(table, REALM, 1024);

	assert_non_null(domain);
	touch_all(domain);
	share(table, domain, 70);
	assert_int_equal(domain->dma_promised, 0);
	assert_int_equal(dma_used(table), 0);
	destroy(table, domain);
	assert_empty(table);
}

static void a_realm_with_devices_shares_memory_for_them(void **state)
{
	struct table *table = *state;
	struct domain *domain = start(table, REALM | DMA, 1024);

	assert_non_null(domain);
	touch_all(domain);
	assert_int_equal(dma_used(table), 0);
	for (uint64_t page = 64; page < 164; page++)
		share(table, domain, page);
	assert_int_equal(dma_used(table), 100);
	assert_true(realm_asks(table, domain, RAM + 64 * PAGE, RAM + 114 * PAGE,
			       1, RMI_RIPAS_RAM));
	assert_int_equal(dma_used(table), 50);
	destroy(table, domain);
	assert_empty(table);
}

/* It goes on, with pages that devices cannot access. */
static void a_realm_that_shares_more_than_promised_goes_on(void **state)
{
	struct table *table = *state;
	struct domain *domain = start(table, REALM | DMA, 1024);

	assert_non_null(domain);
	domain->realm.granules.dma_max = 10;
	for (uint64_t page = 64; page < 94; page++)
		share(table, domain, page);
	assert_int_equal(dma_used(table), 10);
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 30);
	destroy(table, domain);
	assert_empty(table);
}

/* Starts guests of that kind until the host refuses one, then ever smaller
 * ones. */
static unsigned fill(struct table *table, uint32_t flags)
{
	uint64_t pages = 1500;
	unsigned count = 0;

	while (pages > 0) {
		if (start(table, flags, pages) != NULL) {
			count++;
			continue;
		}
		assert_int_equal(table->reply.status, CONTROL_E_MEMORY);
		pages /= 2;
	}
	return count;
}

static void touch_everything(struct table *table)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (table->domains.table[i].domid != 0)
			touch_all(&table->domains.table[i]);
	}
}

static void destroy_everything(struct table *table)
{
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (table->domains.table[i].domid != 0)
			destroy(table, &table->domains.table[i]);
	}
	assert_empty(table);
}

static void both_parts_are_filled_to_the_last_page(void **state)
{
	static const uint32_t kinds[][2] = {
		{ REALM, DMA }, { DMA, REALM }, { REALM, 0 }, { 0, 0 }
	};
	struct table *table = *state;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_true(fill(table, kinds[i][0]) >= 3);
		(void)fill(table, kinds[i][1]);
		touch_everything(table);
		destroy_everything(table);
	}
}

static void what_is_missing_is_said(void **state)
{
	struct table *table = *state;

	assert_null(start(table, DMA, DMA_SIZE / PAGE + 1));
	assert_refused(table, CONTROL_E_MEMORY,
		       "it needs 25 MiB that devices can access, and the host "
		       "has 24 MiB of them free");
	assert_null(start(table, REALM, OTHER_SIZE / PAGE));
	assert_refused(table, CONTROL_E_MEMORY,
		       "MiB free that devices cannot access");
	assert_int_equal(dma_unused(table), DMA_SIZE / PAGE);
	assert_empty(table);
}

/* Counting what is of which part, where a run has pages of both. */
static void a_run_may_have_pages_of_both_parts(void **state)
{
	struct table *table = *state;
	const struct host_ops *ops = &table->bench->port.ops;
	pa_t before = pa_make(ops->dma_base.value - 3 * PAGE);
	pa_t last = pa_add(ops->dma_base, DMA_SIZE - PAGE);

	assert_int_equal(host_dma_count(ops, before, 3), 0);
	assert_int_equal(host_dma_count(ops, before, 4), 1);
	assert_int_equal(host_dma_count(ops, last, 4), 1);
	assert_int_equal(host_dma_count(ops, pa_add(last, PAGE), 4), 0);
	assert_int_equal(host_dma_count(ops, before, 3 + DMA_SIZE / PAGE + 9),
			 DMA_SIZE / PAGE);
}

/* Takes all free pages by requests that follow each other, and returns how many
 * of them devices can access; *other is how many they cannot. */
static uint64_t trim_all(struct table *table, uint64_t *other)
{
	const struct control_trim *trim = &table->reply.body.trim;
	uint64_t dma_base = table->bench->ops.dma_base.value;
	uint64_t dma = 0, from = 0;

	*other = 0;
	do {
		table->request.body.trim =
			(struct control_trim_ask){ from, CONTROL_TRIM_PAGES };
		assert_int_equal(table_ask(table, CONTROL_HOST_TRIM, 0),
				 CONTROL_OK);
		for (unsigned i = 0; i < trim->count; i++) {
			if (trim->runs[i].pa >= dma_base)
				dma += trim->runs[i].pages;
			else
				*other += trim->runs[i].pages;
		}
		from = trim->next;
	} while (from != 0);
	assert_int_equal(table_ask(table, CONTROL_HOST_TRIM, 0), CONTROL_OK);
	assert_int_equal(table->domains.trimmed, 0);
	assert_int_equal(table->domains.dma_trimmed, 0);
	return dma;
}

/* A promise of one part does not count in the other. */
static void free_pages_of_both_parts_are_trimmed(void **state)
{
	struct table *table = *state;
	struct domain *domain;
	uint64_t other;

	(void)fill(table, DMA);
	(void)fill(table, REALM);
	touch_everything(table);
	destroy_everything(table);
	assert_int_equal(trim_all(table, &other), dma_unused(table));
	assert_true(other > unused(table) / 2);
	domain = start(table, DMA, DMA_SIZE / PAGE);
	assert_int_equal(trim_all(table, &other), 0);
	assert_true(other > unused(table) / 2);
	destroy(table, domain);
	(void)fill(table, REALM);
	assert_int_equal(trim_all(table, &other), dma_unused(table));
	destroy_everything(table);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_host_tells_both_parts),
		TEST(a_guest_with_devices_has_all_its_ram_for_them),
		TEST(a_guest_without_devices_is_where_more_pages_are_free),
		TEST(a_realm_owns_no_memory_for_devices),
		TEST(a_realm_with_devices_shares_memory_for_them),
		TEST(a_realm_that_shares_more_than_promised_goes_on),
		TEST(both_parts_are_filled_to_the_last_page),
		TEST(what_is_missing_is_said),
		TEST(a_run_may_have_pages_of_both_parts),
		TEST(free_pages_of_both_parts_are_trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
