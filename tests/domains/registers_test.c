/* SPDX-License-Identifier: BSD-3-Clause */
/* Registers of devices that a guest reads in its memory. */
#include <string.h>

#include "abi/rmi.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "lib/esr.h"
#include "lib/log.h"
#include "tests/domains/device_bench.h"

static const uint32_t kinds[] = { 0, CONTROL_CREATE_REALM };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct domain *domain_make(struct table *table, uint32_t kind)
{
	return kind == 0 ? device_domain(table, "a", 0, 0)
			 : device_realm(table, 1);
}

static ipa_t register_ipa(uint64_t offset)
{
	return ipa_make(GUEST_VIRTIO_MMIO_BASE + offset);
}

/* Returns the memory behind the first device's registers, or NULL. */
static uint8_t *page_find(struct table *table, struct domain *domain)
{
	struct stage2_entry entry;

	if (domain->is_realm) {
		return realm_shared_page(
			table, domain,
			realm_alias(&domain->realm, register_ipa(0)).value);
	}
	entry = stage2_look(&domain->stage2, register_ipa(0));
	return entry.mapped ? device_host_at(table, entry.pa.value, PAGE) : NULL;
}

/* Fails unless all registers and the configuration are shown as a read returns
 * them. */
static void assert_shown(struct domain *domain, const uint8_t *page)
{
	for (unsigned at = 0; at < VIRTIO_WINDOW; at += sizeof(uint32_t)) {
		uint32_t value = device_reg_read(domain, at);

		assert_memory_equal(page + at, &value, sizeof(value));
	}
}

static uint32_t shown(const uint8_t *page, unsigned offset)
{
	uint32_t value;

	memcpy(&value, page + offset, sizeof(value));
	return value;
}

static void reads_find_what_exits_would_tell(struct table *table,
					     struct domain *domain)
{
	const uint8_t *page;

