/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Domains with virtio devices: what a request may name, what happens to memory
 * that is taken back while a device has it, and what is left at the end. The
 * devices in slots 1 and 3 are such that their reset would wait for requests.
 */
#include <string.h>

#include "abi/rmi.h"
#include "abi/virtio.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/io/bus.h"
#include "tests/domains/realm_bench.h"
#include "tests/fakehost/slots.h"

#define PAGE ((uint64_t)4096)
#define SIZE 16 /* descriptors of the queue */

/* Where the driver has its rings and buffers: pages from here on. */
#define SHARED (RAM + 2 * MIB)
#define DESC   SHARED
#define AVAIL  (SHARED + PAGE)
#define USED   (SHARED + 2 * PAGE)
#define DATA   (SHARED + 3 * PAGE)
#define TOP    (SHARED + 16 * PAGE)

static struct slots slots;
static struct fake_request request;

static void *host_at(void *ctx, uint64_t pa, uint64_t size)
{
	struct table *table = ctx;
	uint8_t *page = inprocess_host_page(table->bench->rmm,
					    pa_make(pa - pa % PAGE).value);

	(void)size;
	assert_non_null(page);
	return page + pa % PAGE;
}

static int setup(void **state)
{
	struct table *table;

	assert_int_equal(table_setup(state), 0);
	table = *state;
	slots_init(&slots, host_at, table);
	table->domains.config.slots = SLOTS;
	table->domains.config.slot_ops = &slots.ops;
	return 0;
}

/* ---- Creating ---- */

static struct control_create *create_body(struct table *table, const char *name,
					  uint32_t flags, unsigned slot)
{
	struct control_create *create = table_create_body(table, name, flags);

	create->device_count = 1;
	create->devices[0] =
		(struct control_device_plan){ (uint16_t)slot, VIRTIO_ID_BLOCK };
	return create;
}

static struct domain *device_domain(struct table *table, const char *name,
				    uint32_t flags, unsigned slot)
{
	uint32_t domid;

	(void)create_body(table, name, flags, slot);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	domid = table->reply.body.domain.domid;
	table->request.body.segment.ipa = RAM + 4 * MIB;
	table->request.body.segment.size = PAGE;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SEGMENT, domid),
			 CONTROL_OK);
	table->request.body.build.pc = RAM + 4 * MIB;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_BUILD, domid),
			 CONTROL_OK);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	assert_int_equal(slots.threads, 1);
	return table_domain(table, domid);
}

static struct control_device *info(struct table *table, struct domain *domain)
{
	table->request.body.device.index = 0;
	assert_int_equal(table_ask(table, CONTROL_DEVICE_INFO, domain->domid),
			 CONTROL_OK);
	return &table->reply.body.device;
}

/* Fails unless the domain goes, and leaves nothing. */
static void finish(struct table *table, struct domain *domain)
{
	struct control_host *host = &table->reply.body.host;

	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domain->domid),
			 CONTROL_OK);
	assert_empty(table);
	assert_int_equal(slots.threads, 0);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->slots, SLOTS);
	assert_int_equal(host->slots_free, SLOTS);
	assert_int_equal(host->requests_in_flight, 0);
	assert_int_equal(host->pages_pinned, 0);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_false(slots.slots[i].open);
}

static void create_refused(struct table *table, enum control_status status,
			   const char *words)
{
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, status, words);
	assert_empty(table);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_false(slots.slots[i].open);
}

static void a_device_is_shown_and_leaves_nothing(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 2);
	struct control_device *device;
	unsigned resets = slots.slots[2].device.resets;

	assert_int_equal(table_info(table, domain->domid)->devices, 1);
	device = info(table, domain);
	assert_int_equal(device->slot, 2);
	assert_int_equal(device->id, VIRTIO_ID_BLOCK);
	assert_int_equal(device->flags, 0);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(table->reply.body.host.slots_free, SLOTS - 1);
	assert_int_equal(resets, 1);
	finish(table, domain);
	assert_int_equal(slots.slots[2].closed, 1);
}

