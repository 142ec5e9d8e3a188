/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a domain from its creation to its end, and its session. */
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "hypervisor/core/io/bus.h"
#include "lib/pstate.h"
#include "tests/domains/table.h"

static const uint32_t kinds[] = { 0, CONTROL_CREATE_REALM, CONTROL_CREATE_VUART,
				  CONTROL_CREATE_REALM | CONTROL_CREATE_VUART };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void ask(struct table *table, enum control_op op, uint32_t domid)
{
	assert_int_equal(table_ask(table, op, domid), CONTROL_OK);
}

static void state_refused(struct table *table, enum control_op op,
			  uint32_t domid, const char *words)
{
	if (op == CONTROL_DOMAIN_SEGMENT) {
		table->request.body.segment.ipa = RAM;
		table->request.body.segment.size = 1;
	}
	table_ask(table, op, domid);
	assert_refused(table, CONTROL_E_STATE, words);
}

static void shutdown(struct table *table, uint32_t domid, uint32_t reason)
{
	table->request.body.shutdown.reason = reason;
	ask(table, CONTROL_DOMAIN_SHUTDOWN, domid);
}

static void a_domain_lives_and_dies(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		uint32_t domid = table_build(table, "a", kinds[i]);
		struct domain *domain = table_domain(table, domid);

		assert_false(domain_runs(domain));
		assert_int_equal(table->still.threads, 2);
		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		assert_true(domain_runs(domain));
		ask(table, CONTROL_DOMAIN_PAUSE, domid);
		assert_false(domain_runs(domain));
		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		shutdown(table, domid, CONTROL_REBOOT);
		assert_int_equal(table_state(table, domid), CONTROL_SHUTDOWN);
		assert_int_equal(table->reply.body.domain.reason,
				 CONTROL_REBOOT);
		assert_false(domain_runs(domain));
		ask(table, CONTROL_DOMAIN_DESTROY, domid);
		table_ask(table, CONTROL_DOMAIN_INFO, domid);
		assert_refused(table, CONTROL_E_NO_DOMAIN, "no domain");
		assert_empty(table);
	}
}

static void time_does_not_run_while_a_guest_is_paused(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", 0);
	const struct domain *domain = table_domain(table, domid);

	table->still.now_ns += 5000;
	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	assert_int_equal(domain->counter_offset, table->still.now_ns);
	for (unsigned i = 1; i <= 3; i++) {
		uint64_t before = domain->counter_offset;

		table->still.now_ns += 300;
		ask(table, CONTROL_DOMAIN_PAUSE, domid);
		table->still.now_ns += 7000 * i;
		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		assert_int_equal(domain->counter_offset, before + 7000 * i);
	}
}

static void the_time_of_a_realm_is_not_the_host_s(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", CONTROL_CREATE_REALM);

	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	ask(table, CONTROL_DOMAIN_PAUSE, domid);
	table->still.now_ns += 7000;
	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	assert_int_equal(table_domain(table, domid)->counter_offset, 0);
}

/* The test acts while a pause waits for the vCPUs. */
static struct {
	struct table *table;
	struct domain *domain;
	unsigned waits;
	bool goes_on; /* the domain is unpaused before they are out */
} pausing;

static void pausing_relax(void *ctx, bool waiting)
{
	(void)ctx;
	assert_true(waiting);
	pausing.table->still.now_ns += 10;
	pausing.waits++;
	if (pausing.waits == 2)
		pausing.domain->vcpus[0].running = false;
	if (pausing.waits == 2 && pausing.goes_on) {
		char text[CONTROL_TEXT_SIZE];

		assert_int_equal(domain_unpause(pausing.domain, text),
				 CONTROL_OK);
	}
	if (pausing.waits == 4)
		pausing.domain->vcpus[1].running = false;
}

static void pausing_begin(struct table *table, bool goes_on)
{
	uint32_t domid = table_build(table, "a", 0);

	pausing.table = table;
	pausing.domain = table_domain(table, domid);
	pausing.waits = 0;
	pausing.goes_on = goes_on;
	table->bench->ops.relax = pausing_relax;
	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	pausing.domain->vcpus[0].running = true;
	pausing.domain->vcpus[1].running = true;
	ask(table, CONTROL_DOMAIN_PAUSE, domid);
}