	assert_null(page_find(table, domain));
	assert_true(domain_devices_show(domain, register_ipa(8)));
	page = page_find(table, domain);
	assert_non_null(page);
	assert_shown(domain, page);
	assert_int_equal(shown(page, VIRTIO_WINDOW), 0); /* no device */
	device_driver_start(table, domain);
	assert_shown(domain, page);
	device_offer(table, domain, DATA, 8);
	device_take(domain);
	device_answer(domain);
	assert_int_equal(shown(page, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_QUEUE);
	assert_shown(domain, page);
	device_reg_write(domain, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_ISR_QUEUE);
	assert_int_equal(shown(page, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	device_offer(table, domain, 0, 8); /* breaks it */
	assert_int_equal(shown(page, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_CONFIG);
	assert_int_not_equal(
		shown(page, VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET, 0);
	assert_shown(domain, page);
	device_reg_write(domain, VIRTIO_MMIO_STATUS, 0);
	assert_shown(domain, page);
}

/* The page is freed with the guest's memory, before the devices are. */
static void what_is_hidden_is_not_written(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 0);
	uint8_t before[VIRTIO_WINDOW];
	const uint8_t *page;

	assert_true(domain_devices_show(domain, register_ipa(0)));
	page = page_find(table, domain);
	memcpy(before, page, sizeof(before));
	domain_devices_hide(domain);
	device_driver_start(table, domain);
	device_offer(table, domain, 0, 8); /* breaks it */
	assert_memory_equal(page, before, sizeof(before));
	device_finish(table, domain);
}

static void the_page_shows_what_a_read_returns(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		struct domain *domain = domain_make(table, kinds[i]);

		reads_find_what_exits_would_tell(table, domain);
		device_finish(table, domain);
	}
}

static void a_change_of_the_configuration_is_shown(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_domain(table, "a", 0, 0);
	struct fake_backend *device = device_of(domain);
	const uint8_t *page;

	assert_true(domain_devices_show(domain, register_ipa(0)));
	page = page_find(table, domain);
	device_driver_start(table, domain);
	memset(device->config, 0x5a, sizeof(device->config));
	device->generation++;
	assert_int_equal(page[VIRTIO_MMIO_CONFIG], 0);
	device->isr = VIRTIO_ISR_CONFIG;
	assert_true(virtio_interrupt(device->device));
	device_thread_run(domain);
	assert_int_equal(shown(page, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_ISR_CONFIG);
	assert_int_equal(page[VIRTIO_MMIO_CONFIG], 0x5a);
	assert_shown(domain, page);
	device_finish(table, domain);
}

static void a_page_is_shown_once_and_for_devices_only(void **state)
{
	struct table *table = *state;
	struct domain *domain = realm_start(table, 7 * MIB);

	assert_false(domain_devices_show(domain, register_ipa(0)));
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, domain->domid),
			 CONTROL_OK);
	domain = device_domain(table, "a", 0, 0);
	assert_false(domain_devices_show(domain, register_ipa(VIRTIO_WINDOW)));
	assert_false(domain_devices_show(domain,
					 ipa_make(GUEST_VIRTIO_MMIO_BASE - 4)));
	assert_false(domain_devices_show(domain, ipa_make(RAM)));
	assert_true(domain_devices_show(domain, register_ipa(0)));
	assert_false(domain_devices_show(domain, register_ipa(0)));
	device_finish(table, domain);
}

/* ---- What is no register ---- */

#define STORE                                                                  \
	(BITS_PUT(ESR_EC, ESR_EC_DATA_LOWER) | ESR_ISV | ESR_WNR |             \
	 BITS_PUT(ESR_SAS, 2) | ESR_FSC_PERMISSION | 3)
#define STORES 20 /* more than a Realm may have exits without progress */

/* Returns true if the vCPU gets an abort for a store at that offset from the
 * first register, in a page that it can read. */
static bool store_aborts(struct domain *domain, uint64_t offset)
{
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	struct rmi_rec_exit exit = { .exit_reason = RMI_EXIT_SYNC,
				     .esr = STORE,
				     .far = offset };
	struct vcpu_trap trap = { .esr = STORE, .far = offset };
	struct rmi_rec_enter enter;

	trap.hpfar = BITS_PUT(HPFAR_FIPA, register_ipa(0).value >> 12);
	if (!domain->is_realm)
		return vcpu_exit_guest(vcpu, &trap) == VCPU_ABORT;
	exit.hpfar = BITS_PUT(
		HPFAR_FIPA,
		realm_alias(&domain->realm, register_ipa(0)).value >> 12);
	return vcpu_exit_realm(vcpu, &exit, &enter) == VCPU_RUN &&
	       enter.flags == RMI_REC_ENTER_INJECT_SEA;
}

/* The rest of the page is as if the page were not there. */
static void a_store_behind_the_last_device_is_an_abort(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		struct domain *domain = domain_make(table, kinds[i]);

		assert_true(domain_devices_show(domain, register_ipa(0)));
		for (unsigned k = 0; k < STORES; k++)
			assert_true(store_aborts(domain, VIRTIO_WINDOW));
		assert_true(store_aborts(domain, PAGE - 4));
		assert_false(store_aborts(domain, VIRTIO_MMIO_STATUS));
		assert_int_equal(table_state(table, domain->domid),
				 CONTROL_RUNNING);
		device_finish(table, domain);
	}
}

/* ---- The log ---- */

static char log_text[4096];
static size_t log_size;

static void log_keep(char c)
{
	if (log_size + 1 < sizeof(log_text))
		log_text[log_size++] = c;
}

static void log_begin(void)
{
	memset(log_text, 0, sizeof(log_text));
	log_size = 0;
	log_init("test", log_keep);
}

/* Fails unless the log has these words, as often as that. */
static void assert_logged(const char *words, unsigned times)
{
	const char *at = log_text;
	unsigned found = 0;

	while ((at = strstr(at, words)) != NULL) {
		at += strlen(words);
		found++;
	}
	if (found != times)
		fail_msg("%u times \"%s\" in: %s", found, words, log_text);
}

/* ---- Failures ---- */

#define LEAVES ": each read of a device's registers is an exit,"

/* Shows the registers. If that fails, the device goes on as before, and the
 * page is not used; the log says it. */
static bool show_try(struct table *table, struct domain *domain)
{
	bool done;

	log_begin();
	done = domain_devices_show(domain, register_ipa(0));
	assert_logged(LEAVES, done ? 0 : 1);
	assert_logged("since this failed: showing registers: ", done ? 0 : 1);
	table->bench->meddler.at = NEVER;
	table->bench->meddler.alloc_at = NEVER;
	assert_int_equal(page_find(table, domain) != NULL, done);
	assert_int_equal(table_state(table, domain->domid), CONTROL_RUNNING);
	device_driver_start(table, domain);
	device_offer(table, domain, DATA, 8);
	device_take(domain);
	device_answer(domain);
	assert_true(device_line(domain));
	return done;
}

static void without_memory_reads_go_on_by_exits(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		bool done = false;

		for (uint64_t at = 0; !done; at++) {
			struct domain *domain = domain_make(table, kinds[i]);

			assert_true(at < 8);
			bench_watch(table->bench);
			table->bench->meddler.alloc_at = at;
			table->bench->meddler.alloc_times = 1;
			done = show_try(table, domain);
			assert_logged("the host has no free pages",
				      done ? 0 : 1);
			assert_true(done || at < table->bench->allocs);
			device_finish(table, domain);
		}
	}
}

