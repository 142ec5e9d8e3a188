/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory that a request of a Realm may name, memory that is taken back
 * while a device has it, and a host that keeps devices to a part of memory. */
#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/memory.h"
#include "tests/domains/device_bench.h"

/* ---- Realms ---- */

static void a_realm_uses_what_it_shares(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	uint64_t shared = realm_pages(domain, GRANULES_GUEST);

	/* By either name; the second page was never touched. */
	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, DATA | half));
	device_answer(domain);
	device_offer(table, domain, (DATA + PAGE) | half, 16);
	device_take(domain);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, (DATA + PAGE) | half));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), shared + 2);
	device_answer(domain);
	device_finish(table, domain);
}

static void what_a_realm_does_not_share_breaks_its_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	const uint64_t wrong[] = { RAM, RAM + 4 * MIB, TOP, TOP | half };

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		device_driver_start(table, domain);
		device_offer(table, domain, wrong[i], 8);
		assert_device_broken(table, domain,
				     "which the Realm does not share");
	}
	device_driver_start(table, domain);
	device_offer(table, domain, 2 * half | DATA, 8);
	assert_device_broken(table, domain, "which is no RAM of the guest");
	device_driver_start(table, domain);
	device_offer(table, domain, TOP - 4, 8); /* half of it is not shared */
	assert_device_broken(table, domain, "which the Realm does not share");
	device_finish(table, domain);
}

/* Again and again: the page stays the Realm's shared page as long as the device
 * has it, and nothing breaks. */
static void a_page_with_a_request_is_not_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	for (unsigned i = 0; i < 5; i++) {
		device_offer(table, domain, DATA, 16);
		device_take(domain);
		assert_false(device_take_back(table, domain, DATA, DATA + PAGE));
		assert_false(device_take_back(table, domain, DATA, TOP));
		assert_ptr_equal(
			device_host_at(table, device_request.pieces[0].pa, 16),
			realm_shared_page(table, domain, DATA | half));
		device_answer(domain);
		assert_true(device_take_back(table, domain, DATA, DATA + PAGE));
		assert_null(realm_shared_page(table, domain, DATA | half));
		assert_true(realm_asks(table, domain, DATA, DATA + PAGE, 0,
				       RMI_RIPAS_EMPTY));
	}
	assert_int_equal(device_info(table, domain)->flags, 0);
	device_finish(table, domain);
}

/* Returns the kind of the page at an IPA, as a request for the map tells it. */
static uint32_t page_kind(struct table *table, struct domain *domain,
			  uint64_t ipa)
{
	const struct control_memory *memory = &table->reply.body.memory;

	table->request = (struct control_request){ .body.memory.from = ipa };
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_MEMORY, domain->domid),
			 CONTROL_OK);
	for (unsigned i = 0; i < memory->count; i++) {
		const struct control_run *run = &memory->runs[i];

		if (run->ipa <= ipa && ipa < run->ipa + run->pages * PAGE)
			return run->kind;
	}
	return 0;
}

/* The map shows a page as a device's as long as the device uses it; in a Realm
 * only in the shared half. */
static void the_map_tells_what_devices_have(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	uint64_t page = half | DATA;

	device_offer(table, domain, DATA + 8, PAGE);
	device_take(domain);
	assert_int_equal(page_kind(table, domain, page), CONTROL_RUN_PINNED);
	assert_int_equal(page_kind(table, domain, page + PAGE),
			 CONTROL_RUN_PINNED);
	assert_int_equal(page_kind(table, domain, page + 2 * PAGE), 0);
	assert_int_equal(page_kind(table, domain, DATA), CONTROL_RUN_EMPTY);
	assert_int_equal(page_kind(table, domain, half | USED),
			 CONTROL_RUN_PINNED);
	device_answer(domain);
	assert_int_equal(page_kind(table, domain, page), CONTROL_RUN_SHARED);
	device_finish(table, domain);

	domain = device_domain(table, "b", 0, 1);
	device_driver_start(table, domain);
	device_offer(table, domain, RAM + 5 * MIB, PAGE);
	device_take(domain);
	assert_int_not_equal(page_kind(table, domain, RAM + 5 * MIB - PAGE),
			     CONTROL_RUN_PINNED);
	assert_int_equal(page_kind(table, domain, RAM + 5 * MIB),
			 CONTROL_RUN_PINNED);
	assert_int_not_equal(page_kind(table, domain, RAM + 5 * MIB + PAGE),
			     CONTROL_RUN_PINNED);
	device_answer(domain);
	assert_int_equal(page_kind(table, domain, RAM + 5 * MIB),
			 CONTROL_RUN_POPULATED);
	device_finish(table, domain);
}

