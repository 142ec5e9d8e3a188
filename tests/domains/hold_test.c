/* SPDX-License-Identifier: BSD-3-Clause */
/* Disks that are held: by sessions (CONTROL_DISKS_HOLD), and by domains whose
 * slots are to be emptied. QEMU, which would wait for requests under way, is
 * played by the test. */
#include <stdio.h>
#include <string.h>

#include "abi/virtio.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "tests/domains/device_bench.h"

/* Lets nanoseconds pass. */
static void time_pass(struct table *table, uint64_t ns)
{
	table->bench->waits += (unsigned)(ns / BENCH_WAIT_NS + 1);
}

static uint64_t ms(uint64_t number)
{
	return number * 1000000;
}

static struct control_hold *hold_by(struct table *table,
				    struct control_session *session,
				    uint32_t wanted_ms)
{
	table->request.body.hold.ms = wanted_ms;
	assert_int_equal(table_ask_by(table, session, CONTROL_DISKS_HOLD, 0),
			 CONTROL_OK);
	return &table->reply.body.hold;
}

static struct control_hold *hold(struct table *table, uint32_t wanted_ms)
{
	return hold_by(table, &table->session, wanted_ms);
}

/* Returns true if QEMU gets a request that the guest offers. */
static bool is_carried(struct table *table, struct domain *domain)
{
	uint64_t before = device_info(table, domain)->requests;

	device_offer(table, domain, DATA, 16);
	return device_info(table, domain)->requests == before + 1;
}

/* Lets the thread of the devices find what was left to it. */
static void later(struct domain *domain)
{
	device_slots.kicked = true;
	device_thread_run(domain);
}

static void requests_stay_with_the_guest(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	assert_int_equal(hold(table, 1000)->in_flight, 0);
	assert_false(is_carried(table, domain));
	later(domain);
	assert_int_equal(device_info(table, domain)->requests, 0);
	(void)hold(table, 0);
	assert_true(device_slots.kicked);
	device_thread_run(domain);
	assert_int_equal(device_info(table, domain)->requests, 1);
	device_take(domain);
	device_answer(domain);
	assert_true(is_carried(table, domain));
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

/* QEMU answers the requests that it has. */
static void the_reply_tells_what_is_under_way(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 3);

	device_offer(table, domain, DATA, 16);
	device_take(domain);
	assert_int_equal(hold(table, 1000)->in_flight, 1);
	assert_int_equal(table->reply.body.hold.domid, domain->domid);
	assert_int_equal(table->reply.body.hold.device, 0);
	device_answer(domain);
	assert_true(device_line(domain));
	assert_int_equal(hold(table, 1000)->in_flight, 0);
	assert_int_equal(table->reply.body.hold.domid, 0);
	device_finish(table, domain);
}

static void a_hold_ends_by_itself(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	uint64_t until;

	(void)hold(table, 1000);
	device_offer(table, domain, DATA, 16);
	until = disks_held_until(&table->domains);
	/* The thread comes by itself then. */
	assert_int_equal(domain_devices_work(domain), until);
	time_pass(table, ms(1001));
	(void)domain_devices_work(domain);
	assert_int_equal(device_info(table, domain)->requests, 1);
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

static void a_hold_ends_with_its_session(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	(void)hold_by(table, &table->other, 5000);
	(void)hold(table, 5000);
	assert_false(is_carried(table, domain));
	control_close(&table->other);
	later(domain);
	assert_int_equal(device_info(table, domain)->requests, 0);
	(void)hold(table, 0);
	device_thread_run(domain);
	assert_int_equal(device_info(table, domain)->requests, 1);
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

static void only_disks_are_held(void **state)
{
	struct table *table = *state;
	struct control_create *create;
	struct domain *domain;
	uint32_t domid;

	device_slots.slots[0].id = VIRTIO_ID_ENTROPY;
	create = device_create_body(table, "a", 0, 0);
	create->devices[0].id = VIRTIO_ID_ENTROPY;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_CREATE, 0), CONTROL_OK);
	domid = table->reply.body.domain.domid;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_BUILD, domid),
			 CONTROL_OK);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_UNPAUSE, domid),
			 CONTROL_OK);
	domain = table_domain(table, domid);
	device_driver_start(table, domain);
	(void)hold(table, 1000);
	assert_true(is_carried(table, domain));
	assert_int_equal(hold(table, 1000)->in_flight, 0);
	device_finish(table, domain);
}

