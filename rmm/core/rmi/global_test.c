/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands about the RMM as a whole, and the gate by its state. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#include "abi/bits.h"

static void version_accepts_exactly_ours(void **state)
{
	const uint64_t others[] = { 0,       0x10000, 0x10001,
				    0x20001, 0x30000, UINT64_C(0x100020000) };
	struct fixture *f = *state;

	assert_int_equal(rmi(f, RMI_VERSION, 0x20000), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0x20000);
	assert_int_equal(f->regs.x[2], 0x20000);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_VERSION, others[i]);
		assert_int_equal(f->regs.x[1], 0x20000);
		assert_int_equal(f->regs.x[2], 0x20000);
	}
}

static void features_tell_what_is_offered(void **state)
{
	const uint64_t expected[] = { 48 | 5 << 14 | 3 << 20,
				      1 | 7 << 3 | 10 << 6 | 5 << 14,
				      0,
				      0,
				      0,
				      0 };
	struct fixture *f = *state;

	for (uint64_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_int_equal(rmi(f, RMI_FEATURES, i), RMI_SUCCESS);
		assert_int_equal(f->regs.x[1], expected[i]);
	}
	assert_int_equal(rmi(f, RMI_FEATURES, UINT64_MAX), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0);
}

static void pps_follows_the_machine(void **state)
{
	const struct {
		unsigned bits;
		unsigned pps;
	} cases[] = { { 32, 0 }, { 36, 1 }, { 39, 1 }, { 40, 2 },
		      { 42, 3 }, { 44, 4 }, { 47, 4 }, { 48, 5 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		inprocess_rmm(f->machine)->machine.pa_bits = cases[i].bits;
		rmi(f, RMI_FEATURES, 1);
		assert_int_equal(BITS_GET(f->regs.x[1], RMI_FEATURE1_PPS),
				 cases[i].pps);
		rmi(f, RMI_FEATURES, 0);
		assert_int_equal(BITS_GET(f->regs.x[1], RMI_FEATURE0_S2SZ),
				 cases[i].bits);
	}
}

static void config_get_writes_a_whole_page(void **state)
{
	static const struct rmi_rmm_config zero;
	struct fixture *f = *state;

	memset(host(f, 0), 0xff, GRANULE_SIZE);
	assert_int_equal(rmi(f, RMI_RMM_CONFIG_GET, page(0)), RMI_SUCCESS);
	assert_memory_equal(host(f, 0), &zero, sizeof(zero));
}

static void config_needs_an_ns_page(void **state)
{
	const uint64_t fids[] = { RMI_RMM_CONFIG_GET, RMI_RMM_CONFIG_SET };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		refused(f, RMI_ERROR_INPUT, fids[i], 0);
		refused(f, RMI_ERROR_INPUT, fids[i], page(0) + 8);
		refused(f, RMI_ERROR_INPUT, fids[i], page(FIXTURE_GRANULES));
		inprocess_faults(f->machine)->ns_faults = page(1);
		refused(f, RMI_ERROR_INPUT, fids[i], page(1));
	}
}

static void config_get_refuses_a_delegated_page(void **state)
{
	struct fixture *f = *state;

	delegate(f, 1, 1);
	refused(f, RMI_ERROR_INPUT, RMI_RMM_CONFIG_GET, page(1));
}

static void config_set_takes_only_the_default(void **state)
{
	struct fixture *f = *state;
	struct rmi_rmm_config *config = host(f, 0);

	assert_int_equal(rmi(f, RMI_RMM_CONFIG_SET, page(0)), RMI_SUCCESS);
	config->rmi_granule_size = 1;
	refused(f, RMI_ERROR_INPUT, RMI_RMM_CONFIG_SET, page(0));
	*config = (struct rmi_rmm_config){ .tracking_region_size = 1 };
	refused(f, RMI_ERROR_INPUT, RMI_RMM_CONFIG_SET, page(0));
}

static void before_activation_nothing_else_is_served(void **state)
{
	const uint64_t gated[] = { RMI_RTT_DATA_MAP_INIT,
				   RMI_REALM_ACTIVATE,
				   RMI_REALM_CREATE,
				   RMI_REALM_DESTROY,
				   RMI_REC_CREATE,
				   RMI_REC_DESTROY,
				   RMI_REC_ENTER,
				   RMI_RTT_CREATE,
				   RMI_RTT_DESTROY,
				   RMI_RTT_READ_ENTRY,
				   RMI_PSCI_COMPLETE,
				   RMI_RTT_FOLD,
				   RMI_RTT_INIT_RIPAS,
				   RMI_RTT_SET_RIPAS,
				   RMI_GRANULE_RANGE_DELEGATE,
				   RMI_GRANULE_RANGE_UNDELEGATE,
				   RMI_GPT_L1_CREATE,
				   RMI_RTT_DATA_MAP,
				   RMI_RTT_DATA_UNMAP,
				   RMI_RTT_UNPROT_MAP,
				   RMI_RTT_UNPROT_UNMAP,
				   RMI_REALM_TERMINATE,
				   RMI_OP_CONTINUE,
				   RMI_OP_MEM_DONATE,
				   RMI_OP_MEM_RECLAIM,
				   RMI_OP_CANCEL };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(gated) / sizeof(gated[0]); i++)
		refused(f, RMI_ERROR_GLOBAL, gated[i], page(0), page(1));
}

