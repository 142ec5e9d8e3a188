/* SPDX-License-Identifier: BSD-3-Clause */
/* The life cycle of a Realm. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#define RD     page(PAGE_RD)
#define PARAMS page(PAGE_SCRATCH)

static const struct rd *rd_of(struct fixture *f)
{
	return peek(f, PAGE_RD);
}

static void create_makes_a_new_realm(void **state)
{
	struct fixture *f = *state;
	const struct rd *rd = rd_of(f);

	delegate(f, PAGE_ROOT, 2);
	memset(peek(f, PAGE_RD), 0xff, GRANULE_SIZE);
	memset(fixture_realm_params(f)->rpv, 0x77, RMI_RPV_SIZE);
	assert_int_equal(rmi(f, RMI_REALM_CREATE, RD, PARAMS), RMI_SUCCESS);
	assert_int_equal(state_of(f, PAGE_RD), GRANULE_RD);
	assert_int_equal(state_of(f, PAGE_ROOT), GRANULE_RTT);
	assert_int_equal(realm_life_state(rd), REALM_NEW);
	assert_int_equal(rd->rec_count, 0);
	assert_int_equal(rd->s2.ipa_bits, 39);
	assert_int_equal(rd->instance_id[0], 1);
	assert_int_equal(rd->rpv[63], 0x77);
	assert_int_equal(rd->measurements.algorithm, RMI_HASH_SHA_256);
}

static void instance_ids_differ(void **state)
{
	struct fixture *f = *state;
	uint8_t first[33];

	fixture_realm(f);
	memcpy(first, rd_of(f)->instance_id, sizeof(first));
	rmi(f, RMI_REALM_TERMINATE, RD);
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, RD), RMI_SUCCESS);
	fixture_realm_params(f);
	assert_int_equal(rmi(f, RMI_REALM_CREATE, RD, PARAMS), RMI_SUCCESS);
	assert_memory_not_equal(rd_of(f)->instance_id, first, sizeof(first));
}

static void create_needs_readable_params(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_ROOT, 2);
	fixture_realm_params(f);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, RD, PARAMS + 8);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, RD, 0);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, RD, page(PAGE_ROOT));
	inprocess_faults(f->machine)->ns_faults = PARAMS;
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, RD, PARAMS);
}

/* One wrong field each: 'at' is its offset, 'value' its new value. */
struct bad_param {
	const char *name;
	size_t at;
	size_t size;
	uint64_t value;
};

#define FIELD(field, value)                                                    \
	{ #field " = " #value, offsetof(struct rmi_realm_params, field),       \
	  sizeof(((struct rmi_realm_params *)0)->field), value }

static const struct bad_param bad_params[] = {
	FIELD(flags0, RMI_REALM_FLAG0_LPA2),
	FIELD(flags0, RMI_REALM_FLAG0_SVE),
	FIELD(flags0, RMI_REALM_FLAG0_PMU),
	FIELD(flags0, RMI_REALM_FLAG0_DA),
	FIELD(flags0, 2 << RMI_REALM_FLAG0_MEC_SHIFT),
	FIELD(flags0, 3 << RMI_REALM_FLAG0_MEC_SHIFT),
	FIELD(s2sz, 0),
	FIELD(s2sz, 31),
	FIELD(s2sz, 40), /* two root tables */
	FIELD(s2sz, 49),
	FIELD(s2sz, UINT32_MAX),
	FIELD(num_bps, 0),
	FIELD(num_bps, 6),
	FIELD(num_wps, 0),
	FIELD(num_wps, 4),
	FIELD(rtt_level_start, 0),
	FIELD(rtt_level_start, 2),
	FIELD(rtt_level_start, 3),
	FIELD(rtt_level_start, UINT64_MAX),
	FIELD(rtt_num_start, 0),
	FIELD(rtt_num_start, 2),
	FIELD(num_aux_planes, 1),
	FIELD(ats_plane, 1),
	FIELD(flags1, RMI_REALM_FLAG1_S2AP_INDIRECT),
	FIELD(rtt_base, FIXTURE_BASE + 16 * GRANULE_SIZE + 8),
	FIELD(hash_algo, 3),
	FIELD(hash_algo, 255),
};