/* If it stopped before, the counter of a vCPU that is still in the guest would
 * go back afterwards. */
static void time_stops_when_the_last_vcpu_is_out(void **state)
{
	struct table *table = *state;
	uint64_t offset;

	pausing_begin(table, false);
	assert_int_equal(pausing.waits, 4);
	offset = pausing.domain->counter_offset;
	table->still.now_ns += 500;
	ask(table, CONTROL_DOMAIN_UNPAUSE, pausing.domain->domid);
	assert_int_equal(pausing.domain->counter_offset, offset + 500);
}

static void a_pause_that_is_over_at_once_stops_no_time(void **state)
{
	struct table *table = *state;
	uint64_t offset;

	pausing_begin(table, true);
	assert_int_equal(pausing.waits, 2);
	offset = pausing.domain->counter_offset;
	assert_true(domain_runs(pausing.domain));
	pausing.domain->vcpus[1].running = false;
	ask(table, CONTROL_DOMAIN_PAUSE, pausing.domain->domid);
	ask(table, CONTROL_DOMAIN_UNPAUSE, pausing.domain->domid);
	assert_int_equal(pausing.domain->counter_offset, offset);
}

static void a_break_is_for_a_guest_with_a_uart(void **state)
{
	struct table *table = *state;
	uint32_t loading = table_create(table, "l", CONTROL_CREATE_VUART);
	uint32_t without = table_build(table, "w", 0);
	uint32_t domid = table_build(table, "a", CONTROL_CREATE_VUART);
	struct domain *domain = table_domain(table, domid);

	state_refused(table, CONTROL_DOMAIN_BREAK, loading, "being loaded");
	state_refused(table, CONTROL_DOMAIN_BREAK, without, "has no UART");
	for (unsigned i = 0; i < VUART_FIFO / 2; i++) {
		table->request.body.brk.byte = 'h';
		ask(table, CONTROL_DOMAIN_BREAK, domid);
	}
	assert_int_equal(domain->vuart.count, VUART_FIFO);
	assert_int_equal(domain->vuart.fifo[0], 0x400);
	assert_int_equal(domain->vuart.fifo[1], 'h');
	state_refused(table, CONTROL_DOMAIN_BREAK, domid, "is full");
}

static uint64_t device_access(struct domain *domain, uint64_t ipa, bool write,
			      uint64_t value)
{
	struct bus_access access = { .ipa = ipa_make(ipa),
				     .size = write ? 1 : 4,
				     .write = write,
				     .value = value };

	assert_true(bus_access(&domain->vcpus[0], &access));
	return access.value;
}

static void the_wall_clock_goes_on_while_a_guest_is_paused(void **state)
{
	struct table *table = *state;
	const uint64_t second = 1000000000;

	for (uint32_t kind = 0; kind <= CONTROL_CREATE_REALM; kind++) {
		uint32_t domid;
		struct domain *domain;

		table_create_body(table, "a", kind | CONTROL_CREATE_RTC)
			->rtc_offset = 3600;
		table->still.now_ns = 50 * second;
		ask(table, CONTROL_DOMAIN_CREATE, 0);
		domid = table->reply.body.domain.domid;
		domain = table_domain(table, domid);
		assert_int_equal(
			device_access(domain, GUEST_PL031_BASE, false, 0), 3650);
		ask(table, CONTROL_DOMAIN_BUILD, domid);
		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		ask(table, CONTROL_DOMAIN_PAUSE, domid);
		table->still.now_ns += 9 * second;
		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		assert_int_equal(
			device_access(domain, GUEST_PL031_BASE, false, 0), 3659);
		ask(table, CONTROL_DOMAIN_DESTROY, domid);
	}
}

