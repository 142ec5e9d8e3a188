/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the in-process machine that the core's tests do not use. */
#include "rmm/fixture/fixture.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t zero[GRANULE_SIZE];

static void memory_costs_nothing_until_touched(void **state)
{
	const struct rmm_machine machine = {
		.memory_base = { FIXTURE_BASE },
		.memory_size = UINT64_C(64) << 30,
		.pa_bits = 48,
	};
	struct inprocess *big = inprocess_create(&machine);
	const uint64_t last = FIXTURE_BASE + machine.memory_size - GRANULE_SIZE;

	(void)state;
	assert_non_null(big);
	assert_non_null(inprocess_host_page(big, last));
	assert_null(inprocess_host_page(big, last + GRANULE_SIZE));
	inprocess_destroy(big);
}

static void the_host_sees_only_its_own_memory(void **state)
{
	struct fixture *f = *state;

	delegate(f, 3, 1);
	assert_null(inprocess_host_page(f->machine, page(3)));
	assert_non_null(inprocess_host_page(f->machine, page(4)));
	assert_null(inprocess_host_page(f->machine, page(4) + 8));
	assert_null(inprocess_host_page(f->machine, 0));
	assert_int_equal(inprocess_delegated(f->machine), 1);
}

static void lent_memory_is_read_in_place(void **state)
{
	struct fixture *f = *state;
	struct rmm *rmm = inprocess_rmm(f->machine);
	uint8_t *lent = malloc((size_t)2 * GRANULE_SIZE);
	uint8_t byte;

	assert_non_null(lent);
	memset(lent, 1, GRANULE_SIZE);
	memset(lent + GRANULE_SIZE, 2, GRANULE_SIZE);
	assert_true(inprocess_lend(f->machine, page(4), lent,
				   (uint64_t)2 * GRANULE_SIZE));
	assert_true(granule_ns_read(rmm, pa_make(page(4)), &byte, 1));
	assert_int_equal(byte, 1);
	assert_true(granule_ns_read(rmm, pa_make(page(6) - 1), &byte, 1));
	assert_int_equal(byte, 2);
	assert_true(granule_ns_read(rmm, pa_make(page(6)), &byte, 1));
	assert_int_equal(byte, 0);
	inprocess_take_back(f->machine, page(4));
	free(lent);
	assert_true(granule_ns_read(rmm, pa_make(page(4)), &byte, 1));
	assert_int_equal(byte, 0);
}

static void lent_memory_is_neither_written_nor_delegated(void **state)
{
	struct fixture *f = *state;
	struct rmm *rmm = inprocess_rmm(f->machine);
	uint8_t byte = 7;

	assert_true(inprocess_lend(f->machine, page(4), zero, GRANULE_SIZE));
	assert_false(granule_ns_write(rmm, pa_make(page(4)), &byte, 1));
	assert_true(granule_ns_write(rmm, pa_make(page(5)), &byte, 1));
	refused(f, RMI_ERROR_INPUT, RMI_GRANULE_RANGE_DELEGATE, page(4),
		page(5));
	inprocess_take_back(f->machine, page(4));
	delegate(f, 4, 1);
}

static void only_the_hosts_memory_can_be_lent_over(void **state)
{
	struct fixture *f = *state;

	delegate(f, 4, 1);
	assert_false(inprocess_lend(f->machine, page(4), zero, GRANULE_SIZE));
	assert_false(inprocess_lend(f->machine, page(FIXTURE_GRANULES), zero,
				    GRANULE_SIZE));
	assert_false(inprocess_lend(f->machine, page(3), zero,
				    (uint64_t)2 * GRANULE_SIZE));
}

/* Builds a Realm with a page of data, and puts its RIM into *rim. */
static void build(struct fixture *f, uint8_t *rim)
{
	const struct rd *rd = peek(f, PAGE_RD);

	fixture_realm(f);
	memset(host(f, PAGE_SCRATCH), 0x3c, GRANULE_SIZE);
	fixture_data(f);
	memcpy(rim, rd->measurements.slot[0], RSI_MEASUREMENT_SIZE);
}

static void discarding_content_changes_no_measurement(void **state)
{
	struct fixture *f = *state;
	uint8_t kept[RSI_MEASUREMENT_SIZE], discarded[RSI_MEASUREMENT_SIZE];
	void *other;

	build(f, kept);
	assert_memory_not_equal(peek(f, PAGE_DATA), zero, GRANULE_SIZE);
	fixture_setup(&other);
	inprocess_discard_content(((struct fixture *)other)->machine);
	build(other, discarded);
	assert_memory_equal(kept, discarded, sizeof(kept));
	assert_memory_equal(peek(other, PAGE_DATA), zero, GRANULE_SIZE);
	fixture_teardown(&other);
}

static void discarding_still_scrubs_what_was_written(void **state)
{
	struct fixture *f = *state;
	uint8_t rim[RSI_MEASUREMENT_SIZE];

	inprocess_discard_content(f->machine);
	memset(host(f, PAGE_DATA), 0x11, GRANULE_SIZE);
	build(f, rim);
	rmi(f, RMI_RTT_DATA_UNMAP, page(PAGE_RD), 0, GRANULE_SIZE);
	for (unsigned level = 3; level >= 2; level--) {
		assert_int_equal(rmi(f, RMI_RTT_DESTROY, page(PAGE_RD), 0, level),
				 RMI_SUCCESS);
	}
	rmi(f, RMI_REALM_TERMINATE, page(PAGE_RD));
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, page(PAGE_RD)), RMI_SUCCESS);
	undelegate(f, PAGE_TABLES, 3);
	undelegate(f, PAGE_ROOT, 2);
	for (unsigned i = 0; i < 3; i++)
		assert_memory_equal(host(f, PAGE_TABLES + i), zero, 4096);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(host(f, PAGE_ROOT + i), zero, 4096);
	assert_int_equal(inprocess_delegated(f->machine), 0);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(memory_costs_nothing_until_touched),
		test(the_host_sees_only_its_own_memory),
		test(lent_memory_is_read_in_place),
		test(lent_memory_is_neither_written_nor_delegated),
		test(only_the_hosts_memory_can_be_lent_over),
		test(discarding_content_changes_no_measurement),
		test(discarding_still_scrubs_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