static void create_refuses_each_bad_parameter(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_ROOT, 2);
	for (size_t i = 0; i < sizeof(bad_params) / sizeof(bad_params[0]); i++) {
		const struct bad_param *bad = &bad_params[i];
		uint8_t *params = (uint8_t *)fixture_realm_params(f);

		print_message("# %s\n", bad->name);
		memcpy(params + bad->at, &bad->value, bad->size);
		refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, RD, PARAMS);
	}
}

static void unmeasured_flags_and_padding_are_ignored(void **state)
{
	struct fixture *f = *state;
	struct rmi_realm_params *params;

	delegate(f, PAGE_ROOT, 2);
	params = fixture_realm_params(f);
	params->flags1 = RMI_REALM_FLAG1_RTT_TREE_PP;
	params->sve_vl = 15;
	params->pmu_num_ctrs = 31;
	memset(params->pad828, 0xff, sizeof(params->pad828));
	assert_int_equal(rmi(f, RMI_REALM_CREATE, RD, PARAMS), RMI_SUCCESS);
}

static void create_without_entropy_fails(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_ROOT, 2);
	fixture_realm_params(f);
	inprocess_faults(f->machine)->no_random = true;
	refused(f, RMI_ERROR_GLOBAL, RMI_REALM_CREATE, RD, PARAMS);
}

static void create_with_a_private_mecid_fails(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_ROOT, 2);
	fixture_realm_params(f)->flags0 = RMI_MEC_PRIVATE
					  << RMI_REALM_FLAG0_MEC_SHIFT;
	refused(f, RMI_ERROR_GLOBAL, RMI_REALM_CREATE, RD, PARAMS);
}

static uint64_t create_numbered(struct fixture *f, unsigned number)
{
	fixture_realm_params(f)->rtt_base = page(PAGE_FREE + 2 * number);
	return rmi(f, RMI_REALM_CREATE, page(PAGE_FREE + 2 * number + 1),
		   PARAMS);
}

static void destroy_numbered(struct fixture *f, unsigned number)
{
	uint64_t rd = page(PAGE_FREE + 2 * number + 1);

	assert_int_equal(rmi(f, RMI_REALM_TERMINATE, rd), RMI_SUCCESS);
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, rd), RMI_SUCCESS);
}

static void create_fails_when_no_vmid_is_left(void **state)
{
	struct fixture *f = *state;
	struct inprocess_tlb tlb;

	delegate(f, PAGE_FREE, 2 * (RMM_REALMS + 1));
	for (unsigned i = 0; i < RMM_REALMS; i++)
		assert_int_equal(create_numbered(f, i), RMI_SUCCESS);
	fixture_realm_params(f)->rtt_base = page(PAGE_FREE + 2 * RMM_REALMS);
	refused(f, RMI_ERROR_GLOBAL, RMI_REALM_CREATE,
		page(PAGE_FREE + 2 * RMM_REALMS + 1), PARAMS);
	destroy_numbered(f, 77);
	tlb = inprocess_tlb(f->machine);
	assert_int_equal(tlb.last_vmid, 78);
	assert_int_equal(create_numbered(f, 77), RMI_SUCCESS);
}

/* VMID 0 is that of VTTBR_EL2 while no Realm runs. */
static void no_realm_has_vmid_0(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_FREE, 2 * RMM_REALMS);
	for (unsigned i = 0; i < RMM_REALMS; i++)
		assert_int_equal(create_numbered(f, i), RMI_SUCCESS);
	for (unsigned i = 0; i < RMM_REALMS; i++) {
		destroy_numbered(f, i);
		assert_int_not_equal(inprocess_tlb(f->machine).last_vmid, 0);
	}
}

static void create_takes_all_granules_or_none(void **state)
{
	struct fixture *f = *state;
	struct rmi_realm_params *params = fixture_realm_params(f);

	params->s2sz = 42;
	params->rtt_num_start = 8;
	delegate(f, PAGE_ROOT, 7);
	delegate(f, 40, 1);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, page(40), PARAMS);
	delegate(f, PAGE_ROOT + 7, 1);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, page(41), PARAMS);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, page(40) + 8, PARAMS);
	assert_int_equal(rmi(f, RMI_REALM_CREATE, page(40), PARAMS),
			 RMI_SUCCESS);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(state_of(f, PAGE_ROOT + i), GRANULE_RTT);
}

static void create_refuses_rd_among_its_tables(void **state)
{
	struct fixture *f = *state;

	delegate(f, PAGE_ROOT, 2);
	fixture_realm_params(f);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_CREATE, page(PAGE_ROOT), PARAMS);
}

