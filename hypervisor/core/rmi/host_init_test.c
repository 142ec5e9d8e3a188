/* SPDX-License-Identifier: BSD-3-Clause */
/* Preparing the RMM, against scripted RMMs. */
#include "hypervisor/core/rmi/host_init.h"

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_rmm.h"

#define GIB(n) ((uint64_t)(n) << 30)

#define FEATURE0 (UINT64_C(48) | 5 << 14 | 3 << 20)
#define FEATURE1 (UINT64_C(1) | 1 << 3 | 1 << 5 | 10 << 6 | 5 << 14)

#define VERSION                                                                \
	{                                                                      \
		RMI_VERSION, RMI_SUCCESS,                                      \
		{                                                              \
			RMI_ABI_VERSION, RMI_ABI_VERSION                       \
		}                                                              \
	}
#define FEATURES                                                               \
	{ RMI_FEATURES, RMI_SUCCESS, { FEATURE0 } },                           \
		{ RMI_FEATURES, RMI_SUCCESS, { FEATURE1 } },                   \
		{ RMI_FEATURES, RMI_SUCCESS, .times = 3 }
#define CONFIG                                                                 \
	{ RMI_RMM_CONFIG_GET, RMI_SUCCESS },                                   \
	{                                                                      \
		RMI_RMM_CONFIG_SET, RMI_SUCCESS                                \
	}
#define ACTIVATE { RMI_RMM_ACTIVATE, RMI_SUCCESS }
#define TRACKED(top)                                                           \
	{                                                                      \
		RMI_GRANULE_TRACKING_GET, RMI_SUCCESS,                         \
		{                                                              \
			RMI_MEM_CATEGORY_CONVENTIONAL, RMI_TRACKING_FINE, top  \
		}                                                              \
	}
#define PLEASE (RMI_INCOMPLETE | RMI_MEM_REQ_DONATE << 8)

static const struct host_ram bank = { { GIB(2) }, GIB(2) };

static bool init(struct fake *fake, struct host *host,
		 const struct reply *script, const struct host_ram *banks,
		 unsigned count)
{
	bool done;

	/* The list page is the host's own, and the first that is free. */
	fake->allocated[0] = false;
	fake_play(fake, script);
	done = host_init(host, &fake->ops, banks, count);
	assert_played(fake);
	assert_false(fake->allocated[0]);
	return done;
}

static void an_rmm_made_ready(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { VERSION,
					FEATURES,
					CONFIG,
					ACTIVATE,
					TRACKED(GIB(4)),
					{ RMI_GPT_L1_CREATE, RMI_ERROR_GPT },
					{ RMI_GPT_L1_CREATE, RMI_SUCCESS },
					{ 0 } };
	struct host host;

	assert_true(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.kind, RMI_FAILURE_NONE);
	assert_int_equal(host.info.ipa_bits, 48);
	assert_int_equal(host.info.num_bps, 5);
	assert_int_equal(host.info.num_wps, 3);
	assert_int_equal(host.info.max_recs, 1023);
	assert_int_equal(host.info.hashes,
			 1 << RMI_HASH_SHA_256 | 1 << RMI_HASH_SHA_512);
	assert_int_equal(host.info.ram_bytes, GIB(2));
	assert_int_equal(host.granules.account.total, 0);
}

static void another_version_is_refused(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_VERSION, RMI_ERROR_INPUT, { 0x10000, 0x30001 } }, { 0 }
	};
	struct host host;

	assert_false(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.fid, RMI_VERSION);
	assert_int_equal(host.failure.args[0], RMI_ABI_VERSION);
	assert_int_equal(host.info.version_lower, 0x10000);
	assert_int_equal(host.info.version_higher, 0x30001);
}

static void another_version_is_not_agreed_to(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		{ RMI_VERSION, RMI_SUCCESS, { 0x20001, 0x20001 } }, { 0 }
	};
	struct host host;

	assert_false(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.kind, RMI_FAILURE_PROTOCOL);
}

static void an_active_rmm_is_refused(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { VERSION,
					FEATURES,
					{ RMI_RMM_CONFIG_GET, RMI_SUCCESS },
					{ RMI_RMM_CONFIG_SET, RMI_ERROR_GLOBAL },
					{ 0 } };
	struct host host;

	assert_false(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.fid, RMI_RMM_CONFIG_SET);
	assert_string_equal(host.failure.doing, "configuring the RMM");
}

static void memory_donated_for_good_is_charged(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		VERSION,
		FEATURES,
		CONFIG,
		{ RMI_RMM_ACTIVATE, PLEASE, { 1, 9 << RMI_DONATE_COUNT_SHIFT } },
		{ RMI_OP_MEM_DONATE, RMI_INCOMPLETE, { 9 } },
		{ RMI_OP_CONTINUE, RMI_SUCCESS },
		TRACKED(GIB(4)),
		{ RMI_GPT_L1_CREATE, RMI_ERROR_GPT, .times = 2 },
		{ 0 }
	};
	struct host host;

	assert_true(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.granules.account.held[GRANULES_DONATED], 9);
	assert_int_equal(host.granules.account.total, 9);
}

