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

/* Granules that were announced: the chunks of several threads, and a rest. */
#define AHEAD 1001

/* Hashes the granule at data, alone or before another byte. */
static void hash(struct fixture *f, uint32_t algorithm, const void *data,
		 bool more, uint8_t *digest)
{
	struct rmm_port *port = inprocess_rmm(f->machine)->port;
	struct hash state;

	memset(digest, 0, RSI_MEASUREMENT_SIZE);
	port_hash_start(port, &state, algorithm);
	port_hash_add(port, &state, data, GRANULE_SIZE);
	if (more)
		port_hash_add(port, &state, "x", 1);
	port_hash_end(port, &state, digest);
}

static void assert_hashes_same(struct fixture *f, struct fixture *ahead,
			       uint32_t algorithm, const uint8_t *data)
{
	uint8_t plain[RSI_MEASUREMENT_SIZE], digest[RSI_MEASUREMENT_SIZE];

	for (unsigned more = 0; more < 2; more++) {
		hash(f, algorithm, data, more != 0, plain);
		hash(ahead, algorithm, data, more != 0, digest);
		assert_memory_equal(plain, digest, sizeof(plain));
	}
}

/* The same holds for data in the middle of two granules and after the last one,
 * and with another algorithm than was announced. */
static void hashing_ahead_changes_no_hash(void **state)
{
	struct fixture *ahead = *state;
	size_t size = (size_t)AHEAD * GRANULE_SIZE;
	uint8_t *data = malloc(size + GRANULE_SIZE);
	void *other;

	assert_non_null(data);
	for (size_t i = 0; i < size + GRANULE_SIZE; i++)
		data[i] = (uint8_t)(i / GRANULE_SIZE + i * 7);
	fixture_setup(&other);
	inprocess_hash_threads(ahead->machine, 3);
	for (uint32_t algorithm = 0; algorithm < 3; algorithm++) {
		inprocess_hash_ahead(ahead->machine, data, size, algorithm);
		for (size_t i = 0; i < size; i += GRANULE_SIZE)
			assert_hashes_same(other, ahead, algorithm, data + i);
		assert_hashes_same(other, ahead, algorithm, data + 1);
		assert_hashes_same(other, ahead, algorithm, data + size);
		assert_hashes_same(other, ahead, (algorithm + 1) % 3, data);
		inprocess_hash_forget(ahead->machine, data);
		memset(data, (int)algorithm, size);
		assert_hashes_same(other, ahead, algorithm, data);
	}
	fixture_teardown(&other);
	free(data);
}

/* Granules that are forgotten while threads hash them can be freed at once. */
static void granules_that_are_hashed_can_be_forgotten(void **state)
{
	struct fixture *f = *state;

	inprocess_hash_threads(f->machine, 3);
	for (unsigned i = 0; i < 100; i++) {
		uint8_t *data = calloc(AHEAD, GRANULE_SIZE);

		assert_non_null(data);
		inprocess_hash_ahead(f->machine, data,
				     (uint64_t)AHEAD * GRANULE_SIZE,
				     RMI_HASH_SHA_256);
		inprocess_hash_forget(f->machine, data);
		free(data);
	}
}

/* Shows that the digest was computed ahead: the granule changes later, which is
 * not allowed, and the digest stays the same. */
static void an_announced_granule_is_hashed_once(void **state)
{
	struct fixture *f = *state;
	uint8_t early[RSI_MEASUREMENT_SIZE], late[RSI_MEASUREMENT_SIZE];
	uint8_t *data = aligned_alloc(GRANULE_SIZE, GRANULE_SIZE);

	assert_non_null(data);
	memset(data, 0x3c, GRANULE_SIZE);
	inprocess_hash_threads(f->machine, 1);
	inprocess_hash_ahead(f->machine, data, GRANULE_SIZE, RMI_HASH_SHA_256);
	hash(f, RMI_HASH_SHA_256, data, false, early);
	data[0] = 0;
	hash(f, RMI_HASH_SHA_256, data, false, late);
	assert_memory_equal(early, late, sizeof(early));
	inprocess_hash_forget(f->machine, data);
	hash(f, RMI_HASH_SHA_256, data, false, late);
	assert_memory_not_equal(early, late, sizeof(early));
	free(data);
}

/* Its content is lent and discarded; threads: 0 or 1 that hash it ahead. */
static void assert_lent_measured(unsigned threads, const uint8_t *rim)
{
	uint8_t *data = aligned_alloc(GRANULE_SIZE, GRANULE_SIZE);
	struct fixture *f;
	const struct rd *rd;
	void *state;

	assert_non_null(data);
	memset(data, 0x3c, GRANULE_SIZE);
	fixture_setup(&state);
	f = state;
	inprocess_discard_content(f->machine);
	inprocess_hash_threads(f->machine, threads);
	fixture_realm(f);
	assert_true(inprocess_lend(f->machine, page(PAGE_SCRATCH), data,
				   GRANULE_SIZE));
	inprocess_hash_ahead(f->machine, data, GRANULE_SIZE, RMI_HASH_SHA_256);
	fixture_data(f);
	inprocess_take_back(f->machine, page(PAGE_SCRATCH));
	free(data);
	rd = peek(f, PAGE_RD);
	assert_memory_equal(rd->measurements.slot[0], rim, RSI_MEASUREMENT_SIZE);
	fixture_teardown(&state);
}

static void lending_content_changes_no_measurement(void **state)
{
	uint8_t rim[RSI_MEASUREMENT_SIZE];

	build(*state, rim);
	assert_lent_measured(0, rim);
	assert_lent_measured(1, rim);
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
		test(lending_content_changes_no_measurement),
		test(hashing_ahead_changes_no_hash),
		test(granules_that_are_hashed_can_be_forgotten),
		test(an_announced_granule_is_hashed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
