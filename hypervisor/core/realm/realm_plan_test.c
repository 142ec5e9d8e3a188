/* SPDX-License-Identifier: BSD-3-Clause */
/* Plans that are refused before anything is built, and why. */
#include "hypervisor/core/realm/realm_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_SIZE UINT64_C(0x10000000)

static const struct host_info info = {
	.ipa_bits = 40,
	.max_recs = 16,
	.hashes = 1u << RMI_HASH_SHA_256 | 1u << RMI_HASH_SHA_512,
};

/* A good plan, in which a test makes one thing bad. */
struct bad {
	struct realm_ram ram[2];
	struct realm_segment segments[2];
	struct realm_plan plan;
};

static void good(struct bad *bad)
{
	*bad = (struct bad){
		.ram = { { { RAM_BASE }, RAM_SIZE },
			 { { RAM_BASE + RAM_SIZE }, RAM_SIZE } },
		.segments = { { { RAM_BASE }, 0x1001, { 0x5000 } },
			      { { RAM_BASE + 0x2000 }, 1, { 0x8000 } } },
		.plan = { .ram_count = 2,
			  .segment_count = 2,
			  .vcpus = 16,
			  .hash_algo = RMI_HASH_SHA_512 },
	};
	bad->plan.ram = bad->ram;
	bad->plan.segments = bad->segments;
}

static void assert_refused(const struct bad *bad, const char *why)
{
	struct rtt_layout layout;

	assert_string_equal(realm_plan_check(&bad->plan, &info, &layout), why);
}

static void a_good_plan(void **state)
{
	struct rtt_layout layout;
	struct bad bad;

	(void)state;
	good(&bad);
	assert_null(realm_plan_check(&bad.plan, &info, &layout));
	assert_int_equal(layout.ipa_bits, 32);
	bad.plan.segment_count = 0;
	assert_null(realm_plan_check(&bad.plan, &info, &layout));
}

static void ram_missing(void **state)
{
	struct bad bad;

	(void)state;
	good(&bad);
	bad.plan.ram_count = 0;
	assert_refused(&bad, "the plan has no RAM");
}

static void ram_not_of_whole_pages(void **state)
{
	const char *why = "a RAM range is not made of whole pages";
	struct bad bad;

	(void)state;
	good(&bad);
	bad.ram[0].base.value += 1;
	assert_refused(&bad, why);
	good(&bad);
	bad.ram[1].size -= 1;
	assert_refused(&bad, why);
	good(&bad);
	bad.ram[1].size = 0;
	assert_refused(&bad, why);
	good(&bad);
	bad.ram[1].size = UINT64_MAX - 0xfff;
	assert_refused(&bad, why);
}

static void ram_out_of_order(void **state)
{
	struct bad bad;

	(void)state;
	good(&bad);
	bad.ram[1].base.value -= 0x1000;
	assert_refused(&bad, "the RAM ranges are not in order");
}

static void ram_too_high(void **state)
{
	struct bad bad;

	(void)state;
	good(&bad);
	bad.ram[1].base.value = UINT64_C(1) << 39;
	assert_refused(&bad, "RAM ends above what the RMM can address");
}

static void segments_not_on_pages(void **state)
{
	const char *why = "a segment does not begin with a page";
	struct bad bad;

	(void)state;
	good(&bad);
	bad.segments[0].ipa.value += 4;
	assert_refused(&bad, why);
	good(&bad);
	bad.segments[1].source.value += 4;
	assert_refused(&bad, why);
	good(&bad);
	bad.segments[1].size = 0;
	assert_refused(&bad, why);
}

static void segments_that_share_a_page_or_are_out_of_order(void **state)
{
	struct bad bad;

	(void)state;
	good(&bad);
	bad.segments[0].size = 0x2001;
	assert_refused(&bad, "the segments are not in order");
}

static void segments_outside_of_ram(void **state)
{
	const char *why = "a segment is outside of RAM";
	struct bad bad;

	(void)state;
	good(&bad);
	bad.segments[0].ipa.value = RAM_BASE - 0x1000;
	assert_refused(&bad, why);
	good(&bad);
	bad.segments[1].size = RAM_SIZE;
	assert_refused(&bad, why);
}

static void vcpus_none_or_too_many(void **state)
{
	struct bad bad;

	(void)state;
	good(&bad);
	bad.plan.vcpus = 0;
	assert_refused(&bad, "the plan has no vCPU");
	bad.plan.vcpus = 17;
	assert_refused(&bad, "the plan has more vCPUs than the RMM allows");
}

static void hashes_that_are_not_offered(void **state)
{
	const char *why = "the RMM does not offer the hash algorithm";
	struct bad bad;

	(void)state;
	good(&bad);
	bad.plan.hash_algo = RMI_HASH_SHA_384;
	assert_refused(&bad, why);
	bad.plan.hash_algo = 255;
	assert_refused(&bad, why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_plan),
		cmocka_unit_test(ram_missing),
		cmocka_unit_test(ram_not_of_whole_pages),
		cmocka_unit_test(ram_out_of_order),
		cmocka_unit_test(ram_too_high),
		cmocka_unit_test(segments_not_on_pages),
		cmocka_unit_test(segments_that_share_a_page_or_are_out_of_order),
		cmocka_unit_test(segments_outside_of_ram),
		cmocka_unit_test(vcpus_none_or_too_many),
		cmocka_unit_test(hashes_that_are_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