static void slots_that_cannot_be_had(void **state)
{
	struct table *table = *state;
	struct domain *domain;

	(void)create_body(table, "a", 0, SLOTS);
	create_refused(table, CONTROL_E_LIMIT, "no slot 4: it has 4");
	slots.slots[1].id = 0;
	(void)create_body(table, "a", 0, 1);
	create_refused(table, CONTROL_E_STATE, "slot 1 is empty");
	slots.slots[1].id = VIRTIO_ID_NET;
	(void)create_body(table, "a", 0, 1);
	create_refused(table, CONTROL_E_STATE, "slot 1 has device 1, not 2");
	slots.slots[2].device.features = 0;
	(void)create_body(table, "a", CONTROL_CREATE_REALM, 2);
	create_refused(table, CONTROL_E_UNSUPPORTED,
		       "the device in slot 2 lacks VIRTIO_F_VERSION_1");

	domain = device_domain(table, "a", 0, 0);
	(void)create_body(table, "b", 0, 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_EXISTS, "slot 0 belongs to domain");
	finish(table, domain);
}

/* The second of two devices is refused: the first is closed again. */
static void a_refused_device_closes_the_others(void **state)
{
	struct table *table = *state;
	struct control_create *create = create_body(table, "a", 0, 0);

	slots.slots[3].id = 0;
	create->device_count = 2;
	create->devices[1] = (struct control_device_plan){ 3, VIRTIO_ID_BLOCK };
	create_refused(table, CONTROL_E_STATE, "slot 3 is empty");
	assert_int_equal(slots.slots[0].closed, 1);
}

/* Each allocation of a creation fails once. */
static void without_memory_nothing_is_left(void **state)
{
	struct table *table = *state;
	bool done = false;

	for (uint64_t i = 0; !done; i++) {
		assert_true(i < 100);
		(void)create_body(table, "a", CONTROL_CREATE_REALM, 1);
		bench_watch(table->bench);
		table->bench->meddler.alloc_at = i;
		table->bench->meddler.alloc_times = 1;
		done = table_ask(table, CONTROL_DOMAIN_CREATE, 0) == CONTROL_OK;
		table->bench->meddler.alloc_at = NEVER;
		if (done)
			break;
		assert_refused(table, CONTROL_E_MEMORY, "no run of free pages");
		assert_empty(table);
		assert_false(slots.slots[1].open);
	}
	finish(table, table_domain(table, table->domains.last_domid));
}

static void a_slot_can_be_used_again(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < 3; i++) {
		finish(table, device_domain(table, "a", 0, 1));
		assert_int_equal(slots.slots[1].closed, i + 1);
	}
}

/* ---- A driver ---- */

static enum bus_result reg_try(struct domain *domain, uint64_t offset,
			       uint32_t value)
{
	struct bus_access access = {
		.ipa = ipa_make(GUEST_VIRTIO_MMIO_BASE + offset),
		.size = 4,
		.write = true,
		.value = value,
	};

	return bus_access(domain_vcpu(domain, 0), &access);
}

static void reg_write(struct domain *domain, uint64_t offset, uint32_t value)
{
	assert_int_equal(reg_try(domain, offset, value), BUS_DONE);
}

static uint32_t reg_read(struct domain *domain, uint64_t offset)
{
	struct bus_access access = {
		.ipa = ipa_make(GUEST_VIRTIO_MMIO_BASE + offset),
		.size = 4,
	};

	assert_int_equal(bus_access(domain_vcpu(domain, 0), &access), BUS_DONE);
	return (uint32_t)access.value;
}

/* Returns where the guest's byte at an IPA is: as a Realm's shared page, or as
 * RAM of an ordinary guest. */