/* The part before the page with the request is taken back. */
static void memory_before_a_request_is_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	device_answer(domain);
	device_offer(table, domain, DATA + PAGE, 16);
	device_take(domain);
	assert_true(device_take_back(table, domain, DATA, DATA + 2 * PAGE));
	assert_null(realm_shared_page(table, domain, DATA | half));
	assert_non_null(realm_shared_page(table, domain, (DATA + PAGE) | half));
	device_answer(domain);
	device_finish(table, domain);
}

/* A device that resets at once is reset, since its requests may stay for ever,
 * as those for packets that a network may send. */
static void a_request_that_may_never_be_answered_ends(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 0);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_true(device_take_back(table, domain, DATA, DATA + PAGE));
	assert_null(realm_shared_page(table, domain, DATA | half));
	assert_int_equal(device_of(domain)->status, 0);
	assert_device_broken(table, domain, "in a request");
	device_finish(table, domain);
}

static void a_ring_that_is_taken_back_breaks_the_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	assert_true(device_take_back(table, domain, AVAIL, AVAIL + PAGE));
	assert_device_broken(table, domain, "in a ring");
	/* It is not looked at any more: the RMM would say so. */
	device_reg_write(domain, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	device_slots.kicked = true;
	device_thread_run(domain);
	assert_true(realm_asks(table, domain, AVAIL, AVAIL + PAGE, 0,
			       RMI_RIPAS_EMPTY));
	device_driver_start(table, domain);
	device_offer(table, domain, DATA, 16);
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

/* A page that is shared again is another page, of which nothing old is known. */
static void a_page_that_is_shared_again_is_found_anew(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	uint64_t before;
	pa_t other;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	before = device_request.pieces[0].pa;
	device_answer(domain);
	assert_true(device_take_back(table, domain, DATA, DATA + PAGE));
	/* The page goes to somebody else. */
	assert_true(pages_alloc(&table->bench->port.pages, 1, 1, &other));
	assert_true(realm_asks(table, domain, DATA, DATA + PAGE, 0,
			       RMI_RIPAS_EMPTY));
	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, DATA | half));
	assert_int_not_equal(device_request.pieces[0].pa, before);
	device_answer(domain);
	pages_free(&table->bench->port.pages, other, 1);
	device_finish(table, domain);
}

/* ---- Blocks ---- */

#define BLOCK (2 * MIB)

static uint8_t *shared_at(struct table *table, struct domain *domain,
			  uint64_t ipa)
{
	uint64_t alias = realm_alias(&domain->realm, ipa_make(ipa)).value;

	return realm_shared_page(table, domain, alias);
}

/* A Realm with a device that has made the block at RAM EMPTY. */
static struct domain *block_realm(struct table *table)
{
	struct domain *domain =
		device_domain(table, "r", CONTROL_CREATE_REALM, 1);

	assert_true(realm_asks(table, domain, RAM, RAM + BLOCK, 0,
			       RMI_RIPAS_EMPTY));
	return domain;
}

static void share(struct domain *domain, uint64_t ipa)
{
	assert_int_equal(memory_realm_fault(domain, realm_alias(&domain->realm,
								ipa_make(ipa))),
			 MEMORY_READY);
}

/* One fault for all of it, as for the pool of bounce buffers. */
static void a_block_is_shared_at_once(void **state)
{
	struct table *table = *state;
	struct domain *domain = block_realm(table);
	uint8_t *first;

	share(domain, RAM + 5 * PAGE);
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), BLOCK / PAGE);
	first = shared_at(table, domain, RAM);
	for (uint64_t page = 0; page < BLOCK / PAGE; page++) {
		assert_ptr_equal(shared_at(table, domain, RAM + page * PAGE),
				 first + page * PAGE);
		assert_int_equal(first[page * PAGE], 0);
	}
	share(domain, RAM);
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), BLOCK / PAGE);
	device_finish(table, domain);
}

/* A part of a block is taken back: the rest stays where it is. */
static void a_part_of_a_block_is_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = block_realm(table);
	uint8_t *first;

	share(domain, RAM);
	first = shared_at(table, domain, RAM);
	first[0] = 1;
	first[BLOCK - 1] = 2;
	assert_true(device_take_back(table, domain, RAM + 3 * PAGE,
				     RAM + 5 * PAGE));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), BLOCK / PAGE - 2);
	assert_null(shared_at(table, domain, RAM + 3 * PAGE));
	assert_null(shared_at(table, domain, RAM + 4 * PAGE));
	assert_ptr_equal(shared_at(table, domain, RAM), first);
	assert_ptr_equal(shared_at(table, domain, RAM + BLOCK - PAGE),
			 first + BLOCK - PAGE);
	assert_int_equal(first[0], 1);
	assert_int_equal(first[BLOCK - 1], 2);
	assert_true(device_take_back(table, domain, RAM, RAM + PAGE));
	assert_true(device_take_back(table, domain, RAM, RAM + BLOCK));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 0);
	device_finish(table, domain);
}