static void a_panic_is_a_crash_to_the_host(void **state)
{
	struct table *table = *state;

	for (uint32_t kind = 0; kind <= CONTROL_CREATE_REALM; kind++) {
		uint32_t domid =
			table_build(table, "a", kind | CONTROL_CREATE_PVPANIC);
		const struct control_domain *info;

		ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
		device_access(table_domain(table, domid), GUEST_PVPANIC_BASE,
			      true, 2);
		assert_int_equal(table_state(table, domid), CONTROL_RUNNING);
		device_access(table_domain(table, domid), GUEST_PVPANIC_BASE,
			      true, 1);
		info = table_info(table, domid);
		assert_int_equal(info->state, CONTROL_SHUTDOWN);
		assert_int_equal(info->reason, CONTROL_CRASH);
		assert_string_equal((const char *)info->text,
				    "vCPU 0: the guest's kernel has panicked");
		ask(table, CONTROL_DOMAIN_DESTROY, domid);
	}
}

static void domids_count_up(void **state)
{
	struct table *table = *state;

	for (uint32_t i = 1; i <= 100; i++) {
		assert_int_equal(table_build(table, "a", kinds[i % KINDS]), i);
		ask(table, CONTROL_DOMAIN_DESTROY, i);
		assert_empty(table);
	}
}

static void what_a_new_domain_is(void **state)
{
	struct table *table = *state;
	const struct control_domain *info = &table->reply.body.domain;
	struct control_create *create =
		table_create_body(table, "name", CONTROL_CREATE_REALM);

	memset(create->uuid, 0x11, sizeof(create->uuid));
	create->hash_algo = RMI_HASH_SHA_512;
	ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_int_equal(info->state, CONTROL_LOADING);
	assert_int_equal(info->flags, CONTROL_CREATE_REALM);
	assert_int_equal(info->vcpus, 2);
	assert_int_equal(info->vcpus_online, 1);
	assert_int_equal(info->console, CONTROL_NO_CONSOLE);
	assert_int_equal(info->ram_size, TABLE_RAM);
	assert_int_equal(info->hash_algo, RMI_HASH_SHA_512);
	assert_string_equal((const char *)info->name, "name");
	assert_int_equal(info->uuid[15], 0x11);
	assert_int_equal(table_domain(table, 1)->weight, 256);
	assert_int_equal(table_domain(table, 1)->vgic.spis, 32);
}

static void what_was_asked_for_is_what_the_vcpus_get(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	const struct vcpu *boot = domain_vcpu(domain, 0);

	assert_int_equal(boot->regs.pc, RAM + 4 * MIB);
	assert_int_equal(boot->regs.gprs[0], 7);
	assert_int_equal(boot->regs.pstate, PSTATE_EL1H_MASKED);
	assert_true(boot->online && boot->reset);
	assert_false(domain_vcpu(domain, 1)->online);
	assert_ptr_equal(domain_vcpu(domain, 1)->domain, domain);
	assert_null(domain_vcpu(domain, 2));
}

static void each_vcpu_of_a_realm_has_its_rec(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(
		table, table_build(table, "a", CONTROL_CREATE_REALM));
	const struct vcpu *second = domain_vcpu(domain, 1);

	assert_true(domain->realm.active);
	assert_int_equal(second->rec.value,
			 domain->realm.recs.base.value + RMI_GRANULE_SIZE);
	assert_true(inprocess_in_realm(table->bench->rmm, second->rec.value));
	assert_false(inprocess_in_realm(table->bench->rmm, second->run.value));
	assert_int_not_equal(second->run.value,
			     domain_vcpu(domain, 0)->run.value);
}

static void the_content_of_an_ordinary_guest_is_in_place(void **state)
{
	struct table *table = *state;
	struct domain *domain = table_domain(table, table_build(table, "a", 0));
	struct stage2_entry entry =
		stage2_look(&domain->stage2, ipa_make(RAM + 4 * MIB + 0x2000));
	const uint8_t *content =
		inprocess_host_page(table->bench->rmm, entry.pa.value);

	assert_true(entry.mapped);
	assert_int_equal(entry.level, STAGE2_PAGE_LEVEL);
	assert_int_equal(content[0], 0x5a);
	assert_int_equal(content[4095], 0);
	assert_false(stage2_look(&domain->stage2, ipa_make(RAM)).mapped);
}

