/* SPDX-License-Identifier: BSD-3-Clause */
/* The routing of SMCs, by identifier and world of the caller. */
#include "monitor/core/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	uint64_t fid;
	enum route ns;
	enum route realm;
} rows[] = {
	{ 0x00000000, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0x80000000, ROUTE_ARCH, ROUTE_ARCH },
	{ 0x80000001, ROUTE_ARCH, ROUTE_ARCH },
	{ 0x80000002, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0x84000000, ROUTE_PSCI, ROUTE_UNKNOWN },
	{ 0x8400001f, ROUTE_PSCI, ROUTE_UNKNOWN },
	{ 0x84000020, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc0000002, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc0000003, ROUTE_ARCH, ROUTE_ARCH },
	{ 0xc0000004, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc4000000, ROUTE_PSCI, ROUTE_UNKNOWN },
	{ 0xc400001f, ROUTE_PSCI, ROUTE_UNKNOWN },
	{ 0xc4000020, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc400014f, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc4000150, ROUTE_TO_RMM, ROUTE_UNKNOWN },
	{ 0xc400018e, ROUTE_TO_RMM, ROUTE_UNKNOWN },
	{ 0xc400018f, ROUTE_TO_RMM, ROUTE_TO_HYPERVISOR },
	{ 0xc4000190, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc40001af, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc40001b0, ROUTE_UNKNOWN, ROUTE_SERVICE },
	{ 0xc40001cf, ROUTE_UNKNOWN, ROUTE_SERVICE },
	{ 0xc40001d0, ROUTE_TO_RMM, ROUTE_UNKNOWN },
	{ 0xc40002cf, ROUTE_TO_RMM, ROUTE_UNKNOWN },
	{ 0xc40002d0, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc40003ff, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xc4000400, ROUTE_FIRME, ROUTE_FIRME },
	{ 0xc4000412, ROUTE_FIRME, ROUTE_FIRME },
	{ 0xc4000413, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
	{ 0xffffffff, ROUTE_UNKNOWN, ROUTE_UNKNOWN },
};

static void ranges_begin_and_end_where_the_interfaces_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(smc_route(rows[i].fid, WORLD_NS), rows[i].ns);
		assert_int_equal(smc_route(rows[i].fid, WORLD_REALM),
				 rows[i].realm);
	}
}

static void upper_half_and_sve_hint_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(smc_route(UINT64_C(0xdeadbeefc4000150), WORLD_NS),
			 ROUTE_TO_RMM);
	assert_int_equal(smc_route(0xc4010150, WORLD_NS), ROUTE_TO_RMM);
	assert_int_equal(smc_route(0xc4020150, WORLD_NS), ROUTE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_begin_and_end_where_the_interfaces_say),
		cmocka_unit_test(upper_half_and_sve_hint_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
