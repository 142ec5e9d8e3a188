/* SPDX-License-Identifier: BSD-3-Clause */
/* Domains with virtio devices: how they get them, requests of ordinary guests,
 * and what is left at the end. */
#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "lib/esr.h"
#include "tests/domains/device_bench.h"

/* ---- Creating ---- */

static void create_refused(struct table *table, enum control_status status,
			   const char *words)
{
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, status, words);
	assert_empty(table);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_false(device_slots.slots[i].open);
}

static void a_device_is_shown_and_leaves_nothing(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 2);
	struct control_device *device;
	unsigned resets = device_slots.slots[2].device.resets;

	assert_int_equal(table_info(table, domain->domid)->devices, 1);
	device = device_info(table, domain);
	assert_int_equal(device->slot, 2);
	assert_int_equal(device->id, VIRTIO_ID_BLOCK);
	assert_int_equal(device->flags, 0);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(table->reply.body.host.slots_free, SLOTS - 1);
	assert_int_equal(resets, 1);
	device_finish(table, domain);
	assert_int_equal(device_slots.slots[2].closed, 1);
}

static void slots_that_cannot_be_had(void **state)
{
	struct table *table = *state;
	struct domain *domain;

	(void)device_create_body(table, "a", 0, SLOTS);
	create_refused(table, CONTROL_E_LIMIT, "no slot 4: it has 4");
	device_slots.slots[1].id = 0;
	(void)device_create_body(table, "a", 0, 1);
	create_refused(table, CONTROL_E_STATE, "slot 1 is empty");
	device_slots.slots[1].id = VIRTIO_ID_NET;
	(void)device_create_body(table, "a", 0, 1);
	create_refused(table, CONTROL_E_STATE,
		       "slot 1 has a virtio device 1, not 2");
	assert_int_equal(device_slots.slots[1].closed, 1);
	device_slots.slots[1].id = SLOT_STRANGE;
	(void)device_create_body(table, "a", 0, 1);
	create_refused(table, CONTROL_E_STATE, "slot 1 cannot be used");
	assert_int_equal(device_slots.slots[1].closed, 2);
	device_slots.slots[2].device.features = 0;
	(void)device_create_body(table, "a", CONTROL_CREATE_REALM, 2);
	create_refused(table, CONTROL_E_UNSUPPORTED,
		       "the device in slot 2 lacks VIRTIO_F_VERSION_1");

	domain = device_domain(table, "a", 0, 0);
	(void)device_create_body(table, "b", 0, 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_EXISTS, "slot 0 belongs to domain");
	device_finish(table, domain);
}

/* The second of two devices is refused: the first is closed again. */
static void a_refused_device_closes_the_others(void **state)
{
	struct table *table = *state;
	struct control_create *create = device_create_body(table, "a", 0, 0);

	device_slots.slots[3].id = 0;
	create->device_count = 2;
	create->devices[1] = (struct control_device_plan){ 3, VIRTIO_ID_BLOCK };
	create_refused(table, CONTROL_E_STATE, "slot 3 is empty");
	assert_int_equal(device_slots.slots[0].closed, 1);
}

/* Each allocation of a creation fails once. */
static void without_memory_nothing_is_left(void **state)
{
	struct table *table = *state;
	bool done = false;

	for (uint64_t i = 0; !done; i++) {
		assert_true(i < 100);
		(void)device_create_body(table, "a", CONTROL_CREATE_REALM, 1);
		bench_watch(table->bench);
		table->bench->meddler.alloc_at = i;
		table->bench->meddler.alloc_times = 1;
		done = table_ask(table, CONTROL_DOMAIN_CREATE, 0) == CONTROL_OK;
		table->bench->meddler.alloc_at = NEVER;
		if (done)
			break;
		assert_refused(table, CONTROL_E_MEMORY, "no run of free pages");
		assert_empty(table);
		assert_false(device_slots.slots[1].open);
	}
	device_finish(table, table_domain(table, table->domains.last_domid));
}

static void a_slot_can_be_used_again(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < 3; i++) {
		device_finish(table, device_domain(table, "a", 0, 1));
		assert_int_equal(device_slots.slots[1].closed, i + 1);
	}
}