static void a_request_in_a_block(void **state)
{
	struct table *table = *state;
	struct domain *domain = block_realm(table);

	assert_true(realm_asks(table, domain, SHARED, TOP, 0, RMI_RIPAS_EMPTY));
	device_driver_start(table, domain);
	device_offer(table, domain, RAM + 7 * PAGE + 16, 3 * (uint32_t)PAGE);
	device_take(domain);
	assert_int_equal(device_request.count, 1);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 1),
			 shared_at(table, domain, RAM + 7 * PAGE) + 16);
	/* The pages before it can be taken back, and the block splits. */
	assert_true(device_take_back(table, domain, RAM, RAM + BLOCK));
	assert_null(shared_at(table, domain, RAM + 6 * PAGE));
	assert_non_null(shared_at(table, domain, RAM + 7 * PAGE));
	assert_false(
		device_take_back(table, domain, RAM + 7 * PAGE, RAM + BLOCK));
	device_answer(domain);
	assert_true(device_take_back(table, domain, RAM + 7 * PAGE, RAM + BLOCK));
	device_finish(table, domain);
}

/* Returns the calls of the RMM for a request of that size in the block: the
 * driver's own looks at its rings, and those for the device. */
static uint64_t calls_for(struct table *table, struct domain *domain,
			  uint64_t offset, uint64_t size)
{
	uint64_t before = table->bench->calls;

	device_offer(table, domain, RAM + offset, (uint32_t)size);
	device_take(domain);
	assert_int_equal(device_request.count, 1);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 1),
			 shared_at(table, domain, RAM + offset));
	device_answer(domain);
	return table->bench->calls - before;
}

/* A pool of bounce buffers has too many pages to know each. */
static void the_rmm_is_asked_once_about_a_block(void **state)
{
	struct table *table = *state;
	struct domain *domain = block_realm(table);
	uint64_t first, again;

	assert_true(realm_asks(table, domain, SHARED, TOP, 0, RMI_RIPAS_EMPTY));
	device_driver_start(table, domain);
	bench_watch(table->bench);
	first = calls_for(table, domain, 7 * PAGE, PAGE);
	again = calls_for(table, domain, 7 * PAGE, PAGE);
	assert_true(again < first);
	assert_int_equal(calls_for(table, domain, 0, BLOCK), again);
	device_finish(table, domain);
}

/* The device must not have the part for what was known about the block. */
static void the_part_of_a_block_that_is_gone_breaks_the_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = block_realm(table);

	assert_true(realm_asks(table, domain, SHARED, TOP, 0, RMI_RIPAS_EMPTY));
	device_driver_start(table, domain);
	device_offer(table, domain, RAM + 7 * PAGE, PAGE);
	device_take(domain);
	device_answer(domain);
	assert_true(device_take_back(table, domain, RAM + 3 * PAGE,
				     RAM + 5 * PAGE));
	device_offer(table, domain, RAM + 2 * PAGE, PAGE);
	device_take(domain);
	assert_ptr_equal(device_host_at(table, device_request.pieces[0].pa, 1),
			 shared_at(table, domain, RAM + 2 * PAGE));
	device_answer(domain);
	device_offer(table, domain, RAM + 4 * PAGE, PAGE);
	assert_device_broken(table, domain, "which the Realm does not share");
	device_finish(table, domain);
}

/* Each command of it is refused once. */
static void a_block_whose_split_fails(void **state)
{
	struct table *table = *state;
	struct bench *bench = table->bench;
	bool done = false;

	for (uint64_t at = 0; !done; at++) {
		struct domain *domain = block_realm(table);

		assert_true(at < 20);
		share(domain, RAM);
		bench_watch(bench);
		bench->meddler.how = MEDDLE_ANSWER;
		bench->meddler.x0 = RMI_ERROR_INPUT;
		bench->meddler.times = 1;
		bench->meddler.at = at;
		(void)device_take_back(table, domain, RAM + 3 * PAGE,
				       RAM + 5 * PAGE);
		bench->meddler.at = NEVER;
		done = bench->calls <= at;
		assert_int_equal(table_state(table, domain->domid),
				 done ? CONTROL_RUNNING : CONTROL_SHUTDOWN);
		device_finish(table, domain);
	}
}

