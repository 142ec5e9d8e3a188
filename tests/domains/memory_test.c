/* SPDX-License-Identifier: BSD-3-Clause */
/* Populating RAM when it is touched, and sharing it. */
#include "hypervisor/core/domain/memory.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "abi/rsi.h"
#include "hypervisor/core/realm/realm_charged.h"
#include "tests/domains/realm_bench.h"

#define PAGE ((uint64_t)4096)
/* The pages of a Realm that starts: the block that holds its content. */
#define CONTENT 512
/* Those of them that are loaded. */
#define LOADED 3

static enum memory_result touch(struct domain *domain, uint64_t ipa)
{
	return memory_realm_fault(domain, ipa_make(ipa));
}

static enum memory_result touch_shared(struct domain *domain, uint64_t ipa)
{
	return touch(domain, realm_alias(&domain->realm, ipa_make(ipa)).value);
}

static struct rtt_look look(struct domain *domain, uint64_t ipa)
{
	struct rtt_look found;

	assert_true(realm_look(&domain->realm, ipa_make(ipa), &found));
	return found;
}

static uint64_t alias(struct domain *domain, uint64_t ipa)
{
	return realm_alias(&domain->realm, ipa_make(ipa)).value;
}

/* Ends each test: the domain is destroyed and leaves nothing. */
static void finish(struct table *table)
{
	const struct domain *domain = table_domain(table, 1);

	assert_true(domain_pages_held(domain) <= domain->promised);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, 1),
			 CONTROL_OK);
	assert_empty(table);
}

/* ---- The protected half ---- */

static void an_untouched_block_is_populated_whole(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);

	assert_int_equal(touch(domain, RAM + 0x12345), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT + 512);
	assert_int_equal(look(domain, RAM + 0x1000).level, 2);
	assert_int_equal(look(domain, RAM + 0x1000).state, RMI_ENTRY_ASSIGNED);
	assert_int_equal(look(domain, RAM + 0x1000).ripas, RMI_RIPAS_RAM);
	finish(table);
}

static void what_another_vcpu_got_is_not_populated_again(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);

	assert_int_equal(touch(domain, RAM), MEMORY_READY);
	assert_int_equal(touch(domain, RAM + 0x1000), MEMORY_READY);
	assert_int_equal(touch(domain, RAM + 4 * MIB), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT + 512);
	finish(table);
}

static void beside_content_there_is_memory_already(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	const uint64_t beside[] = { RAM + 4 * MIB + 3 * PAGE,
				    RAM + 6 * MIB - PAGE };

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(look(domain, beside[i]).level, 3);
		assert_int_equal(look(domain, beside[i]).state,
				 RMI_ENTRY_ASSIGNED);
		assert_int_equal(look(domain, beside[i]).ripas, RMI_RIPAS_RAM);
	}
	assert_int_equal(look(domain, RAM + 6 * MIB).state,
			 RMI_ENTRY_UNASSIGNED);
	assert_int_equal(touch(domain, beside[0]), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT);
	finish(table);
}

static void a_block_that_is_not_all_ram_is_populated_by_pages(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);

	assert_int_equal(touch(domain, RAM + 7 * MIB - 1), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT + 1);
	assert_int_equal(touch(domain, RAM + 7 * MIB), MEMORY_NONE);
	finish(table);
}

static void without_a_run_of_pages_a_page_is_populated(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);

	bench_watch(table->bench);
	table->bench->meddler.alloc_at = 0;
	assert_int_equal(touch(domain, RAM + 5 * PAGE), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT + 1);
	assert_int_equal(look(domain, RAM + 5 * PAGE).level, 3);
	assert_int_equal(look(domain, RAM).state, RMI_ENTRY_UNASSIGNED);
	finish(table);
}