/* ---- The console without a slot ---- */

static struct control_create *hvc_create_body(struct table *table,
					      uint32_t flags)
{
	struct control_create *create = table_create_body(table, "a", flags);

	create->device_count = 1;
	create->devices[0] = (struct control_device_plan){ CONTROL_SLOT_CONSOLE,
							   VIRTIO_ID_CONSOLE };
	return create;
}

/* It has a console slot of its own, beside the UART's, and takes neither a slot
 * for devices nor memory for them. */
static void a_console_needs_no_slot(void **state)
{
	struct table *table = *state;
	const struct control_domain *info = &table->reply.body.domain;
	struct domain *domain;

	(void)hvc_create_body(table, CONTROL_CREATE_VUART);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_int_equal(table->reply.status, CONTROL_OK);
	assert_int_equal(info->console, 0);
	assert_int_equal(info->hvc, 1 + 1);
	assert_int_equal(info->flags & CONTROL_CREATE_DMA, 0);
	assert_int_equal(table->still.consoles, 3);
	domain = table_domain(table, info->domid);
	assert_int_equal(device_info(table, domain)->slot, CONTROL_SLOT_CONSOLE);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(table->reply.body.host.slots_free, SLOTS);
	assert_int_equal(table->reply.body.host.consoles_free,
			 CONTROL_CONSOLES - 2);
	device_finish(table, domain);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(table->reply.body.host.consoles_free, CONTROL_CONSOLES);
}

static void consoles_that_cannot_be_had(void **state)
{
	struct table *table = *state;
	struct control_create *create = hvc_create_body(table, 0);

	create->devices[0].id = VIRTIO_ID_BLOCK;
	create_refused(table, CONTROL_E_REQUEST, "only a console");
	create = hvc_create_body(table, 0);
	create->device_count = 2;
	create->devices[1] = create->devices[0];
	create_refused(table, CONTROL_E_REQUEST, "two devices are in one slot");
	for (unsigned i = 1; i < CONTROL_CONSOLES; i++) {
		char name[2] = { (char)('a' + i), '\0' };

		table_create(table, name, CONTROL_CREATE_VUART);
	}
	(void)hvc_create_body(table, CONTROL_CREATE_VUART);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_LIMIT, "all 12 consoles are taken");
}

/* ---- Requests ---- */

static void a_request_of_an_ordinary_guest(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 1);
	struct control_host *host = &table->reply.body.host;

	device_driver_start(table, domain);
	/* A page that was never touched is populated. */
	device_offer(table, domain, RAM + 5 * MIB + 8, 512);
	device_take(domain);
	memset(device_host_at(table, device_request.pieces[0].pa, 512), 0x77,
	       512);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_int_equal(host->requests_in_flight, 1);
	assert_int_equal(host->pages_pinned, 1);
	assert_false(device_line(domain));
	device_answer(domain);
	assert_true(device_line(domain));
	assert_int_equal(
		*(uint8_t *)device_guest_at(table, domain, RAM + 5 * MIB + 8),
		0x77);
	assert_int_equal(((uint16_t *)device_guest_at(table, domain, USED))[1],
			 1);
	assert_int_equal(device_info(table, domain)->requests, 1);
	device_finish(table, domain);
}

static void an_ordinary_guest_names_what_is_not_its_ram(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 0);
	static const uint64_t wrong[] = { 0, GUEST_VIRTIO_MMIO_BASE, RAM - 1,
					  RAM + TABLE_RAM, RAM + TABLE_RAM - 1 };

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		device_driver_start(table, domain);
		device_offer(table, domain, wrong[i], 2);
		assert_device_broken(table, domain,
				     "which is no RAM of the guest");
	}
	device_finish(table, domain);
}

/* ---- The end ---- */