static void activation_happens_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rmi(f, RMI_RMM_ACTIVATE), RMI_SUCCESS);
	refused(f, RMI_ERROR_GLOBAL, RMI_RMM_ACTIVATE);
	refused(f, RMI_ERROR_GLOBAL, RMI_RMM_CONFIG_SET, page(0));
	assert_int_equal(rmi(f, RMI_RMM_CONFIG_GET, page(0)), RMI_SUCCESS);
	assert_int_equal(rmi(f, RMI_VERSION, 0x20000), RMI_SUCCESS);
}

static void unknown_functions_are_unknown_in_every_state(void **state)
{
	/* The last ones were commands of RMI 1.0. */
	const uint64_t unknown[] = { 0,          0xc400014f, 0xc400018e,
				     0xc40001e3, 0xc40001f4, 0xc400018b,
				     0xc400020b, 0x84000150, 0xc4000151,
				     0xc4000152, 0xc4000154, 0xc4000155,
				     0xc400015f, 0xc4000162, 0xc4000167 };
	struct fixture *f = *state;

	for (unsigned active = 0; active < 2; active++) {
		for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
			refused(f, SMCCC_NOT_SUPPORTED, unknown[i], page(0));
		rmi(f, RMI_RMM_ACTIVATE);
	}
}

static void the_sve_hint_is_no_part_of_the_function(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rmi(f, RMI_VERSION | SMCCC_SVE_HINT, 0x20000),
			 RMI_SUCCESS);
}

static void registers_without_a_result_are_kept(void **state)
{
	struct fixture *f = *state;
	struct smccc_regs regs = { { RMI_VERSION, 0x20000 } };

	for (unsigned i = 3; i < 18; i++)
		regs.x[i] = i;
	inprocess_smc(f->machine, &regs);
	assert_int_equal(regs.x[3], 0);
	for (unsigned i = 4; i < 18; i++)
		assert_int_equal(regs.x[i], i);
}

static void assert_tracking(struct fixture *f, uint64_t start, uint64_t end,
			    uint64_t state, uint64_t top)
{
	assert_int_equal(rmi(f, RMI_GRANULE_TRACKING_GET, start, end),
			 RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], RMI_MEM_CATEGORY_CONVENTIONAL);
	assert_int_equal(f->regs.x[2], state);
	assert_int_equal(f->regs.x[3], top);
}

static void tracking_stops_where_it_changes(void **state)
{
	const uint64_t last = UINT64_C(1) << 48;
	const uint64_t end = page(FIXTURE_GRANULES);
	struct fixture *f = *state;

	assert_tracking(f, 0, last, RMI_TRACKING_NONE, FIXTURE_BASE);
	assert_tracking(f, 0, 0x1000, RMI_TRACKING_NONE, 0x1000);
	assert_tracking(f, page(0), page(1), RMI_TRACKING_FINE, page(1));
	assert_tracking(f, page(3), last, RMI_TRACKING_FINE, end);
	assert_tracking(f, end, last, RMI_TRACKING_NONE, last);
}

static void tracking_refuses_bad_ranges(void **state)
{
	const uint64_t fid = RMI_GRANULE_TRACKING_GET;
	const uint64_t last = UINT64_C(1) << 48;
	struct fixture *f = *state;

	refused(f, RMI_ERROR_INPUT, fid, page(1), page(0));
	refused(f, RMI_ERROR_INPUT, fid, page(1), page(1));
	refused(f, RMI_ERROR_INPUT, fid, page(1), page(1) + 0xfff);
	refused(f, RMI_ERROR_INPUT, fid, page(1) + 8, page(3));
	refused(f, RMI_ERROR_INPUT, fid, page(1), page(3) + 8);
	refused(f, RMI_ERROR_INPUT, fid, 0, last + GRANULE_SIZE);
	refused(f, RMI_ERROR_INPUT, fid, last + GRANULE_SIZE, UINT64_MAX);
}

static void gpt_tables_exist_already(void **state)
{
	struct fixture *f = *state;

	refused(f, RMI_ERROR_GPT, RMI_GPT_L1_CREATE, FIXTURE_BASE);
	refused(f, RMI_ERROR_INPUT, RMI_GPT_L1_CREATE, page(1));
}

#define test(setup, name)                                                      \
	cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(fixture_setup, version_accepts_exactly_ours),
		test(fixture_setup, features_tell_what_is_offered),
		test(fixture_setup, pps_follows_the_machine),
		test(fixture_setup_init, config_get_writes_a_whole_page),
		test(fixture_setup_init, config_needs_an_ns_page),
		test(fixture_setup, config_get_refuses_a_delegated_page),
		test(fixture_setup_init, config_set_takes_only_the_default),
		test(fixture_setup_init,
		     before_activation_nothing_else_is_served),
		test(fixture_setup_init, activation_happens_once),
		test(fixture_setup_init,
		     unknown_functions_are_unknown_in_every_state),
		test(fixture_setup, the_sve_hint_is_no_part_of_the_function),
		test(fixture_setup, registers_without_a_result_are_kept),
		test(fixture_setup, tracking_stops_where_it_changes),
		test(fixture_setup, tracking_refuses_bad_ranges),
		test(fixture_setup, gpt_tables_exist_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