static void *guest_at(struct table *table, struct domain *domain, uint64_t ipa)
{
	ipa_t page = ipa_make(ipa - ipa % PAGE);
	struct stage2_entry entry;
	uint64_t alias;

	if (domain->is_realm) {
		alias = realm_alias(&domain->realm, page).value;
		(void)memory_realm_fault(domain, ipa_make(alias));
		return (uint8_t *)realm_shared_page(table, domain, alias) +
		       ipa % PAGE;
	}
	assert_int_equal(memory_guest_fault(domain, page), MEMORY_READY);
	entry = stage2_look(&domain->stage2, page);
	return host_at(table,
		       entry.pa.value + ipa % rtt_entry_size(entry.level), 1);
}

static void features_write(struct domain *domain)
{
	static const uint32_t halves[] = {
		1U << VIRTIO_F_EVENT_IDX,
		1U << (VIRTIO_F_VERSION_1 - 32) |
			1U << (VIRTIO_F_ACCESS_PLATFORM - 32)
	};

	for (uint32_t i = 0; i < 2; i++) {
		reg_write(domain, VIRTIO_MMIO_DRIVER_FEATURES_SEL, i);
		reg_write(domain, VIRTIO_MMIO_DRIVER_FEATURES, halves[i]);
	}
}

/* Starts the driver, with one queue. */
static void driver_start(struct table *table, struct domain *domain)
{
	reg_write(domain, VIRTIO_MMIO_STATUS, 0);
	reg_write(domain, VIRTIO_MMIO_STATUS, 3);
	features_write(domain);
	reg_write(domain, VIRTIO_MMIO_STATUS, 3 | VIRTIO_STATUS_FEATURES_OK);
	for (uint64_t ring = DESC; ring <= USED; ring += PAGE)
		memset(guest_at(table, domain, ring), 0, PAGE);
	reg_write(domain, VIRTIO_MMIO_QUEUE_SEL, 0);
	reg_write(domain, VIRTIO_MMIO_QUEUE_NUM, SIZE);
	reg_write(domain, VIRTIO_MMIO_QUEUE_DESC, (uint32_t)DESC);
	reg_write(domain, VIRTIO_MMIO_QUEUE_DRIVER, (uint32_t)AVAIL);
	reg_write(domain, VIRTIO_MMIO_QUEUE_DEVICE, (uint32_t)USED);
	reg_write(domain, VIRTIO_MMIO_QUEUE_READY, 1);
	reg_write(domain, VIRTIO_MMIO_STATUS,
		  3 | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
	assert_int_equal(reg_read(domain, VIRTIO_MMIO_STATUS),
			 3 | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
}

/* Offers one buffer, which the device writes, and notifies it. */
static void offer(struct table *table, struct domain *domain, uint64_t address,
		  uint32_t size)
{
	struct virtq_desc *desc = guest_at(table, domain, DESC);
	uint16_t *avail = guest_at(table, domain, AVAIL);
	uint16_t place = avail[1] % SIZE;

	desc[place] = (struct virtq_desc){ address, size, VIRTQ_DESC_WRITE, 0 };
	avail[2 + place] = place;
	avail[1]++;
	reg_write(domain, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}

static void thread_run(struct domain *domain)
{
	while (slots.kicked) {
		slots.kicked = false;
		(void)domain_devices_work(domain);
	}
}

static struct fake_backend *device_of(struct domain *domain)
{
	return &slots.slots[domain->create.devices[0].slot].device;
}

static void take(struct domain *domain)
{
	assert_true(fake_backend_take(device_of(domain), 0, &request));
}

static void answer(struct domain *domain)
{
	fake_backend_answer(device_of(domain), 0, request.id, 1);
	slots.kicked = true;
	thread_run(domain);
}

static bool line(const struct domain *domain)
{
	return domain->vgic.irqs[GUEST_VIRTIO_MMIO_SPI - 32].level;
}

static void assert_broken(struct table *table, struct domain *domain,
			  const char *words)
{
	struct control_device *device = info(table, domain);

	assert_int_equal(device->flags & CONTROL_DEVICE_BROKEN,
			 CONTROL_DEVICE_BROKEN);
	if (strstr((const char *)device->text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, device->text);
	assert_int_equal(table_state(table, domain->domid), CONTROL_RUNNING);
}

/* ---- Requests ---- */

static void a_request_of_an_ordinary_guest(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 1);
	struct control_host *host = &table->reply.body.host;

	driver_start(table, domain);
	/* A page that was never touched is populated. */
	offer(table, domain, RAM + 5 * MIB + 8, 512);
	take(domain);
	memset(host_at(table, request.pieces[0].pa, 512), 0x77, 512);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->requests_in_flight, 1);
	assert_int_equal(host->pages_pinned, 1);
	assert_false(line(domain));
	answer(domain);
	assert_true(line(domain));
	assert_int_equal(*(uint8_t *)guest_at(table, domain, RAM + 5 * MIB + 8),
			 0x77);
	assert_int_equal(((uint16_t *)guest_at(table, domain, USED))[1], 1);
	assert_int_equal(info(table, domain)->requests, 1);
	finish(table, domain);
}

static void an_ordinary_guest_names_what_is_not_its_ram(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 0);
	static const uint64_t wrong[] = { 0, GUEST_VIRTIO_MMIO_BASE, RAM - 1,
					  RAM + TABLE_RAM, RAM + TABLE_RAM - 1 };

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		driver_start(table, domain);
		offer(table, domain, wrong[i], 2);
		assert_broken(table, domain, "which is no RAM of the guest");
	}
	finish(table, domain);
}