/* A backend that does not answer holds its own domain, and only that. */
static void a_stuck_device_holds_its_domain_only(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint32_t domid = domain->domid;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_int_equal(driver_reg_write(domain, VIRTIO_MMIO_STATUS, 0),
			 BUS_LATER);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid),
			 CONTROL_OK);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);
	assert_int_equal(table->still.threads, 0);
	assert_non_null(strstr((char *)table->reply.body.domain.text,
			       "device 0, in slot 1, has requests that are not "
			       "answered yet"));
	assert_int_equal(device_info(table, domain)->flags,
			 CONTROL_DEVICE_STOPPING);
	/* Others are made, and destroyed, meanwhile; also one of that name. */
	table_build(table, "r", 0);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domid + 1),
			 CONTROL_OK);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);

	device_answer(domain);
	assert_true(table->still.work);
	device_finish(table, domain);
}

/* The text of a domain that is DYING is what it waits for, and nothing else. */
static void a_crash_is_no_reason_to_wait(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	const uint8_t *text = table->reply.body.domain.text;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	domain_stop(domain, CONTROL_CRASH, "it has crashed");
	assert_int_equal(table_state(table, domain->domid), CONTROL_SHUTDOWN);
	assert_string_equal((const char *)text, "it has crashed");
	domain_destroy(domain);
	assert_int_equal(table_state(table, domain->domid), CONTROL_DYING);
	assert_int_equal(text[0], 0);
	device_answer(domain);
	device_finish(table, domain);
}

#define STATUS_IPA (GUEST_VIRTIO_MMIO_BASE + VIRTIO_MMIO_STATUS)
/* A store of a word of zero, which finds nothing mapped. */
#define STORE_ZERO                                                             \
	(BITS_PUT(ESR_EC, ESR_EC_DATA_LOWER) | ESR_IL | ESR_ISV | ESR_WNR |    \
	 BITS_PUT(ESR_SAS, 2) | BITS_PUT(ESR_SRT, 31) | 0x07)

static void an_ordinary_vcpu_makes_a_reset_until_it_is_done(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 1);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	struct vcpu_trap trap = { .esr = STORE_ZERO,
				  .far = STATUS_IPA & 0xfff,
				  .hpfar = STATUS_IPA >> 12 << 4 };
	uint64_t pc = vcpu->regs.pc;

	device_driver_start(table, domain);
	device_offer(table, domain, DATA, 16);
	device_take(domain);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(vcpu_exit_guest(vcpu, &trap), VCPU_YIELD);
		assert_int_equal(vcpu->regs.pc, pc);
	}
	device_answer(domain);
	assert_int_equal(vcpu_exit_guest(vcpu, &trap), VCPU_RUN);
	assert_int_equal(vcpu->regs.pc, pc + 4);
	assert_int_equal(device_reg_read(domain, VIRTIO_MMIO_STATUS), 0);
	device_finish(table, domain);
}

static void a_realm_s_vcpu_makes_a_reset_until_it_is_done(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t half = realm_alias(&domain->realm, ipa_make(0)).value;
	struct rmi_rec_exit exit = { .exit_reason = RMI_EXIT_SYNC,
				     .esr = STORE_ZERO,
				     .far = STATUS_IPA & 0xfff,
				     .hpfar = (STATUS_IPA | half) >> 12 << 4,
				     .cntv_cval = 1 };
	struct rmi_rec_enter enter;

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
			vcpu_exit_realm(domain_vcpu(domain, 0), &exit, &enter),
			VCPU_YIELD);
		assert_int_equal(enter.flags, 0);
	}
	device_answer(domain);
	assert_int_equal(vcpu_exit_realm(domain_vcpu(domain, 0), &exit, &enter),
			 VCPU_RUN);
	assert_int_equal(enter.flags, RMI_REC_ENTER_EMUL_MMIO);
	assert_int_equal(device_reg_read(domain, VIRTIO_MMIO_STATUS), 0);
	device_finish(table, domain);
}

static void a_domain_whose_device_has_requests_is_destroyed(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 0);

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	device_finish(table, domain);
}

static void (*still_vcpu_end)(void *ctx, struct vcpu *vcpu);

/* Has the device answer as soon as the last thread of a vCPU has ended. */
static void vcpu_end_and_answer(void *ctx, struct vcpu *vcpu)
{
	still_vcpu_end(ctx, vcpu);
	if (vcpu->domain->threads == 0)
		device_answer(vcpu->domain);
}