/* Each operation is refused in the states that do not allow it. */
static void operations_out_of_turn(void **state)
{
	struct table *table = *state;
	uint32_t loading = table_create(table, "loading", 0);
	uint32_t paused = table_build(table, "paused", CONTROL_CREATE_REALM);
	uint32_t running = table_build(table, "running", 0);
	uint32_t ended = table_build(table, "ended", 0);

	ask(table, CONTROL_DOMAIN_UNPAUSE, running);
	shutdown(table, ended, CONTROL_POWEROFF);
	state_refused(table, CONTROL_DOMAIN_PAUSE, loading, "being loaded");
	state_refused(table, CONTROL_DOMAIN_UNPAUSE, loading, "being loaded");
	state_refused(table, CONTROL_DOMAIN_SHUTDOWN, loading, "being loaded");
	state_refused(table, CONTROL_DOMAIN_SEGMENT, paused, "not being loaded");
	state_refused(table, CONTROL_DOMAIN_BUILD, paused, "not being loaded");
	state_refused(table, CONTROL_DOMAIN_PAUSE, paused, "is paused");
	state_refused(table, CONTROL_DOMAIN_UNPAUSE, running, "is running");
	state_refused(table, CONTROL_DOMAIN_BUILD, running, "not being loaded");
	state_refused(table, CONTROL_DOMAIN_PAUSE, ended, "is shut down");
	state_refused(table, CONTROL_DOMAIN_UNPAUSE, ended, "is shut down");
	state_refused(table, CONTROL_DOMAIN_SHUTDOWN, ended, "is shut down");
}

/* The worker has not begun with the domain. */
static void a_dying_domain_can_only_be_looked_at(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", CONTROL_CREATE_REALM);

	table->lazy = true;
	ask(table, CONTROL_DOMAIN_DESTROY, domid);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);
	assert_int_equal(table->reply.body.domain.progress_all,
			 table->reply.body.domain.pages_held);
	assert_int_equal(table->reply.body.domain.progress_done, 0);
	state_refused(table, CONTROL_DOMAIN_UNPAUSE, domid, "being destroyed");
	state_refused(table, CONTROL_DOMAIN_SHUTDOWN, domid, "being destroyed");
	table->request.body.rename.name[0] = 'b';
	state_refused(table, CONTROL_DOMAIN_RENAME, domid, "being destroyed");
	ask(table, CONTROL_DOMAIN_DESTROY, domid);
	table_create(table, "a", 0); /* the name is free again */
	table->lazy = false;
	ask(table, CONTROL_DOMAIN_DESTROY, 2);
	assert_empty(table);
}

static void domains_in_turn(void **state)
{
	struct table *table = *state;

	table_create(table, "a", 0);
	table_create(table, "b", 0);
	table_create(table, "c", 0);
	ask(table, CONTROL_DOMAIN_DESTROY, 2);
	ask(table, CONTROL_DOMAIN_NEXT, 0);
	assert_int_equal(table->reply.body.domain.domid, 1);
	ask(table, CONTROL_DOMAIN_NEXT, 2);
	assert_int_equal(table->reply.body.domain.domid, 3);
	table_ask(table, CONTROL_DOMAIN_NEXT, 4);
	assert_refused(table, CONTROL_E_NO_DOMAIN, "no more");
}

static void destroyed_in_each_state(void **state)
{
	struct table *table = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		table_create(table, "created", kinds[i]);
		table_load(table, "loaded", kinds[i]);
		table_build(table, "paused", kinds[i]);
		ask(table, CONTROL_DOMAIN_UNPAUSE,
		    table_build(table, "running", kinds[i]));
		shutdown(table, table_build(table, "ended", kinds[i]), 0);
		table->lazy = true;
		ask(table, CONTROL_DOMAIN_BUILD,
		    table_load(table, "building", kinds[i]));
		for (uint32_t domid = 6 * i + 1; domid <= 6 * i + 6; domid++)
			ask(table, CONTROL_DOMAIN_DESTROY, domid);
		table->lazy = false;
		ask(table, CONTROL_HOST_INFO, 0);
		assert_empty(table);
	}
}

/* Destroys a domain at the n-th call of its build. */
struct saboteur {
	struct table *table;
	uint32_t domid;
	uint64_t at;
};