static void holds_that_cannot_be_had(void **state)
{
	struct table *table = *state;

	table->request.body.hold.ms = CONTROL_HOLD_MS + 1;
	table_ask(table, CONTROL_DISKS_HOLD, 0);
	assert_refused(table, CONTROL_E_REQUEST, "not held for so long");
	table->request.body.hold.zero = 1;
	table_ask(table, CONTROL_DISKS_HOLD, 0);
	assert_refused(table, CONTROL_E_REQUEST, "reserved bits");
	for (unsigned i = 0; i < DISK_HOLDS; i++)
		table->domains.holds[i] =
			(struct disk_hold){ &table->domains.holds[i],
					    UINT64_MAX };
	table->request.body.hold.ms = 1;
	table_ask(table, CONTROL_DISKS_HOLD, 0);
	assert_refused(table, CONTROL_E_LIMIT, "too many hold the disks");
	table->domains.holds[3].until_ns = 0; /* that one's time is over */
	(void)hold(table, 1);
	memset(table->domains.holds, 0, sizeof(table->domains.holds));
}

/* ---- The end of a domain ---- */

/* Makes a domain with a request under way, and another one that is then
 * destroyed. */
static struct domain *one_waits(struct table *table, struct domain **ends)
{
	struct domain *busy;

	*ends = device_domain(table, "a", 0, 0);
	device_driver_start(table, *ends);
	device_slots.threads =
		0; /* device_domain() wants to see its own only */
	busy = device_realm(table, 1);
	device_slots.threads = 2;
	device_offer(table, busy, DATA, 16);
	device_take(busy);
	/* The thread of the domain that ends sleeps. */
	while (domain_devices_work(*ends) != UINT64_MAX)
		;
	device_slots.kicked = false;
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, (*ends)->domid),
			 CONTROL_OK);
	assert_true(device_slots.kicked);
	assert_int_equal(table_state(table, (*ends)->domid), CONTROL_DYING);
	assert_true(device_slots.slots[0].open);
	return busy;
}

static void a_slot_is_emptied_when_no_disk_has_requests(void **state)
{
	struct table *table = *state;
	struct domain *ends;
	struct domain *busy = one_waits(table, &ends);
	uint32_t domid = ends->domid;
	char words[80];

	(void)snprintf(words, sizeof(words),
		       "device 0 of domain %u has requests that are not answered "
		       "yet",
		       busy->domid);
	assert_string_equal((char *)table_info(table, domid)->text, words);
	/* The disk gets no others meanwhile. */
	assert_false(is_carried(table, busy));
	device_answer(busy);
	(void)domain_devices_work(ends);
	assert_true(table->still.work);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_false(device_slots.slots[0].open);
	assert_int_equal(domain_get(&table->domains, domid), NULL);
	/* Then its requests go on. */
	later(busy);
	device_take(busy);
	device_answer(busy);
	device_finish(table, busy);
}

/* While one disk does not answer, all others are held for a part of the time
 * only. */
static void a_silent_disk_does_not_stop_the_others(void **state)
{
	struct table *table = *state;
	struct domain *ends;
	struct domain *busy = one_waits(table, &ends);
	unsigned held = 0;

	for (unsigned i = 0; i < 500; i++) {
		const struct host_ops *host = domain_host(busy);

		time_pass(table, ms(20));
		domains_work(&table->domains);
		held += disks_held_until(&table->domains) >
			host->now_ns(host->ctx);
	}
	assert_in_range(held, 90, 130);
	assert_true(device_slots.slots[0].open);
	device_answer(busy);
	for (unsigned i = 0; i < 300; i++) {
		time_pass(table, ms(20));
		domains_work(&table->domains);
	}
	assert_false(device_slots.slots[0].open);
	device_finish(table, busy);
}