static void outside_of_ram_is_nothing(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	const uint64_t nothing[] = { 0, GUEST_PL011_BASE, RAM - 1,
				     RAM + 16 * MIB, UINT64_MAX };
	uint64_t pages = domain->realm.granules.account.total;

	for (unsigned i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_int_equal(touch(domain, nothing[i]), MEMORY_NONE);
	assert_int_equal(touch_shared(domain, GUEST_PL011_BASE), MEMORY_NONE);
	assert_int_equal(touch_shared(domain, RAM + 16 * MIB), MEMORY_NONE);
	assert_int_equal(touch_shared(domain, RAM), MEMORY_NONE);
	assert_int_equal(touch(domain, 2 * alias(domain, 0) + RAM), MEMORY_NONE);
	assert_int_equal(domain->realm.granules.account.total, pages);
	finish(table);
}

/* The hypervisor unmaps content although the Realm did not ask for that. */
static void lost_content_stops_the_domain(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB;

	assert_true(realm_unmap(&domain->realm, ipa_make(ipa),
				ipa_make(ipa + PAGE)));
	assert_int_equal(touch(domain, ipa + 8), MEMORY_BROKEN);
	assert_int_equal(table_state(table, 1), CONTROL_SHUTDOWN);
	assert_int_equal(table->reply.body.domain.reason, CONTROL_CRASH);
	assert_string_equal(
		(char *)table->reply.body.domain.text,
		"it touched memory at 0x40400000 whose content is lost");
	finish(table);
}

/* ---- RIPAS ---- */

static void a_page_given_up_goes_back_to_the_host(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB + PAGE;

	assert_true(
		realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_EMPTY));
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT - 1);
	assert_int_equal(look(domain, ipa).ripas, RMI_RIPAS_EMPTY);
	assert_int_equal(look(domain, ipa).state, RMI_ENTRY_UNASSIGNED);
	assert_int_equal(look(domain, ipa - PAGE).ripas, RMI_RIPAS_RAM);
	assert_int_equal(touch(domain, ipa), MEMORY_READY); /* RMM's matter */
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT - 1);
	finish(table);
}

static void a_page_of_a_block_given_up_goes_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 2 * MIB + 7 * PAGE;

	assert_int_equal(touch(domain, ipa), MEMORY_READY);
	assert_true(realm_asks(table, domain, ipa, ipa + 2 * PAGE, 0,
			       RMI_RIPAS_EMPTY));
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT + 510);
	assert_int_equal(look(domain, ipa + 2 * PAGE).ripas, RMI_RIPAS_RAM);
	finish(table);
}

static void what_is_empty_can_be_shared(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB;
	const uint8_t *content;

	assert_true(
		realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_EMPTY));
	assert_int_equal(touch_shared(domain, ipa + 12), MEMORY_READY);
	assert_int_equal(touch_shared(domain, ipa), MEMORY_READY);
	assert_int_equal(touch_shared(domain, ipa + PAGE), MEMORY_NONE);
	assert_int_equal(table_info(table, 1)->pages_shared, 1);
	content = realm_shared_page(table, domain, alias(domain, ipa));
	assert_non_null(content);
	for (unsigned i = 0; i < PAGE; i++)
		assert_int_equal(content[i], 0);
	finish(table);
}

static void what_is_ram_again_is_not_shared_any_more(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB;

	assert_true(realm_asks(table, domain, ipa, ipa + 2 * PAGE, 0,
			       RMI_RIPAS_EMPTY));
	assert_int_equal(touch_shared(domain, ipa), MEMORY_READY);
	assert_int_equal(touch_shared(domain, ipa + PAGE), MEMORY_READY);
	assert_true(realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_RAM));
	assert_int_equal(table_info(table, 1)->pages_shared, 1);
	assert_null(realm_shared_page(table, domain, alias(domain, ipa)));
	assert_int_equal(touch_shared(domain, ipa), MEMORY_NONE);
	assert_int_equal(touch(domain, ipa), MEMORY_READY);
	assert_int_equal(realm_pages(domain, GRANULES_DATA), CONTENT - 2 + 1);
	finish(table);
}