static void an_rmm_that_refuses_leaves_the_exits(void **state)
{
	struct table *table = *state;
	bool done = false;

	for (uint64_t at = 0; !done; at++) {
		struct domain *domain = device_realm(table, 1);

		assert_true(at < 16);
		bench_watch(table->bench);
		table->bench->meddler.at = at;
		table->bench->meddler.times = 1;
		table->bench->meddler.x0 = RMI_ERROR_INPUT;
		done = show_try(table, domain);
		assert_logged(": RMI_ERROR_INPUT", done ? 0 : 1);
		device_finish(table, domain);
	}
}

/* It may have two pages of them. */
static void the_log_tells_of_a_domain_once(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	bench_watch(table->bench);
	table->bench->meddler.at = 0;
	table->bench->meddler.times = NEVER;
	table->bench->meddler.x0 = RMI_ERROR_INPUT;
	log_begin();
	for (unsigned i = 0; i < 2; i++) {
		domain->devices->registers[0].begun = false;
		assert_false(domain_devices_show(domain, register_ipa(0)));
	}
	assert_logged(LEAVES, 1);
	table->bench->meddler.at = NEVER;
	device_finish(table, domain);
}

/* ---- An RMM that does not end its command ---- */

#define SLOW UINT64_C(0x510e) /* the operation's handle */

static struct {
	struct bench *bench;
	void (*smc)(void *ctx, struct smccc_regs *regs);
	unsigned maps; /* of pages, before the one that takes long */
	struct smccc_regs begun;
	bool busy;
} slow;

static bool is_slow_map(const struct smccc_regs *regs)
{
	return regs->x[0] == RMI_RTT_UNPROT_MAP && slow.maps-- == 0;
}

static void slow_smc(void *ctx, struct smccc_regs *regs)
{
	(void)ctx;
	if (is_slow_map(regs)) {
		slow.begun = *regs;
		*regs = (struct smccc_regs){ .x = { RMI_INCOMPLETE, SLOW } };
		return;
	}
	if (regs->x[0] == RMI_OP_CONTINUE && regs->x[1] == SLOW) {
		*regs = slow.begun;
		if (slow.busy) {
			regs->x[0] = RMI_BUSY;
			return;
		}
	}
	slow.smc(slow.bench, regs);
}

/* The RMM begins to map a page, and is busy with it. Before that it refuses
 * once, as there is no table. */
static void slow_begin(struct table *table)
{
	slow.bench = table->bench;
	slow.smc = table->bench->ops.smc;
	slow.maps = 1;
	slow.busy = true;
	table->bench->ops.smc = slow_smc;
}

/*
 * The page that it maps later has registers as they were, which nothing changes
 * any more: the Realm would wait for an interrupt that it took for none.
 */
static void a_page_that_may_be_mapped_later_ends_the_realm(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	slow_begin(table);
	log_begin();
	assert_false(domain_devices_show(domain, register_ipa(0)));
	assert_logged(LEAVES, 0);
	assert_logged("crashed: showing registers: gave up", 1);
	assert_int_equal(table_state(table, domain->domid), CONTROL_SHUTDOWN);
	slow.busy = false;
	(void)memory_realm_fault(domain, ipa_make(RAM)); /* ends the operation */
	assert_non_null(page_find(table, domain));
	device_finish(table, domain);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, device_setup, table_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_page_shows_what_a_read_returns),
		TEST(what_is_hidden_is_not_written),
		TEST(a_change_of_the_configuration_is_shown),
		TEST(a_page_is_shown_once_and_for_devices_only),
		TEST(a_store_behind_the_last_device_is_an_abort),
		TEST(without_memory_reads_go_on_by_exits),
		TEST(an_rmm_that_refuses_leaves_the_exits),
		TEST(the_log_tells_of_a_domain_once),
		TEST(a_page_that_may_be_mapped_later_ends_the_realm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