/* A domain that was never built has no thread that looks again. */
static void a_domain_that_is_not_built_waits_too(void **state)
{
	struct table *table = *state;
	struct domain *busy = device_realm(table, 1);
	struct domain *ends;

	device_offer(table, busy, DATA, 16);
	device_take(busy);
	(void)device_create_body(table, "a", 0, 0);
	assert_int_equal(
		table_ask_by(table, &table->other, CONTROL_DOMAIN_CREATE, 0),
		CONTROL_OK);
	ends = table_domain(table, table->reply.body.domain.domid);
	control_close(&table->other);
	domains_work(&table->domains);
	assert_int_equal(table_state(table, ends->domid), CONTROL_DYING);
	assert_int_equal(device_slots.threads, 2);
	device_answer(busy);
	(void)domain_devices_work(ends);
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_false(device_slots.slots[0].open);
	assert_int_equal(device_slots.threads, 1);
	device_finish(table, busy);
}

/* So does one that is refused for its second device. */
static void a_domain_that_is_refused_waits_too(void **state)
{
	struct table *table = *state;
	struct domain *busy = device_realm(table, 1);
	uint32_t domid = busy->domid + 1;
	struct control_create *create;

	device_offer(table, busy, DATA, 16);
	device_take(busy);
	device_slots.slots[2].id = 0;
	create = device_create_body(table, "a", 0, 0);
	create->device_count = 2;
	create->devices[1] = (struct control_device_plan){ 2, VIRTIO_ID_BLOCK };
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_STATE, "slot 2 is empty");
	assert_true(device_slots.slots[0].open);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);
	for (uint32_t i = 0; i < 2; i++) { /* the second was never made */
		table->request.body.device.index = i;
		assert_int_equal(table_ask(table, CONTROL_DEVICE_INFO, domid),
				 CONTROL_OK);
		assert_int_equal(table->reply.body.device.slot, 2 * i);
	}
	device_answer(busy);
	(void)domain_devices_work(table_domain(table, domid));
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_false(device_slots.slots[0].open);
	device_finish(table, busy);
}

/* A domain wants something else than what is in slot 0. Fails unless the slot
 * is emptied, and not before the disk of another domain has answered. */
static void wrong_device_waits(struct table *table, unsigned found,
			       const char *words)
{
	struct domain *busy = device_realm(table, 1);
	uint32_t domid = busy->domid + 1;

	device_offer(table, busy, DATA, 16);
	device_take(busy);
	device_slots.slots[0].id = found;
	device_create_body(table, "a", 0, 0)->devices[0].id = VIRTIO_ID_NET;
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_STATE, words);
	assert_true(device_slots.slots[0].open);
	assert_int_equal(table_state(table, domid), CONTROL_DYING);
	device_answer(busy);
	(void)domain_devices_work(table_domain(table, domid));
	assert_int_equal(table_ask(table, CONTROL_HOST_INFO, 0), CONTROL_OK);
	assert_false(device_slots.slots[0].open);
	device_finish(table, busy);
}

static void a_disk_that_was_not_expected_waits_too(void **state)
{
	wrong_device_waits(*state, VIRTIO_ID_BLOCK,
			   "slot 0 has a virtio device 2, not 1");
}

/* It may be a disk that is no virtio device. */
static void a_device_of_no_use_waits_too(void **state)
{
	wrong_device_waits(*state, SLOT_STRANGE, "slot 0 cannot be used");
}

/* It is taken out at once. */
static void a_wrong_device_without_a_disk_does_not_wait(void **state)
{
	struct table *table = *state;
	struct domain *busy = device_realm(table, 1);

	device_offer(table, busy, DATA, 16);
	device_take(busy);
	device_slots.slots[0].id = VIRTIO_ID_NET;
	(void)device_create_body(table, "a", 0, 0);
	table_ask(table, CONTROL_DOMAIN_CREATE, 0);
	assert_refused(table, CONTROL_E_STATE,
		       "slot 0 has a virtio device 1, not 2");
	assert_false(device_slots.slots[0].open);
	device_answer(busy);
	device_finish(table, busy);
}