/* The shared half has no tables yet, or only some. */
static void large_ranges_that_are_hardly_shared_are_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 3 * MIB;

	assert_true(realm_asks(table, domain, RAM, RAM + 16 * MIB, 0,
			       RMI_RIPAS_EMPTY));
	assert_int_equal(realm_pages(domain, GRANULES_DATA), 0);
	assert_int_equal(touch_shared(domain, ipa), MEMORY_READY);
	assert_int_equal(touch_shared(domain, RAM + 9 * MIB), MEMORY_READY);
	assert_true(realm_asks(table, domain, RAM + MIB, RAM + 9 * MIB, 0,
			       RMI_RIPAS_RAM));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 1);
	assert_true(realm_asks(table, domain, RAM + 9 * MIB, RAM + 15 * MIB, 0,
			       RMI_RIPAS_RAM));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 0);
	finish(table);
}

/* A guest's first call names all RAM, which is RAM already. */
static void all_of_ram_becoming_ram_is_quick(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 128 * MIB);
	uint64_t pages = domain->realm.granules.account.total;

	bench_watch(table->bench);
	assert_true(realm_asks(table, domain, RAM, RAM + 128 * MIB, 0,
			       RMI_RIPAS_RAM));
	assert_int_equal(table->bench->calls, 3); /* for one table */
	assert_int_equal(domain->realm.granules.account.total, pages);
	finish(table);
}

static void ranges_that_are_not_ram_are_rejected(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	ipa_t base = ipa_make(RAM);
	ipa_t top = ipa_make(RAM + PAGE);

	assert_false(realm_asks(table, domain, RAM - PAGE, RAM + PAGE, 0,
				RMI_RIPAS_RAM));
	assert_false(realm_asks(table, domain, RAM + 16 * MIB, RAM + 17 * MIB,
				0, RMI_RIPAS_RAM));
	assert_int_equal(memory_ripas_change(domain, vcpu, top, base, 0),
			 MEMORY_KEPT);
	assert_int_equal(memory_ripas_change(domain, vcpu, base, base, 0),
			 MEMORY_KEPT);
	assert_int_equal(
		memory_ripas_change(domain, vcpu, base, ipa_add(top, 1), 0),
		MEMORY_KEPT);
	assert_int_equal(
		memory_ripas_change(domain, vcpu, ipa_add(base, 1), top, 0),
		MEMORY_KEPT);
	assert_int_equal(memory_ripas_change(domain, vcpu, base, top,
					     RMI_RIPAS_DESTROYED),
			 MEMORY_KEPT);
	/* The part that is RAM is changed. */
	assert_true(realm_asks(table, domain, RAM + 15 * MIB, RAM + 17 * MIB, 0,
			       RMI_RIPAS_EMPTY));
	assert_int_equal(table_state(table, 1), CONTROL_RUNNING);
	finish(table);
}

static void lost_content_stays_lost_unless_the_realm_knows(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);
	uint64_t ipa = RAM + 4 * MIB;

	assert_true(realm_unmap(&domain->realm, ipa_make(ipa),
				ipa_make(ipa + PAGE)));
	assert_false(
		realm_asks(table, domain, ipa, ipa + PAGE, 0, RMI_RIPAS_RAM));
	assert_true(realm_asks(table, domain, ipa - PAGE, ipa + PAGE, 0,
			       RMI_RIPAS_RAM));
	assert_int_equal(look(domain, ipa).ripas, RMI_RIPAS_DESTROYED);
	assert_true(realm_asks(table, domain, ipa, ipa + PAGE,
			       RSI_IPA_CHANGE_DESTROYED, RMI_RIPAS_RAM));
	assert_int_equal(touch(domain, ipa), MEMORY_READY);
	assert_int_equal(table_state(table, 1), CONTROL_RUNNING);
	finish(table);
}

/* ---- All RAM ---- */