/* ---- Realms ---- */

/* Starts a Realm that shares the pages of the driver, and that driver. */
static struct domain *device_realm(struct table *table, unsigned slot)
{
	struct domain *domain =
		device_domain(table, "r", CONTROL_CREATE_REALM, slot);

	assert_true(realm_asks(table, domain, SHARED, TOP, 0, RMI_RIPAS_EMPTY));
	driver_start(table, domain);
	return domain;
}

static bool take_back(struct table *table, struct domain *domain, uint64_t base,
		      uint64_t top)
{
	return realm_asks(table, domain, base, top, 0, RMI_RIPAS_RAM);
}

static void a_realm_uses_what_it_shares(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	uint64_t shared = realm_pages(domain, GRANULES_GUEST);

	/* By either name; the second page was never touched. */
	offer(table, domain, DATA, 16);
	take(domain);
	assert_ptr_equal(host_at(table, request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, DATA | half));
	answer(domain);
	offer(table, domain, (DATA + PAGE) | half, 16);
	take(domain);
	assert_ptr_equal(host_at(table, request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, (DATA + PAGE) | half));
	assert_int_equal(realm_pages(domain, GRANULES_GUEST), shared + 2);
	answer(domain);
	finish(table, domain);
}

static void what_a_realm_does_not_share_breaks_its_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	const uint64_t wrong[] = { RAM, RAM + 4 * MIB, TOP, TOP | half };

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		driver_start(table, domain);
		offer(table, domain, wrong[i], 8);
		assert_broken(table, domain, "which the Realm does not share");
	}
	driver_start(table, domain);
	offer(table, domain, 2 * half | DATA, 8);
	assert_broken(table, domain, "which is no RAM of the guest");
	driver_start(table, domain);
	offer(table, domain, TOP - 4, 8); /* half of it is not shared */
	assert_broken(table, domain, "which the Realm does not share");
	finish(table, domain);
}

/* Again and again: the page stays the Realm's shared page as long as the device
 * has it, and nothing breaks. */
static void a_page_with_a_request_is_not_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	for (unsigned i = 0; i < 5; i++) {
		offer(table, domain, DATA, 16);
		take(domain);
		assert_false(take_back(table, domain, DATA, DATA + PAGE));
		assert_false(take_back(table, domain, DATA, TOP));
		assert_ptr_equal(host_at(table, request.pieces[0].pa, 16),
				 realm_shared_page(table, domain, DATA | half));
		answer(domain);
		assert_true(take_back(table, domain, DATA, DATA + PAGE));
		assert_null(realm_shared_page(table, domain, DATA | half));
		assert_true(realm_asks(table, domain, DATA, DATA + PAGE, 0,
				       RMI_RIPAS_EMPTY));
	}
	assert_int_equal(info(table, domain)->flags, 0);
	finish(table, domain);
}