/* Passes time until so little of the domain's hold is left. */
static void hold_near_end(struct table *table, struct domain *ends,
			  uint64_t left)
{
	const struct host_ops *host = domain_host(ends);

	while (host->now_ns(host->ctx) + left < ends->devices->hold_end_ns)
		time_pass(table, 0);
}

/* Whoever comes first when the hold is over carries them: the thread is told to
 * come by then, and if a vCPU was there before, that it need not. */
static void a_vcpu_finds_that_the_hold_is_over(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);
	const struct virtio_device *device = domain->devices->devices[0];
	const struct host_ops *host = domain_host(domain);
	uint64_t over;

	assert_int_equal(hold(table, 1)->in_flight, 0);
	assert_false(is_carried(table, domain));
	over = virtio_next(device);
	assert_true(over < UINT64_MAX);
	assert_int_equal(device_slots.until_ns, over);
	while (host->now_ns(host->ctx) < over)
		time_pass(table, 0);
	domain_devices_poll(domain);
	assert_int_equal(device_info(table, domain)->requests, 1);
	assert_int_equal(device_slots.until_ns, virtio_next(device));
	assert_true(device_slots.until_ns > over);
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

/* QEMU takes its time to empty a slot, and the disks must be held meanwhile. */
static void a_hold_that_is_nearly_over_empties_nothing(void **state)
{
	struct table *table = *state;
	struct domain *ends;
	struct domain *busy = one_waits(table, &ends);

	hold_near_end(table, ends, ms(400));
	device_answer(busy);
	domains_work(&table->domains);
	assert_true(device_slots.slots[0].open);
	time_pass(table, ms(5000));
	domains_work(&table->domains);
	assert_false(device_slots.slots[0].open);
	device_finish(table, busy);
}

/* A disk that is slow, and answers, is waited for without a pause. */
static void a_disk_that_answers_is_waited_for(void **state)
{
	struct table *table = *state;
	struct fake_request first;
	struct domain *ends;
	struct domain *busy;

	ends = device_domain(table, "a", 0, 0);
	device_slots.threads = 0;
	busy = device_realm(table, 1);
	device_slots.threads = 2;
	device_offer(table, busy, DATA, 16);
	device_take(busy);
	first = device_request;
	device_offer(table, busy, DATA + 64, 16);
	device_take(busy);
	assert_int_equal(table_ask(table, CONTROL_DOMAIN_DESTROY, ends->domid),
			 CONTROL_OK);
	time_pass(table, ms(400));
	device_answer(busy);
	domains_work(&table->domains);
	time_pass(table, ms(400));
	device_request = first;
	device_answer(busy);
	domains_work(&table->domains);
	assert_false(device_slots.slots[0].open);
	later(busy);
	device_finish(table, busy);
}

/* The guests' requests do not wait for the end that the hold had before. */
static void a_hold_can_be_made_shorter(void **state)
{
	struct table *table = *state;
	struct domain *domain = device_realm(table, 1);

	(void)hold(table, 10000);
	assert_false(is_carried(table, domain));
	later(domain);
	device_slots.kicked = false;
	(void)hold(table, 1);
	assert_true(device_slots.kicked);
	(void)hold(table, 0);
	later(domain);
	device_take(domain);
	device_answer(domain);
	device_finish(table, domain);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, device_setup, table_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_stay_with_the_guest),
		TEST(a_vcpu_finds_that_the_hold_is_over),
		TEST(the_reply_tells_what_is_under_way),
		TEST(a_hold_ends_by_itself),
		TEST(a_hold_ends_with_its_session),
		TEST(only_disks_are_held),
		TEST(holds_that_cannot_be_had),
		TEST(a_slot_is_emptied_when_no_disk_has_requests),
		TEST(a_hold_that_is_nearly_over_empties_nothing),
		TEST(a_disk_that_answers_is_waited_for),
		TEST(a_hold_can_be_made_shorter),
		TEST(a_silent_disk_does_not_stop_the_others),
		TEST(a_domain_that_is_not_built_waits_too),
		TEST(a_domain_that_is_refused_waits_too),
		TEST(a_disk_that_was_not_expected_waits_too),
		TEST(a_device_of_no_use_waits_too),
		TEST(a_wrong_device_without_a_disk_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