/* Lets the interrupt of the device reach a vCPU. */
static void interrupt_enable(struct domain *domain)
{
	struct vgic_irq *irq =
		&domain->vgic.irqs[GUEST_VIRTIO_MMIO_SPI - VGIC_PRIVATE];

	domain->vgic.enabled = true;
	irq->group1 = true;
	irq->enabled = true;
}

/* The interrupt kicks a vCPU, of which the device does not know that it has no
 * thread any more. */
static void an_answer_after_the_end_of_the_vcpus(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	interrupt_enable(domain);
	device_offer(table, domain, DATA, 16);
	device_take(domain);
	still_vcpu_end = table->still.ops.vcpu_end;
	table->still.ops.vcpu_end = vcpu_end_and_answer;
	table->still.kicks = 0;
	device_finish(table, domain);
	/* Both vCPUs were told of the end, and then one of the answer. */
	assert_int_equal(table->still.kicks, 2 + 1);
}

/* Gives back what another session took to trim the host. */
static struct control_session *trimmer;

static void trimmer_relax(void *ctx, bool waiting)
{
	(void)ctx;
	if (waiting)
		control_close(trimmer);
}

/* The other session takes all pages but so many. */
static void trim_all_but(struct table *table, uint64_t left)
{
	struct pages *pages = &table->bench->port.pages;
	uint64_t most;
	pa_t base;

	pages_reserve(pages, pa_add(pages->base, 32 * MIB),
		      pages->count * PAGE - 32 * MIB);
	table->domains.config.pages = pages_unused(pages);
	most = pages_unused(pages) - left;
	assert_true(pages_alloc(pages, pages_unused(pages), 1, &base));
	pages_free(pages, base, most + left);
	table->request.body.trim.pages = most;
	assert_int_equal(table_ask_by(table, &table->other, CONTROL_HOST_TRIM, 0),
			 CONTROL_OK);
	assert_int_equal(table->domains.trimmed, most);
	trimmer = &table->other;
	table->bench->ops.relax = trimmer_relax;
}

/* If the memory for the device were missing once the slot is open, the slot
 * would be emptied, and QEMU's device be gone. */
static void a_slot_is_not_emptied_for_pages_that_come_back(void **state)
{
	struct table *table = *state;
	unsigned closed;
	uint64_t cost;

	(void)device_create_body(table, "a", 0, 2);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	cost = table->domains.promised;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY,
				   table->reply.body.domain.domid),
			 CONTROL_OK);
	closed = device_slots.slots[2].closed;
	trim_all_but(table, cost - 1);
	(void)device_create_body(table, "a", 0, 2);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	assert_int_equal(device_slots.slots[2].closed, closed);
	assert_int_equal(table->domains.trim_holds, 0);
}

/* Requests under way go on while the domain is paused, or has ended. */
static void
a_domain_that_ended_has_its_devices_until_it_is_destroyed(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_PAUSE, domain->domid),
			 CONTROL_OK);
	device_answer(domain);
	table->request.body.shutdown.reason = CONTROL_REBOOT;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_SHUTDOWN, domain->domid),
			 CONTROL_OK);
	assert_true(device_slots.slots[1].open);
	device_finish(table, domain);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, device_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_is_shown_and_leaves_nothing),
		TEST(slots_that_cannot_be_had),
		TEST(a_refused_device_closes_the_others),
		TEST(without_memory_nothing_is_left),
		TEST(a_slot_can_be_used_again),
		TEST(a_slot_is_not_emptied_for_pages_that_come_back),
		TEST(a_console_needs_no_slot),
		TEST(consoles_that_cannot_be_had),
		TEST(a_request_of_an_ordinary_guest),
		TEST(an_ordinary_guest_names_what_is_not_its_ram),
		TEST(a_stuck_device_holds_its_domain_only),
		TEST(a_crash_is_no_reason_to_wait),
		TEST(an_ordinary_vcpu_makes_a_reset_until_it_is_done),
		TEST(a_realm_s_vcpu_makes_a_reset_until_it_is_done),
		TEST(a_domain_whose_device_has_requests_is_destroyed),
		TEST(an_answer_after_the_end_of_the_vcpus),
		TEST(a_domain_that_ended_has_its_devices_until_it_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
