/* SPDX-License-Identifier: BSD-3-Clause */
/* Domains with a device, and their driver. */
#include "tests/domains/device_bench.h"

#include <string.h>

#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/memory.h"

struct slots device_slots;
struct fake_request device_request;

void *device_host_at(void *ctx, uint64_t pa, uint64_t size)
{
	struct table *table = ctx;
	uint8_t *page = inprocess_host_page(table->bench->rmm,
					    pa_make(pa - pa % PAGE).value);

	(void)size;
	assert_non_null(page);
	return page + pa % PAGE;
}

int device_setup(void **state)
{
	struct table *table;

	assert_int_equal(table_setup(state), 0);
	table = *state;
	slots_init(&device_slots, device_host_at, table);
	table->domains.config.slots = SLOTS;
	table->domains.config.slot_ops = &device_slots.ops;
	return 0;
}

struct control_create *device_create_body(struct table *table, const char *name,
					  uint32_t flags, unsigned slot)
{
	struct control_create *create = table_create_body(table, name, flags);

	create->device_count = 1;
	create->devices[0] =
		(struct control_device_plan){ (uint16_t)slot, VIRTIO_ID_BLOCK };
	return create;
}

struct domain *device_domain(struct table *table, const char *name,
			     uint32_t flags, unsigned slot)
{
	uint32_t domid;

	(void)device_create_body(table, name, flags, slot);
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
	assert_int_equal(device_slots.threads, 1);
	return table_domain(table, domid);
}

struct control_device *device_info(struct table *table, struct domain *domain)
{
	table->request.body.device.index = 0;
	assert_int_equal(table_ask(table, CONTROL_DEVICE_INFO, domain->domid),
			 CONTROL_OK);
	return &table->reply.body.device;
}

/* Fails unless the domain goes, and leaves nothing. */
void device_finish(struct table *table, struct domain *domain)
{
	struct control_host *host = &table->reply.body.host;

	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domain->domid),
			 CONTROL_OK);
	assert_empty(table);
	assert_int_equal(device_slots.threads, 0);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->slots, SLOTS);
	assert_int_equal(host->slots_free, SLOTS);
	assert_int_equal(host->requests_in_flight, 0);
	assert_int_equal(host->pages_pinned, 0);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_false(device_slots.slots[i].open);
}

/* ---- A driver ---- */

void device_reg_write(struct domain *domain, uint64_t offset, uint32_t value)
{
	assert_int_equal(driver_reg_write(domain, offset, value), BUS_DONE);
}

uint32_t device_reg_read(struct domain *domain, uint64_t offset)
{
	uint32_t value;

	assert_int_equal(driver_reg_read(domain, offset, &value), BUS_DONE);
	return value;
}

/* Returns where the guest's byte at an IPA is: as a Realm's shared page, or as
 * RAM of an ordinary guest. */
void *device_guest_at(struct table *table, struct domain *domain, uint64_t ipa)
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
	return device_host_at(
		table, entry.pa.value + ipa % rtt_entry_size(entry.level), 1);
}

static void *ring_at(void *ctx, struct domain *domain, uint64_t address)
{
	return device_guest_at(ctx, domain, address);
}

static struct driver driver_of(struct table *table, struct domain *domain)
{
	return (struct driver){
		.domain = domain,
		.desc = DESC,
		.avail = AVAIL,
		.used = USED,
		.size = SIZE,
		.at = ring_at,
		.ctx = table,
	};
}

void device_driver_start(struct table *table, struct domain *domain)
{
	struct driver driver = driver_of(table, domain);

	for (uint64_t ring = DESC; ring <= USED; ring += PAGE)
		memset(device_guest_at(table, domain, ring), 0, PAGE);
	assert_true(driver_start(&driver));
}

void device_offer(struct table *table, struct domain *domain, uint64_t address,
		  uint32_t size)
{
	struct driver driver = driver_of(table, domain);

	assert_true(driver_offer(
		&driver,
		&(struct virtq_desc){ address, size, VIRTQ_DESC_WRITE, 0 }));
}

void device_thread_run(struct domain *domain)
{
	while (device_slots.kicked) {
		device_slots.kicked = false;
		(void)domain_devices_work(domain);
	}
}

struct fake_backend *device_of(struct domain *domain)
{
	return &device_slots.slots[domain->create.devices[0].slot].device;
}

void device_take(struct domain *domain)
{
	assert_true(fake_backend_take(device_of(domain), 0, &device_request));
}

void device_answer(struct domain *domain)
{
	fake_backend_answer(device_of(domain), 0, device_request.id, 1);
	device_slots.kicked = true;
	device_thread_run(domain);
}

bool device_line(const struct domain *domain)
{
	return domain->vgic.irqs[GUEST_VIRTIO_MMIO_SPI - 32].level;
}

void assert_device_broken(struct table *table, struct domain *domain,
			  const char *words)
{
	struct control_device *device = device_info(table, domain);

	assert_int_equal(device->flags & CONTROL_DEVICE_BROKEN,
			 CONTROL_DEVICE_BROKEN);
	if (strstr((const char *)device->text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, device->text);
	assert_int_equal(table_state(table, domain->domid), CONTROL_RUNNING);
}

/* Starts a Realm that shares the pages of the driver, and that driver. */
struct domain *device_realm(struct table *table, unsigned slot)
{
	struct domain *domain =
		device_domain(table, "r", CONTROL_CREATE_REALM, slot);

	assert_true(realm_asks(table, domain, SHARED, TOP, 0, RMI_RIPAS_EMPTY));
	device_driver_start(table, domain);
	return domain;
}

bool device_take_back(struct table *table, struct domain *domain, uint64_t base,
		      uint64_t top)
{
	return realm_asks(table, domain, base, top, 0, RMI_RIPAS_RAM);
}

int device_setup_dma(void **state)
{
	struct table *table;
	struct bench *bench;

	assert_int_equal(device_setup(state), 0);
	table = *state;
	bench = table->bench;
	assert_true(host_inprocess_divide(&bench->port, DMA_SIZE));
	bench->ops.dma_base = bench->port.ops.dma_base;
	bench->ops.dma_size = bench->port.ops.dma_size;
	table->domains.config.pages = pages_unused(&bench->port.pages);
	table->domains.config.dma_pages = pages_unused(&bench->port.dma_pages);
	return 0;
}
