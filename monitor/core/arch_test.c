/* SPDX-License-Identifier: BSD-3-Clause */
/* SMCCC's own calls. */
#include "monitor/core/arch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define VERSION      0x80000000
#define FEATURES     0x80000001
#define AVAILABILITY 0xc0000003

static const struct arch_controls nothing;

static int64_t call(const struct arch_controls *controls, uint32_t fid,
		    uint64_t argument)
{
	uint64_t value = 77;
	int64_t result = arch_call(controls, fid, argument, &value);

	if (fid == AVAILABILITY && result == 0)
		return (int64_t)value;
	assert_int_equal(value, 77);
	return result;
}

static void version_has_the_availability_call(void **state)
{
	(void)state;
	assert_int_equal(call(&nothing, VERSION, 0), 0x10005);
	assert_int_equal(call(&nothing, FEATURES, VERSION), 0);
	assert_int_equal(call(&nothing, FEATURES, FEATURES), 0);
	assert_int_equal(call(&nothing, FEATURES, AVAILABILITY), 0);
}

static void what_is_not_there_is_not_supported(void **state)
{
	(void)state;
	assert_int_equal(call(&nothing, FEATURES, 0x80008000), -1);
	assert_int_equal(call(&nothing, FEATURES, 0x84000000), -1);
	assert_int_equal(call(&nothing, 0x80000002, 0), -1);
}

static void allowed_features_are_available(void **state)
{
	const struct arch_controls all = { UINT64_MAX, UINT64_MAX, UINT64_MAX };

	(void)state;
	assert_int_equal(call(&all, AVAILABILITY, 0x1e1100),
			 UINT64_C(0x0802ba401e010000));
	assert_int_equal(call(&all, AVAILABILITY, 0x1e1140), 0x1100);
	assert_int_equal(call(&all, AVAILABILITY, 0x1e1320),
			 UINT64_C(0x111001000));
}

static void features_that_do_not_trap_are_available(void **state)
{
	(void)state;
	assert_int_equal(call(&nothing, AVAILABILITY, 0x1e1100),
			 UINT64_C(0x10000008000));
	assert_int_equal(call(&nothing, AVAILABILITY, 0x1e1140), 0x40100400);
	assert_int_equal(call(&nothing, AVAILABILITY, 0x1e1320), 0x8080040);
}

static void other_registers_are_refused(void **state)
{
	uint64_t value = 77;

	(void)state;
	assert_int_equal(arch_call(&nothing, AVAILABILITY, 0x1ea500, &value),
			 -3);
	assert_int_equal(arch_call(&nothing, AVAILABILITY, 0, &value), -3);
	assert_int_equal(value, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_has_the_availability_call),
		cmocka_unit_test(what_is_not_there_is_not_supported),
		cmocka_unit_test(allowed_features_are_available),
		cmocka_unit_test(features_that_do_not_trap_are_available),
		cmocka_unit_test(other_registers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