static struct saboteur saboteur;

static void destroy_at(void *ctx, bool waiting)
{
	(void)waiting;
	(void)ctx;
	if (saboteur.at-- == 0)
		domain_destroy(table_domain(saboteur.table, saboteur.domid));
}

/* At any point: no more content is loaded from then on. */
static void destroyed_while_it_is_built(void **state)
{
	struct table *table = *state;
	uint64_t whole = 0;

	for (uint64_t at = 0;; at++) {
		uint32_t domid = table_load(table, "a", CONTROL_CREATE_REALM);

		table->bench->ops.relax = destroy_at;
		saboteur = (struct saboteur){ table, domid, at };
		bench_watch(table->bench);
		ask(table, CONTROL_DOMAIN_BUILD, domid);
		if (saboteur.at < UINT64_MAX / 2)
			break;
		whole = table->bench->calls;
		assert_empty(table);
	}
	assert_true(whole > 40);
	bench_watch(table->bench);
	saboteur.at = 8;
	ask(table, CONTROL_DOMAIN_DESTROY, saboteur.domid);
	assert_empty(table);
}

static void a_build_that_is_not_wanted_ends_soon(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_create(table, "a", CONTROL_CREATE_REALM);
	unsigned loaded = 0;

	table->request.body.segment.ipa = RAM;
	table->request.body.segment.size = MIB;
	ask(table, CONTROL_DOMAIN_SEGMENT, domid);
	table->bench->ops.relax = destroy_at;
	saboteur = (struct saboteur){ table, domid, 20 };
	bench_watch(table->bench);
	ask(table, CONTROL_DOMAIN_BUILD, domid);
	for (unsigned i = 0; i < table->bench->calls; i++)
		loaded += table->bench->trace[i] == RMI_RTT_DATA_MAP_INIT;
	assert_in_range(loaded, 1, 20);
	assert_empty(table);
}

static void a_domain_stops_for_one_reason_only(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", 0);
	struct domain *domain = table_domain(table, domid);

	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	table->still.kicks = 0;
	domain_stop(domain, CONTROL_CRASH, "it did %u bad things", 2);
	assert_int_equal(table->still.kicks, 2);
	domain_stop(domain, CONTROL_POWEROFF, "it was done");
	assert_int_equal(table->still.kicks, 2);
	assert_int_equal(table_state(table, domid), CONTROL_SHUTDOWN);
	assert_int_equal(table->reply.body.domain.reason, CONTROL_CRASH);
	assert_string_equal((char *)table->reply.body.domain.text,
			    "it did 2 bad things");
}

static void what_runs_is_told(void **state)
{
	struct table *table = *state;
	uint32_t domid = table_build(table, "a", 0);
	struct domain *domain = table_domain(table, domid);
	struct vcpu *vcpu = domain_vcpu(domain, 0);
	const struct control_domain *info = &table->reply.body.domain;

	ask(table, CONTROL_DOMAIN_UNPAUSE, domid);
	vcpu->waits = true;
	assert_int_equal(table_info(table, domid)->blocked, 1);
	assert_int_equal(info->first_entry_ns, 0);
	vcpu->waits = false;
	vcpu->running = true;
	vcpu->cpu_ns = 5;
	vcpu->exits[CONTROL_EXIT_IRQ] = 3;
	table->still.now_ns = 3000;
	domain_entered(domain);
	table->still.now_ns = 4000;
	domain_entered(domain);
	assert_int_equal(table_info(table, domid)->blocked, 0);
	assert_int_equal(info->first_entry_ns, 2000);
	assert_int_equal(info->uptime_ns, 3000);
	assert_int_equal(info->cpu_ns, 5);
	assert_int_equal(info->exits, 3);
}

/* ---- Sessions ---- */