static void a_bad_bank_costs_only_itself(void **state)
{
	struct fake *fake = *state;
	const struct host_ram banks[] = { { { GIB(8) }, GIB(1) },
					  { { GIB(16) }, GIB(1) },
					  { { GIB(20) }, GIB(1) },
					  bank };
	const struct reply script[] = {
		VERSION,
		FEATURES,
		CONFIG,
		ACTIVATE,
		{ RMI_GRANULE_TRACKING_GET, RMI_ERROR_INPUT },
		TRACKED(GIB(16)), /* no progress */
		TRACKED(GIB(21)),
		{ RMI_GPT_L1_CREATE, RMI_ERROR_INPUT },
		TRACKED(GIB(4)),
		{ RMI_GPT_L1_CREATE, RMI_ERROR_GPT, .times = 2 },
		{ 0 }
	};
	struct host host;

	assert_true(init(fake, &host, script, banks, 4));
	assert_int_equal(host.info.ram_bytes, GIB(2));
}

static void only_what_is_tracked_counts(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = {
		VERSION,
		FEATURES,
		CONFIG,
		ACTIVATE,
		TRACKED(GIB(3)),
		{ RMI_GRANULE_TRACKING_GET,
		  RMI_SUCCESS,
		  { RMI_MEM_CATEGORY_CONVENTIONAL, RMI_TRACKING_NONE, GIB(4) } },
		{ RMI_GPT_L1_CREATE, RMI_ERROR_GPT, .times = 2 },
		{ 0 }
	};
	struct host host;

	assert_true(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.info.ram_bytes, GIB(1));
}

static void a_host_without_tracked_memory_is_refused(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { VERSION,
					FEATURES,
					CONFIG,
					ACTIVATE,
					{ RMI_GRANULE_TRACKING_GET,
					  RMI_SUCCESS,
					  { RMI_MEM_CATEGORY_CONVENTIONAL,
					    RMI_TRACKING_NONE, GIB(4) } },
					{ 0 } };
	struct host host;

	assert_false(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.kind, RMI_FAILURE_MEMORY);
}

static void tables_are_made_for_whole_regions(void **state)
{
	struct fake *fake = *state;
	const struct host_ram odd = { { GIB(2) - 0x1000 }, 0x2000 };
	const struct reply script[] = { VERSION,
					FEATURES,
					CONFIG,
					ACTIVATE,
					TRACKED(GIB(2) + 0x1000),
					{ RMI_GPT_L1_CREATE, RMI_SUCCESS,
					  .times = 2 },
					{ 0 } };
	struct host host;

	assert_true(init(fake, &host, script, &odd, 1));
	assert_int_equal(fake->last[1], GIB(2));
}

/* host_init() fails if any command before the banks is refused. */
static void each_step_refused(void **state)
{
	struct fake *fake = *state;
	struct reply script[] = { VERSION,
				  { RMI_FEATURES, RMI_SUCCESS, .times = 5 },
				  CONFIG,
				  ACTIVATE,
				  { 0 } };
	const unsigned steps = sizeof(script) / sizeof(script[0]) - 1;
	struct host host;

	for (unsigned i = 0; i < steps; i++) {
		struct reply good = script[i], next = script[i + 1];

		script[i] = (struct reply){ good.fid, RMI_ERROR_GLOBAL };
		script[i + 1] = (struct reply){ 0 };
		assert_false(init(fake, &host, script, &bank, 1));
		assert_int_equal(host.failure.fid, good.fid);
		assert_int_equal(host.failure.status, RMI_ERROR_GLOBAL);
		script[i] = good;
		script[i + 1] = next;
	}
}

static void no_page_for_lists(void **state)
{
	struct fake *fake = *state;
	const struct reply script[] = { { 0 } };
	struct host host;

	fake->budget = 0;
	assert_false(init(fake, &host, script, &bank, 1));
	assert_int_equal(host.failure.kind, RMI_FAILURE_MEMORY);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_rmm_made_ready),
		TEST(another_version_is_refused),
		TEST(another_version_is_not_agreed_to),
		TEST(an_active_rmm_is_refused),
		TEST(memory_donated_for_good_is_charged),
		TEST(a_bad_bank_costs_only_itself),
		TEST(only_what_is_tracked_counts),
		TEST(a_host_without_tracked_memory_is_refused),
		TEST(tables_are_made_for_whole_regions),
		TEST(each_step_refused),
		TEST(no_page_for_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