/* Each page is mapped on its own, with as many tables as there can be. */
static void the_worst_that_a_realm_can_do_was_promised(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);
	uint64_t free = table->domains.config.pages - table->domains.promised;

	for (uint64_t ipa = RAM; ipa < RAM + 7 * MIB; ipa += PAGE) {
		bench_watch(table->bench);
		table->bench->meddler.alloc_at = 0;
		table->bench->meddler.alloc_times =
			ipa == RAM || ipa == RAM + 2 * MIB ? 1 : 0;
		assert_int_equal(touch(domain, ipa), MEMORY_READY);
		if (ipa % (2 * PAGE) != 0)
			continue;
		assert_true(realm_asks(table, domain, ipa, ipa + PAGE, 0,
				       RMI_RIPAS_EMPTY));
		assert_int_equal(touch_shared(domain, ipa), MEMORY_READY);
	}
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 7 * MIB / 8192);
	assert_true(pages_unused(&table->bench->port.pages) >= free);
	finish(table);
}

static void many_random_changes_are_kept_track_of(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 9 * MIB);
	uint32_t random = 2463534242;

	for (unsigned i = 0; i < 2000; i++) {
		uint64_t first, count;

		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		first = random % (9 * MIB / PAGE);
		count = 1 + (random >> 12) % (random >> 30 ? 20 : 1500);
		if (first + count > 9 * MIB / PAGE)
			count = 9 * MIB / PAGE - first;
		first = RAM + first * PAGE;
		switch (random >> 8 & 3) {
		case 0:
			assert_int_equal(touch(domain, first), MEMORY_READY);
			break;
		case 1:
			assert_int_equal(touch_shared(domain, first),
					 look(domain, first).ripas ==
							 RMI_RIPAS_EMPTY
						 ? MEMORY_READY
						 : MEMORY_NONE);
			break;
		default:
			assert_true(realm_asks(table, domain, first,
					       first + count * PAGE, 0,
					       random >> 8 & 1));
		}
		assert_true(domain_pages_held(domain) <= domain->promised);
	}
	assert_int_equal(table_state(table, 1), CONTROL_RUNNING);
	finish(table);
}

static void relax(void *ctx, bool waiting)
{
	(void)ctx;
	if (waiting)
		sched_yield();
}

static void *touch_all(void *context)
{
	struct domain *domain = context;

	for (uint64_t ipa = RAM; ipa < RAM + 7 * MIB; ipa += PAGE) {
		if (touch(domain, ipa) != MEMORY_READY)
			return domain;
	}
	return NULL;
}

static void vcpus_that_fault_at_once_are_all_served(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);
	pthread_t threads[3];
	void *failed;

	table->bench->ops.relax = relax;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, touch_all, domain), 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(realm_pages(domain, GRANULES_DATA), 7 * MIB / PAGE);
	finish(table);
}

/* ---- Ordinary guests ---- */

static void an_ordinary_guest_gets_zeroed_memory(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	uint64_t held = domain_pages_held(domain);
	struct stage2_entry entry;
	const uint8_t *content;

	assert_int_equal(memory_guest_fault(domain, ipa_make(RAM + 0x1234)),
			 MEMORY_READY);
	entry = stage2_look(&domain->stage2, ipa_make(RAM + 0x5000));
	assert_true(entry.mapped);
	assert_int_equal(entry.level, STAGE2_BLOCK_LEVEL);
	assert_int_equal(domain_pages_held(domain), held + 512);
	content = inprocess_host_page(table->bench->rmm, entry.pa.value);
	for (unsigned i = 0; i < 2 * MIB; i++)
		assert_int_equal(content[i], 0);
	assert_int_equal(memory_guest_fault(domain, ipa_make(RAM)),
			 MEMORY_READY);
	assert_int_equal(domain_pages_held(domain), held + 512);
	finish(table);
}

static void an_ordinary_guest_gets_pages_beside_its_content(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	uint64_t held = domain_pages_held(domain);
	ipa_t ipa = ipa_make(RAM + 4 * MIB + 3 * PAGE);

	assert_int_equal(memory_guest_fault(domain, ipa), MEMORY_READY);
	assert_int_equal(domain_pages_held(domain), held + 1);
	assert_int_equal(stage2_look(&domain->stage2, ipa).level, 3);
	bench_watch(table->bench);
	table->bench->meddler.alloc_at = 0;
	assert_int_equal(memory_guest_fault(domain, ipa_make(RAM)),
			 MEMORY_READY);
	assert_int_equal(domain_pages_held(domain), held + 3);
	finish(table);
}