static void a_session_takes_what_it_did_not_finish_with_it(void **state)
{
	struct table *table = *state;
	uint32_t kept, failed;

	table_create_body(table, "other", 0);
	table_ask_by(table, &table->other, CONTROL_DOMAIN_CREATE, 0);
	kept = table_build(table, "paused", CONTROL_CREATE_REALM);
	table_create(table, "created", 0);
	table_load(table, "loaded", CONTROL_CREATE_REALM);
	failed = table_load(table, "failed", 0);
	bench_watch(table->bench);
	table->bench->meddler.alloc_at = 0;
	ask(table, CONTROL_DOMAIN_BUILD, failed);
	assert_int_equal(table_state(table, 5), CONTROL_FAILED);
	control_close(&table->session);
	assert_true(table->still.work);
	table_ask_by(table, &table->other, CONTROL_HOST_INFO, 0);
	table_ask_by(table, &table->other, CONTROL_HOST_INFO, 0);
	assert_int_equal(table->reply.body.host.domains, 2);
	for (uint32_t domid = 3; domid <= 5; domid++) {
		table_ask_by(table, &table->other, CONTROL_DOMAIN_INFO, domid);
		assert_refused(table, CONTROL_E_NO_DOMAIN, "no domain");
	}
	control_close(&table->other);
	domains_work(&table->domains);
	control_open(&table->session);
	ask(table, CONTROL_HELLO, 0);
	assert_int_equal(table->reply.body.host.domains, 1);
	ask(table, CONTROL_DOMAIN_DESTROY, kept);
	assert_empty(table);
}

static void a_port_that_is_opened_again_ends_its_session(void **state)
{
	struct table *table = *state;

	table_create(table, "a", 0);
	control_open(&table->session);
	ask(table, CONTROL_HELLO, 0);
	assert_empty(table);
}

/* The session ends before the worker builds its domain. */
static void a_session_that_closes_while_its_domain_is_built(void **state)
{
	struct table *table = *state;

	table->lazy = true;
	ask(table, CONTROL_DOMAIN_BUILD,
	    table_load(table, "a", CONTROL_CREATE_REALM));
	assert_int_equal(table_state(table, 1), CONTROL_BUILDING);
	assert_int_equal(table->reply.body.domain.progress_all, 3);
	control_close(&table->session);
	table->lazy = false;
	table_ask_by(table, &table->other, CONTROL_HOST_INFO, 0);
	table_ask_by(table, &table->other, CONTROL_HOST_INFO, 0);
	assert_int_equal(table->reply.body.host.domains, 0);
	assert_int_equal(inprocess_delegated(table->bench->rmm), 0);
}

/* ---- The port ---- */

static void the_vmid_of_a_guest_that_is_gone_is_flushed(void **state)
{
	struct table *table = *state;

	table_create(table, "a", 0);
	table_build(table, "b", 0);
	ask(table, CONTROL_DOMAIN_DESTROY, 2);
	assert_int_equal(table->still.flushed, 2);
	ask(table, CONTROL_DOMAIN_DESTROY, 1);
	assert_int_equal(table->still.flushed, 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_lives_and_dies),
		TEST(time_does_not_run_while_a_guest_is_paused),
		TEST(the_time_of_a_realm_is_not_the_host_s),
		TEST(time_stops_when_the_last_vcpu_is_out),
		TEST(a_pause_that_is_over_at_once_stops_no_time),
		TEST(a_break_is_for_a_guest_with_a_uart),
		TEST(the_wall_clock_goes_on_while_a_guest_is_paused),
		TEST(a_panic_is_a_crash_to_the_host),
		TEST(domids_count_up),
		TEST(what_a_new_domain_is),
		TEST(what_was_asked_for_is_what_the_vcpus_get),
		TEST(each_vcpu_of_a_realm_has_its_rec),
		TEST(the_content_of_an_ordinary_guest_is_in_place),
		TEST(operations_out_of_turn),
		TEST(a_dying_domain_can_only_be_looked_at),
		TEST(domains_in_turn),
		TEST(destroyed_in_each_state),
		TEST(destroyed_while_it_is_built),
		TEST(a_build_that_is_not_wanted_ends_soon),
		TEST(a_domain_stops_for_one_reason_only),
		TEST(what_runs_is_told),
		TEST(a_session_takes_what_it_did_not_finish_with_it),
		TEST(a_port_that_is_opened_again_ends_its_session),
		TEST(a_session_that_closes_while_its_domain_is_built),
		TEST(the_vmid_of_a_guest_that_is_gone_is_flushed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