/* The part before the page with the request is taken back. */
static void memory_before_a_request_is_taken_back(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	offer(table, domain, DATA, 16);
	take(domain);
	answer(domain);
	offer(table, domain, DATA + PAGE, 16);
	take(domain);
	assert_true(take_back(table, domain, DATA, DATA + 2 * PAGE));
	assert_null(realm_shared_page(table, domain, DATA | half));
	assert_non_null(realm_shared_page(table, domain, (DATA + PAGE) | half));
	answer(domain);
	finish(table, domain);
}

/* A device that resets at once is reset, since its requests may stay for ever,
 * as those for packets that a network may send. */
static void a_request_that_may_never_be_answered_ends(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 0);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;

	offer(table, domain, DATA, 16);
	take(domain);
	assert_true(take_back(table, domain, DATA, DATA + PAGE));
	assert_null(realm_shared_page(table, domain, DATA | half));
	assert_int_equal(device_of(domain)->status, 0);
	assert_broken(table, domain, "in a request");
	finish(table, domain);
}

static void a_ring_that_is_taken_back_breaks_the_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	assert_true(take_back(table, domain, AVAIL, AVAIL + PAGE));
	assert_broken(table, domain, "in a ring");
	/* It is not looked at any more: the RMM would say so. */
	reg_write(domain, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	slots.kicked = true;
	thread_run(domain);
	assert_true(realm_asks(table, domain, AVAIL, AVAIL + PAGE, 0,
			       RMI_RIPAS_EMPTY));
	driver_start(table, domain);
	offer(table, domain, DATA, 16);
	take(domain);
	answer(domain);
	finish(table, domain);
}

/* A page that is shared again is another page, of which nothing old is known. */
static void a_page_that_is_shared_again_is_found_anew(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	uint64_t before;
	pa_t other;

	offer(table, domain, DATA, 16);
	take(domain);
	before = request.pieces[0].pa;
	answer(domain);
	assert_true(take_back(table, domain, DATA, DATA + PAGE));
	/* The page goes to somebody else. */
	assert_true(pages_alloc(&table->bench->port.pages, 1, 1, &other));
	assert_true(realm_asks(table, domain, DATA, DATA + PAGE, 0,
			       RMI_RIPAS_EMPTY));
	offer(table, domain, DATA, 16);
	take(domain);
	assert_ptr_equal(host_at(table, request.pieces[0].pa, 16),
			 realm_shared_page(table, domain, DATA | half));
	assert_int_not_equal(request.pieces[0].pa, before);
	answer(domain);
	pages_free(&table->bench->port.pages, other, 1);
	finish(table, domain);
}

/* ---- The end ---- */

/* A backend that does not answer holds its own domain, and only that. */
static void a_stuck_device_holds_its_domain_only(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint32_t domid = domain->domid;

	offer(table, domain, DATA, 16);
	take(domain);
	assert_int_equal(reg_try(domain, VIRTIO_MMIO_STATUS, 0), BUS_LATER);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid),
			 CONTROL_OK);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);
	assert_int_equal(table->still.threads, 0);
	assert_non_null(strstr((char *)table->reply.body.domain.text,
			       "device 0, in slot 1, has requests that are not "
			       "answered yet"));
	assert_int_equal(info(table, domain)->flags, CONTROL_DEVICE_STOPPING);
	/* Others are made, and destroyed, meanwhile; also one of that name. */
	table_build(table, "r", 0);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid + 1),
			 CONTROL_OK);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);

	answer(domain);
	assert_true(table->still.work);
	finish(table, domain);
}

static void a_domain_whose_device_has_requests_is_destroyed(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 0);

	offer(table, domain, DATA, 16);
	take(domain);
	finish(table, domain);
}