/* Not all of the block is EMPTY, or nobody has so many pages in a row. */
static void pages_are_shared_where_no_block_can_be(void **state)
{
	struct table *table = *state;
	struct domain *domain =
		device_domain(table, "r", CONTROL_CREATE_REALM, 1);

	assert_true(realm_asks(table, domain, RAM + PAGE, RAM + BLOCK, 0,
			       RMI_RIPAS_EMPTY));
	share(domain, RAM + PAGE);
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 1);
	device_finish(table, domain);

	domain = block_realm(table);
	bench_watch(table->bench);
	table->bench->meddler.alloc_at = 0;
	table->bench->meddler.alloc_times = 1;
	share(domain, RAM);
	table->bench->meddler.alloc_at = NEVER;
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), 1);
	device_finish(table, domain);
}

/* ---- A host that keeps devices to a part of memory ---- */

static bool reaches(const struct table *table, uint64_t pa)
{
	return host_dma_reaches(&table->bench->ops, pa_make(pa));
}

static void devices_see_that_part_only(void **state)
{
	struct table *table = *state;
	static const uint32_t flags[] = { 0, CONTROL_CREATE_REALM };

	for (unsigned i = 0; i < 2; i++) {
		struct domain *domain =
			flags[i] == 0 ? device_domain(table, "a", 0, 1)
				      : device_realm(table, 1);
		const struct virtio_backend_queue *queue =
			&device_of(domain)->queues[0];
		uint64_t dma = domain->dma_promised;

		if (flags[i] == 0)
			device_driver_start(table, domain);
		assert_true(reaches(table, queue->desc.value));
		assert_true(reaches(table, queue->driver.value));
		assert_true(reaches(table, queue->device.value));
		device_offer(table, domain, DATA, (uint32_t)PAGE);
		device_take(domain);
		assert_true(reaches(table, device_request.pieces[0].pa));
		/* The hypervisor's own records are elsewhere. */
		assert_false(
			reaches(table, domain->devices->memory[0].base.value));
		assert_true(table->bench->port.dma_pages.used <= dma);
		device_answer(domain);
		device_finish(table, domain);
	}
}

/* A Realm may share more than devices can access. */
static void a_page_that_no_device_can_access_breaks_the_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	domain->realm.granules.dma_max = domain->realm.granules.dma_held;
	device_offer(table, domain, DATA, 8);
	assert_device_broken(table, domain,
			     "which the host has where no device can access it");
	device_finish(table, domain);
}

/* A buffer need not begin with a page, also not in the last page of all. */
static void the_last_page_for_devices_is_one(void **state)
{
	struct table *table = *state;
	struct pages *pages = &table->bench->port.dma_pages;
	pa_t end = pa_add(pages->base, DMA_SIZE);
	struct domain *domain = device_realm(table, 1);

	pages_reserve(pages, pages->base, DMA_SIZE - PAGE);
	device_offer(table, domain, DATA + 8, (uint32_t)PAGE - 8);
	device_take(domain);
	assert_int_equal(device_request.pieces[0].pa, end.value - PAGE + 8);
	device_answer(domain);
	assert_false(reaches(table, pages->base.value - 1));
	assert_true(reaches(table, pages->base.value + 1));
	assert_true(reaches(table, end.value - 1));
	assert_false(reaches(table, end.value));
	assert_int_equal(device_info(table, domain)->flags, 0);
}

static void more_devices_than_that_part_has_room_for(void **state)
{
	struct table *table = *state;
	struct control_create *create =
		device_create_body(table, "a", CONTROL_CREATE_REALM, 0);

	table->domains.config.dma_pages = create->ram_size / PAGE;
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_MEMORY, "that devices can access");
	assert_empty(table);
	assert_false(device_slots.slots[0].open);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, device_setup, table_teardown)
#define TEST_DMA(name)                                                         \
	cmocka_unit_test_setup_teardown(name, device_setup_dma, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_realm_uses_what_it_shares),
		TEST(what_a_realm_does_not_share_breaks_its_device),
		TEST(a_page_with_a_request_is_not_taken_back),
		TEST(the_map_tells_what_devices_have),
		TEST(memory_before_a_request_is_taken_back),
		TEST(a_request_that_may_never_be_answered_ends),
		TEST(a_ring_that_is_taken_back_breaks_the_device),
		TEST(a_page_that_is_shared_again_is_found_anew),
		TEST(a_block_is_shared_at_once),
		TEST(a_part_of_a_block_is_taken_back),
		TEST(a_request_in_a_block),
		TEST(the_rmm_is_asked_once_about_a_block),
		TEST(the_part_of_a_block_that_is_gone_breaks_the_device),
		TEST(a_block_whose_split_fails),
		TEST(pages_are_shared_where_no_block_can_be),
		TEST_DMA(devices_see_that_part_only),
		TEST_DMA(a_page_that_no_device_can_access_breaks_the_device),
		TEST_DMA(the_last_page_for_devices_is_one),
		TEST_DMA(more_devices_than_that_part_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