static void activate_needs_a_new_realm(void **state)
{
	struct fixture *f = *state;

	refused(f, RMI_ERROR_INPUT, RMI_REALM_ACTIVATE, RD);
	fixture_realm(f);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, RD), RMI_SUCCESS);
	assert_int_equal(realm_life_state(rd_of(f)), REALM_ACTIVE);
	refused(f, RMI_ERROR_REALM, RMI_REALM_ACTIVATE, RD);
	rmi(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REALM_ACTIVATE, RD);
	refused(f, RMI_ERROR_INPUT, RMI_REALM_ACTIVATE, page(PAGE_ROOT));
	refused(f, RMI_ERROR_INPUT, RMI_REALM_ACTIVATE, RD + 1);
}

static void terminate_works_in_every_state(void **state)
{
	const enum realm_state states[] = { REALM_NEW, REALM_ACTIVE,
					    REALM_SYSTEM_OFF, REALM_ZOMBIE };
	struct fixture *f = *state;

	refused(f, RMI_ERROR_INPUT, RMI_REALM_TERMINATE, RD);
	fixture_realm(f);
	for (unsigned i = 0; i < 4; i++) {
		realm_life_set(peek(f, PAGE_RD), states[i]);
		assert_int_equal(rmi(f, RMI_REALM_TERMINATE, RD), RMI_SUCCESS);
		assert_int_equal(realm_life_state(rd_of(f)), REALM_ZOMBIE);
	}
}

static void terminate_waits_for_executing_recs(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	rmi(f, RMI_REALM_ACTIVATE, RD);
	assert_true(realm_life_enter(peek(f, PAGE_RD)));
	refused(f, RMI_ERROR_REALM, RMI_REALM_TERMINATE, RD);
	realm_life_set(peek(f, PAGE_RD), REALM_SYSTEM_OFF);
	refused(f, RMI_ERROR_REALM, RMI_REALM_TERMINATE, RD);
	realm_life_leave(peek(f, PAGE_RD));
	assert_int_equal(rmi(f, RMI_REALM_TERMINATE, RD), RMI_SUCCESS);
	assert_false(realm_life_enter(peek(f, PAGE_RD)));
}

static void destroy_gives_every_granule_back(void **state)
{
	struct fixture *f = *state;
	unsigned vmids = inprocess_tlb(f->machine).vmids;

	fixture_realm(f);
	rmi(f, RMI_REALM_TERMINATE, RD);
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, RD), RMI_SUCCESS);
	assert_int_equal(inprocess_tlb(f->machine).vmids, vmids + 1);
	undelegate(f, PAGE_ROOT, 2);
	assert_int_equal(inprocess_delegated(f->machine), 0);
}

static void destroy_needs_termination(void **state)
{
	struct fixture *f = *state;

	refused(f, RMI_ERROR_INPUT, RMI_REALM_DESTROY, RD);
	fixture_realm(f);
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, RD);
	rmi(f, RMI_REALM_ACTIVATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, RD);
}

static void destroy_needs_the_recs_gone(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	rmi(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, RD);
}

static void destroy_needs_the_tables_gone(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	delegate(f, PAGE_FREE, 1);
	assert_int_equal(rmi(f, RMI_RTT_CREATE, RD, page(PAGE_FREE), 0, 2),
			 RMI_SUCCESS);
	rmi(f, RMI_REALM_TERMINATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_REALM_DESTROY, RD);
	assert_int_equal(rmi(f, RMI_RTT_DESTROY, RD, 0, 2), RMI_SUCCESS);
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, RD), RMI_SUCCESS);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(create_makes_a_new_realm),
		test(instance_ids_differ),
		test(create_needs_readable_params),
		test(create_refuses_each_bad_parameter),
		test(unmeasured_flags_and_padding_are_ignored),
		test(create_without_entropy_fails),
		test(create_with_a_private_mecid_fails),
		test(create_fails_when_no_vmid_is_left),
		test(no_realm_has_vmid_0),
		test(create_takes_all_granules_or_none),
		test(create_refuses_rd_among_its_tables),
		test(activate_needs_a_new_realm),
		test(terminate_works_in_every_state),
		test(terminate_waits_for_executing_recs),
		test(destroy_gives_every_granule_back),
		test(destroy_needs_termination),
		test(destroy_needs_the_recs_gone),
		test(destroy_needs_the_tables_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