/* Requests under way go on while the domain is paused, or has ended. */
static void
a_domain_that_ended_has_its_devices_until_it_is_destroyed(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	offer(table, domain, DATA, 16);
	take(domain);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_PAUSE, domain->domid),
			 CONTROL_OK);
	answer(domain);
	table->request.body.shutdown.reason = CONTROL_REBOOT;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SHUTDOWN, domain->domid),
			 CONTROL_OK);
	assert_true(slots.slots[1].open);
	finish(table, domain);
}

/* ---- A host that keeps devices to a part of memory ---- */

#define DMA_SIZE (24 * MIB)

static int setup_dma(void **state)
{
	struct table *table;
	struct bench *bench;

	assert_int_equal(setup(state), 0);
	table = *state;
	bench = table->bench;
	assert_true(host_inprocess_divide(&bench->port, DMA_SIZE));
	bench->ops.dma_base = bench->port.ops.dma_base;
	bench->ops.dma_size = bench->port.ops.dma_size;
	table->domains.config.pages = pages_unused(&bench->port.pages);
	table->domains.config.dma_pages = pages_unused(&bench->port.dma_pages);
	return 0;
}

static bool reaches(const struct table *table, uint64_t pa)
{
	return host_dma_reaches(&table->bench->ops, pa_make(pa - pa % PAGE));
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
			driver_start(table, domain);
		assert_true(reaches(table, queue->desc.value));
		assert_true(reaches(table, queue->driver.value));
		assert_true(reaches(table, queue->device.value));
		offer(table, domain, DATA, (uint32_t)PAGE);
		take(domain);
		assert_true(reaches(table, request.pieces[0].pa));
		/* The hypervisor's own records are elsewhere. */
		assert_false(
			reaches(table, domain->devices->memory[0].base.value));
		assert_true(table->bench->port.dma_pages.used <= dma);
		answer(domain);
		finish(table, domain);
	}
}

/* A Realm may share more than devices can access. */
static void a_page_that_no_device_can_access_breaks_the_device(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	domain->realm.granules.dma_max = domain->realm.granules.dma_held;
	offer(table, domain, DATA, 8);
	assert_broken(table, domain,
		      "which the host has where no device can access it");
	finish(table, domain);
}

static void more_devices_than_that_part_has_room_for(void **state)
{
	struct table *table = *state;
	struct control_create *create =
		create_body(table, "a", CONTROL_CREATE_REALM, 0);

	table->domains.config.dma_pages = create->ram_size / PAGE;
	create_refused(table, CONTROL_E_MEMORY, "that devices can access");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, table_teardown)
#define TEST_DMA(name)                                                         \
	cmocka_unit_test_setup_teardown(name, setup_dma, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_is_shown_and_leaves_nothing),
		TEST(slots_that_cannot_be_had),
		TEST(a_refused_device_closes_the_others),
		TEST(without_memory_nothing_is_left),
		TEST(a_slot_can_be_used_again),
		TEST(a_request_of_an_ordinary_guest),
		TEST(an_ordinary_guest_names_what_is_not_its_ram),
		TEST(a_realm_uses_what_it_shares),
		TEST(what_a_realm_does_not_share_breaks_its_device),
		TEST(a_page_with_a_request_is_not_taken_back),
		TEST(memory_before_a_request_is_taken_back),
		TEST(a_request_that_may_never_be_answered_ends),
		TEST(a_ring_that_is_taken_back_breaks_the_device),
		TEST(a_page_that_is_shared_again_is_found_anew),
		TEST(a_stuck_device_holds_its_domain_only),
		TEST(a_domain_whose_device_has_requests_is_destroyed),
		TEST(a_domain_that_ended_has_its_devices_until_it_is_destroyed),
		TEST_DMA(devices_see_that_part_only),
		TEST_DMA(a_page_that_no_device_can_access_breaks_the_device),
		TEST_DMA(more_devices_than_that_part_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