/* Every page that an ordinary guest gets, once, and no page of a Realm: the RMM
 * does it for those, and a Realm cannot execute what it shares. */
static void pages_become_visible_to_fetches_as_a_guest_gets_them(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	uint64_t content = table->bench->code_syncs;
	ipa_t beside = ipa_make(RAM + 4 * MIB + 3 * PAGE);

	assert_int_equal(content, domain->own.account.held[GRANULES_GUEST]);
	assert_int_not_equal(content, 0);
	assert_int_equal(memory_guest_fault(domain, beside), MEMORY_READY);
	assert_int_equal(memory_guest_fault(domain, beside), MEMORY_READY);
	assert_int_equal(table->bench->code_syncs, content + 1);
	assert_int_equal(memory_guest_fault(domain, ipa_make(RAM)),
			 MEMORY_READY);
	assert_int_equal(table->bench->code_syncs, content + 1 + 512);
	finish(table);
}

static void pages_of_a_realm_are_the_rmms_to_make_visible(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 16 * MIB);

	assert_int_equal(touch(domain, RAM), MEMORY_READY);
	assert_int_equal(table->bench->code_syncs, 0);
	assert_int_equal(inprocess_code_syncs(table->bench->rmm), LOADED);
	finish(table);
}

static void an_ordinary_guest_has_nothing_elsewhere(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	const uint64_t nothing[] = { 0, RAM - 1, RAM + TABLE_RAM,
				     UINT64_C(1) << 39, UINT64_MAX };

	for (unsigned i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		assert_int_equal(memory_guest_fault(domain, ipa_make(nothing[i])),
				 MEMORY_NONE);
	}
	finish(table);
}

static void the_worst_that_a_guest_can_do_was_promised(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));

	for (uint64_t ipa = RAM; ipa < RAM + TABLE_RAM; ipa += PAGE) {
		bench_watch(table->bench);
		table->bench->meddler.alloc_at = 0;
		table->bench->meddler.alloc_times = ipa % (2 * MIB) == 0 ? 1 : 0;
		assert_int_equal(memory_guest_fault(domain, ipa_make(ipa)),
				 MEMORY_READY);
	}
	assert_int_equal(domain->own.account.held[GRANULES_GUEST],
			 TABLE_RAM / PAGE);
	finish(table);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_untouched_block_is_populated_whole),
		TEST(what_another_vcpu_got_is_not_populated_again),
		TEST(beside_content_there_is_memory_already),
		TEST(a_block_that_is_not_all_ram_is_populated_by_pages),
		TEST(without_a_run_of_pages_a_page_is_populated),
		TEST(outside_of_ram_is_nothing),
		TEST(lost_content_stops_the_domain),
		TEST(a_page_given_up_goes_back_to_the_host),
		TEST(a_page_of_a_block_given_up_goes_back),
		TEST(what_is_empty_can_be_shared),
		TEST(what_is_ram_again_is_not_shared_any_more),
		TEST(large_ranges_that_are_hardly_shared_are_taken_back),
		TEST(all_of_ram_becoming_ram_is_quick),
		TEST(ranges_that_are_not_ram_are_rejected),
		TEST(lost_content_stays_lost_unless_the_realm_knows),
		TEST(the_worst_that_a_realm_can_do_was_promised),
		TEST(many_random_changes_are_kept_track_of),
		TEST(vcpus_that_fault_at_once_are_all_served),
		TEST(an_ordinary_guest_gets_zeroed_memory),
		TEST(an_ordinary_guest_gets_pages_beside_its_content),
		TEST(pages_become_visible_to_fetches_as_a_guest_gets_them),
		TEST(pages_of_a_realm_are_the_rmms_to_make_visible),
		TEST(an_ordinary_guest_has_nothing_elsewhere),
		TEST(the_worst_that_a_guest_can_do_was_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
