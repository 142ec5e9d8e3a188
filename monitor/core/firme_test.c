/* SPDX-License-Identifier: BSD-3-Clause */
/* The answers of FIRME. */
#include "monitor/core/firme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PAGE 0x50000000

static void version_is_that_of_the_services_that_there_are(void **state)
{
	(void)state;
	assert_int_equal(firme_version(0), 0x10000);
	assert_int_equal(firme_version(1), 0x10000);
	for (uint64_t service = 2; service < 8; service++)
		assert_int_equal(firme_version(service), -1);
	assert_int_equal(firme_version(UINT64_C(1) << 32), -1);
}

static void features_tell_what_is_served(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(firme_features(0, 0, &value), 0);
	assert_int_equal(value, 0x3);
	assert_int_equal(firme_features(0, 1, &value), 0);
	assert_int_equal(value, 0x10000);
	assert_int_equal(firme_features(1, 0, &value), 0);
	assert_int_equal(value, 0x1);
	assert_int_equal(firme_features(1, 1, &value), 0);
	assert_int_equal(value, 2 << 6);
}

static void features_refuse_what_is_not(void **state)
{
	uint64_t value = 77;

	(void)state;
	assert_int_equal(firme_features(0, 2, &value), -2);
	assert_int_equal(firme_features(1, 2, &value), -2);
	assert_int_equal(firme_features(2, 0, &value), -1);
	assert_int_equal(value, 77);
}

static int check(uint64_t pa, uint64_t count, uint64_t gpi, enum world caller,
		 struct gpt_move *move)
{
	const uint64_t x[3] = { pa, count, gpi };

	return firme_move_check(x, caller, move);
}

static void moves_are_between_non_secure_and_realm(void **state)
{
	struct gpt_move move;

	(void)state;
	assert_int_equal(check(PAGE, 3, 0xb, WORLD_REALM, &move), 0);
	assert_int_equal(move.pa, PAGE);
	assert_int_equal(move.count, 3);
	assert_int_equal(move.from, GPI_NON_SECURE);
	assert_int_equal(move.to, GPI_REALM);
	assert_int_equal(check(PAGE, 1, 0x9, WORLD_REALM, &move), 0);
	assert_int_equal(move.from, GPI_REALM);
	assert_int_equal(move.to, GPI_NON_SECURE);
}

static void moves_are_bounded(void **state)
{
	struct gpt_move move;

	(void)state;
	assert_int_equal(check(PAGE, UINT64_MAX, 0xb, WORLD_REALM, &move), 0);
	assert_int_equal(move.count, FIRME_GRANULES_MAX);
}

static void other_moves_are_denied(void **state)
{
	static const uint64_t others[] = { 0x0, 0x1, 0x4, 0x5,
					   0x8, 0xa, 0xd, 0xf };
	struct gpt_move move;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(check(PAGE, 1, others[i], WORLD_REALM, &move),
				 -5);
	}
	assert_int_equal(check(PAGE, 1, 0xb, WORLD_NS, &move), -5);
	assert_int_equal(check(PAGE, 1, 0x9, WORLD_NS, &move), -5);
}

static void malformed_moves_are_invalid(void **state)
{
	struct gpt_move move;

	(void)state;
	assert_int_equal(check(PAGE, 0, 0xb, WORLD_REALM, &move), -2);
	assert_int_equal(check(PAGE, 1, 0x1b, WORLD_REALM, &move), -2);
	assert_int_equal(
		check(PAGE, 1, UINT64_C(1) << 63 | 0xb, WORLD_REALM, &move), -2);
}

static void status_tells_how_far_a_move_came(void **state)
{
	(void)state;
	assert_int_equal(firme_move_status(GPT_OK, 5, 5), 0);
	assert_int_equal(firme_move_status(GPT_OK, 4, 5), -4);
	assert_int_equal(firme_move_status(GPT_BAD_ADDRESS, 0, 5), -2);
	assert_int_equal(firme_move_status(GPT_BAD_GPI, 0, 5), -5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_that_of_the_services_that_there_are),
		cmocka_unit_test(features_tell_what_is_served),
		cmocka_unit_test(features_refuse_what_is_not),
		cmocka_unit_test(moves_are_between_non_secure_and_realm),
		cmocka_unit_test(moves_are_bounded),
		cmocka_unit_test(other_moves_are_denied),
		cmocka_unit_test(malformed_moves_are_invalid),
		cmocka_unit_test(status_tells_how_far_a_move_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
