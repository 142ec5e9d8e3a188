/* SPDX-License-Identifier: BSD-3-Clause */
/* Creation and destruction of RECs, which are stateful operations. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#include "abi/bits.h"
#include "lib/pstate.h"
#include "rmm/core/rmi/sro.h"

#define RD     page(PAGE_RD)
#define REC    page(PAGE_REC)
#define PARAMS page(PAGE_SCRATCH)
#define LIST   page(PAGE_RUN)

#define AUX(n) (page(PAGE_AUX + (n)) | BITS_PUT(RMI_RANGE_COUNT, 1))

static const struct rec *rec_of(struct fixture *f)
{
	return peek(f, PAGE_REC);
}

/* Makes a Realm, fills the page of parameters, and delegates the REC and its
 * auxiliary granules. */
static struct rmi_rec_params *prepare(struct fixture *f)
{
	struct rmi_rec_params *params;

	fixture_realm(f);
	delegate(f, PAGE_REC, 1);
	delegate(f, PAGE_AUX, 2 * REC_AUX_GRANULES);
	params = host(f, PAGE_SCRATCH);
	memset(params, 0, sizeof(*params));
	params->pc = 0x80000;
	return params;
}

static uint64_t begin(struct fixture *f)
{
	assert_int_equal(rmi(f, RMI_REC_CREATE, RD, REC, PARAMS),
			 INCOMPLETE_DONATE);
	return f->regs.x[1];
}

static uint64_t *list_of(struct fixture *f)
{
	return host(f, PAGE_RUN);
}

static uint64_t donate(struct fixture *f, uint64_t handle, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		list_of(f)[i] = AUX(i);
	return rmi(f, RMI_OP_MEM_DONATE, handle, LIST, count);
}

/* Begins an operation and donates all granules. Returns the handle. */
static uint64_t begin_donated(struct fixture *f)
{
	uint64_t handle = begin(f);

	assert_int_equal(donate(f, handle, REC_AUX_GRANULES),
			 INCOMPLETE_CONTINUE);
	return handle;
}

/* Fails the test unless the operation ends with that status and everything is
 * as before it. */
static void assert_undone(struct fixture *f, uint64_t handle, uint64_t status)
{
	assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 512),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), status);
	assert_int_equal(state_of(f, PAGE_REC), GRANULE_DELEGATED);
	assert_int_equal(refs_of(f, PAGE_RD), 0);
	assert_int_equal(((const struct rd *)peek(f, PAGE_RD))->rec_count, 0);
	for (unsigned i = 0; i < REC_AUX_GRANULES; i++)
		assert_int_equal(state_of(f, PAGE_AUX + i), GRANULE_DELEGATED);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, handle);
}

static void create_makes_a_rec(void **state)
{
	struct fixture *f = *state;
	struct rmi_rec_params *params = prepare(f);
	uint64_t handle;

	params->flags = RMI_REC_FLAG_RUNNABLE;
	for (unsigned i = 0; i < 8; i++)
		params->gprs[i] = 100 + i;
	memset(peek(f, PAGE_REC), 0xff, GRANULE_SIZE);
	handle = begin(f);
	assert_int_equal(f->regs.x[2], REC_AUX_GRANULES << 2);
	assert_int_equal(state_of(f, PAGE_REC), GRANULE_PARTIAL);
	assert_int_equal(donate(f, handle, REC_AUX_GRANULES),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(f->regs.x[1], REC_AUX_GRANULES);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], 0);
	assert_int_equal(f->regs.x[2], 0);
	assert_int_equal(state_of(f, PAGE_REC), GRANULE_REC);
	assert_int_equal(state_of(f, PAGE_AUX), GRANULE_REC_AUX);
	assert_int_equal(refs_of(f, PAGE_RD), 1);
	assert_true(rec_of(f)->runnable);
	assert_int_equal(rec_of(f)->pc, 0x80000);
	assert_int_equal(rec_of(f)->gprs[7], 107);
	assert_int_equal(rec_of(f)->gprs[8], 0);
	assert_int_equal(rec_of(f)->pstate, PSTATE_EL1H_MASKED);
	assert_int_equal(rec_of(f)->el1.sctlr_el1, 0xc50878);
	assert_int_equal(rec_of(f)->el1.mdscr_el1, 0x1000);
	assert_true(rec_of(f)->debug.os_locked);
	assert_int_equal(rec_of(f)->debug_counts.breakpoints, 2);
	assert_int_equal(rec_of(f)->debug_counts.watchpoints, 2);
}

static void create_begins_with_a_delegated_granule(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	refused(f, RMI_ERROR_INPUT, RMI_REC_CREATE, RD, RD, PARAMS);
	refused(f, RMI_ERROR_INPUT, RMI_REC_CREATE, RD, REC + 8, PARAMS);
	refused(f, RMI_ERROR_INPUT, RMI_REC_CREATE, RD, PARAMS, PARAMS);
}

static void a_rec_under_way_is_not_taken_twice(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	begin(f);
	refused(f, RMI_ERROR_INPUT, RMI_REC_CREATE, RD, REC, PARAMS);
	refused(f, RMI_ERROR_INPUT, RMI_REC_DESTROY, REC);
	refused(f, RMI_ERROR_INPUT, RMI_GRANULE_RANGE_UNDELEGATE, REC,
		REC + GRANULE_SIZE);
}

static void create_needs_readable_params(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin_donated(f);
	inprocess_faults(f->machine)->ns_faults = PARAMS;
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), INCOMPLETE_RECLAIM);
	assert_undone(f, handle, RMI_ERROR_INPUT);
	assert_int_equal(rmi(f, RMI_REC_CREATE, RD, REC, PARAMS + 8),
			 INCOMPLETE_DONATE);
	handle = f->regs.x[1];
	donate(f, handle, REC_AUX_GRANULES);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), INCOMPLETE_RECLAIM);
	assert_undone(f, handle, RMI_ERROR_INPUT);
}

static void create_needs_an_rd(void **state)
{
	const uint64_t bad[] = { REC, PARAMS, page(PAGE_ROOT), RD + 8, 0 };
	struct fixture *f = *state;

	prepare(f);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(rmi(f, RMI_REC_CREATE, bad[i], REC, PARAMS),
				 INCOMPLETE_DONATE);
		donate(f, f->regs.x[1], REC_AUX_GRANULES);
		assert_int_equal(rmi(f, RMI_OP_CONTINUE, 0), INCOMPLETE_RECLAIM);
		assert_undone(f, 0, RMI_ERROR_INPUT);
	}
}

static void create_needs_a_new_realm(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin_donated(f);
	rmi(f, RMI_REALM_ACTIVATE, RD);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), INCOMPLETE_RECLAIM);
	assert_undone(f, handle, RMI_ERROR_REALM);
}

static void create_fails_when_the_realm_is_full(void **state)
{
	struct fixture *f = *state;
	struct granule_ref rd;
	uint64_t handle;

	prepare(f);
	handle = begin_donated(f);
	granule_lock_owned(inprocess_rmm(f->machine), pa_make(RD), GRANULE_RD,
			   &rd);
	granule_refs_add(&rd, GRANULE_REFS_MAX);
	granule_unlock(&rd);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), INCOMPLETE_RECLAIM);
	granule_lock_owned(inprocess_rmm(f->machine), pa_make(RD), GRANULE_RD,
			   &rd);
	granule_refs_drop(&rd, GRANULE_REFS_MAX);
	granule_unlock(&rd);
	assert_undone(f, handle, RMI_ERROR_REALM);
}

static void create_needs_the_next_mpidr(void **state)
{
	const uint64_t bad[] = { 1,         0x10,       0x100,      0x10000,
				 0x1000000, 1ULL << 31, 1ULL << 32, UINT64_MAX };
	struct fixture *f = *state;
	struct rmi_rec_params *params = prepare(f);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t handle = begin_donated(f);

		params->mpidr = bad[i];
		assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle),
				 INCOMPLETE_RECLAIM);
		assert_undone(f, handle, RMI_ERROR_INPUT);
	}
}

static void indexes_follow_the_affinity_fields(void **state)
{
	uint32_t index;

	(void)state;
	assert_true(rec_index_from_params(0, &index));
	assert_int_equal(index, 0);
	assert_true(rec_index_from_params(0xf, &index));
	assert_int_equal(index, 15);
	assert_true(rec_index_from_params(0x100, &index));
	assert_int_equal(index, 16);
	assert_true(rec_index_from_params(0x10203, &index));
	assert_int_equal(index, 1 << 12 | 2 << 4 | 3);
	assert_true(rec_index_from_params(0xff000000, &index));
	assert_int_equal(index, 255 << 20);
	assert_false(rec_index_from_params(0x10, &index));
	assert_int_equal(rec_index_from_mpidr(UINT64_C(0xff81020305)),
			 0xff << 20 | 2 << 12 | 3 << 4 | 5);
}

static void seventeen_recs_span_two_clusters(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	for (unsigned i = 0; i < 17; i++)
		fixture_rec(f, i, 0);
	assert_int_equal(refs_of(f, PAGE_RD), 17);
	assert_int_equal(((const struct rec *)peek(f, PAGE_REC + 16))->index,
			 16);
}

static void donations_may_come_in_parts(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	assert_int_equal(donate(f, handle, 0), INCOMPLETE_DONATE);
	assert_int_equal(f->regs.x[1], 0);
	assert_int_equal(f->regs.x[2], REC_AUX_GRANULES << 2);
	assert_int_equal(donate(f, handle, 1), INCOMPLETE_DONATE);
	assert_int_equal(f->regs.x[1], 1);
	assert_int_equal(f->regs.x[2], (REC_AUX_GRANULES - 1) << 2);
	/* An empty descriptor, then one with all remaining granules. */
	list_of(f)[0] = 0;
	list_of(f)[1] = page(PAGE_AUX + 1) |
			BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES - 1);
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, LIST, 2),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(f->regs.x[1], REC_AUX_GRANULES - 1);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), RMI_SUCCESS);
}

static void donate_refuses_bad_lists(void **state)
{
	const uint64_t bad[] = {
		AUX(0) | 1, /* 2 MiB blocks */
		AUX(0) | 2,
		AUX(0) | 3,
		AUX(0) | BITS_PUT(RMI_RANGE_STATE, RMI_RANGE_UNDELEGATED),
		page(PAGE_AUX) | BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES + 1),
		page(PAGE_AUX) | BITS_PUT(RMI_RANGE_COUNT, 1023),
	};
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		list_of(f)[0] = bad[i];
		refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST, 1);
	}
	for (unsigned i = 0; i <= REC_AUX_GRANULES; i++)
		list_of(f)[i] = AUX(i);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST,
		REC_AUX_GRANULES + 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST + 4, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, 0, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, REC, 1);
	inprocess_faults(f->machine)->ns_faults = LIST;
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST, 1);
}

static void lists_end_with_their_page(void **state)
{
	const uint64_t last = LIST + GRANULE_SIZE - 8;
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	list_of(f)[511] = AUX(0);
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, last, UINT64_MAX),
			 INCOMPLETE_DONATE);
	assert_int_equal(f->regs.x[1], 1);
	list_of(f)[511] = AUX(99); /* not DELEGATED */
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, last, 1ULL << 61),
			 INCOMPLETE_RECLAIM);
	assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, last, UINT64_MAX),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(list_of(f)[511], AUX(0));
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), RMI_ERROR_INPUT);
}

static void an_unclaimable_first_page_ends_the_operation(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	assert_int_equal(donate(f, handle, 2), INCOMPLETE_DONATE);
	list_of(f)[0] = page(PAGE_FREE) | BITS_PUT(RMI_RANGE_COUNT, 1);
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, LIST, 1),
			 INCOMPLETE_RECLAIM);
	assert_int_equal(f->regs.x[1], 0);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, handle);
	assert_undone(f, handle, RMI_ERROR_INPUT);
}

static void a_later_unclaimable_page_keeps_the_first_ones(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	list_of(f)[0] = AUX(0);
	list_of(f)[1] = AUX(0); /* not DELEGATED any more */
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, LIST, 2),
			 INCOMPLETE_DONATE);
	assert_int_equal(f->regs.x[1], 1);
	assert_int_equal(f->regs.x[2], (REC_AUX_GRANULES - 1) << 2);
}

static void the_rec_itself_is_no_donation(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	list_of(f)[0] = REC | BITS_PUT(RMI_RANGE_COUNT, 1);
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, handle, LIST, 1),
			 INCOMPLETE_RECLAIM);
	/* Nothing was donated, so there is nothing to reclaim. */
	assert_undone(f, handle, RMI_ERROR_INPUT);
}

static void only_the_owed_call_is_accepted(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, handle);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, LIST, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CANCEL, handle);
	donate(f, handle, REC_AUX_GRANULES);
	list_of(f)[0] = AUX(REC_AUX_GRANULES);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, handle, LIST, 0);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, LIST, 1);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CANCEL, handle);
}

static void unknown_handles_are_refused(void **state)
{
	const uint64_t bad[] = { 0, 1, SRO_CONTEXTS, UINT64_MAX };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 4; i++) {
		refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, bad[i]);
		refused(f, RMI_ERROR_INPUT, RMI_OP_CANCEL, bad[i]);
		refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, bad[i], LIST, 1);
		refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, bad[i], LIST, 1);
	}
}

static void parked_operations_block_further_ones(void **state)
{
	struct fixture *f = *state;
	struct sro *contexts = inprocess_rmm(f->machine)->sros.contexts;
	uint64_t rec;

	fixture_realm(f);
	rec = fixture_rec(f, 0, 0);
	delegate(f, PAGE_FREE, SRO_CONTEXTS + 1);
	for (unsigned i = 0; i < SRO_CONTEXTS; i++) {
		assert_int_equal(
			rmi(f, RMI_REC_CREATE, RD, page(PAGE_FREE + i), PARAMS),
			INCOMPLETE_DONATE);
	}
	refused(f, RMI_BLOCKED, RMI_REC_CREATE, RD,
		page(PAGE_FREE + SRO_CONTEXTS), PARAMS);
	refused(f, RMI_BLOCKED, RMI_REC_DESTROY, rec);
	/* Another CPU executes a context. */
	contexts[3].owner = SRO_EXECUTING;
	refused(f, RMI_BUSY, RMI_REC_CREATE, RD, page(PAGE_FREE + SRO_CONTEXTS),
		PARAMS);
	refused(f, RMI_BUSY, RMI_REC_DESTROY, rec);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_DONATE, 3, LIST, 1);
	contexts[3].owner = SRO_PARKED;
	/* The end of an operation frees a context. */
	list_of(f)[0] = AUX(99);
	assert_int_equal(rmi(f, RMI_OP_MEM_DONATE, 3, LIST, 1),
			 INCOMPLETE_RECLAIM);
	rmi(f, RMI_OP_MEM_RECLAIM, 3, LIST, 1);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, 3), RMI_ERROR_INPUT);
	assert_int_equal(rmi(f, RMI_REC_CREATE, RD,
			     page(PAGE_FREE + SRO_CONTEXTS), PARAMS),
			 INCOMPLETE_DONATE);
}

static void destroy_gives_every_granule_back(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	assert_int_equal(rmi(f, RMI_REC_DESTROY, REC), INCOMPLETE_RECLAIM);
	handle = f->regs.x[1];
	assert_int_equal(f->regs.x[2], 0);
	assert_int_equal(refs_of(f, PAGE_RD), 0);
	assert_int_equal(state_of(f, PAGE_REC), GRANULE_PARTIAL);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, handle);
	assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 512),
			 INCOMPLETE_CONTINUE);
	/* Neighbours come in one descriptor. */
	assert_int_equal(f->regs.x[1], 1);
	assert_int_equal(list_of(f)[0],
			 page(PAGE_AUX) |
				 BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES));
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), RMI_SUCCESS);
	undelegate(f, PAGE_REC, 1);
	undelegate(f, PAGE_AUX, REC_AUX_GRANULES);
	refused(f, RMI_ERROR_INPUT, RMI_OP_CONTINUE, handle);
}

static void reclaiming_may_go_in_parts(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	rmi(f, RMI_REC_DESTROY, REC);
	handle = f->regs.x[1];
	refused(f, INCOMPLETE_RECLAIM, RMI_OP_MEM_RECLAIM, handle, LIST, 0);
	refused(f, INCOMPLETE_RECLAIM, RMI_OP_MEM_RECLAIM, handle, RD, 0);
	for (unsigned i = 0; i < REC_AUX_GRANULES - 1; i++) {
		assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 1),
				 INCOMPLETE_RECLAIM);
		assert_int_equal(f->regs.x[1], 1);
		assert_int_equal(list_of(f)[0], AUX(REC_AUX_GRANULES - 1 - i));
	}
	assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 1),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), RMI_SUCCESS);
}

static void scattered_granules_get_a_descriptor_each(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	prepare(f);
	handle = begin(f);
	for (unsigned i = 0; i < REC_AUX_GRANULES; i++)
		list_of(f)[i] = AUX(2 * i);
	rmi(f, RMI_OP_MEM_DONATE, handle, LIST, REC_AUX_GRANULES);
	rmi(f, RMI_OP_CONTINUE, handle);
	rmi(f, RMI_REC_DESTROY, REC);
	handle = f->regs.x[1];
	assert_int_equal(rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 512),
			 INCOMPLETE_CONTINUE);
	assert_int_equal(f->regs.x[1], REC_AUX_GRANULES);
	for (unsigned i = 0; i < REC_AUX_GRANULES; i++)
		assert_int_equal(list_of(f)[i], AUX(2 * i));
}

static void reclaim_needs_a_writable_list(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	rmi(f, RMI_REC_DESTROY, REC);
	handle = f->regs.x[1];
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, LIST + 4, 9);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, RD, 9);
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, 0, 9);
	inprocess_faults(f->machine)->ns_faults = LIST;
	refused(f, RMI_ERROR_INPUT, RMI_OP_MEM_RECLAIM, handle, LIST, 9);
}

static void destroy_needs_an_idle_rec(void **state)
{
	struct fixture *f = *state;
	struct rec_hold hold;

	refused(f, RMI_ERROR_INPUT, RMI_REC_DESTROY, REC);
	fixture_realm(f);
	fixture_rec(f, 0, 0);
	refused(f, RMI_ERROR_INPUT, RMI_REC_DESTROY, REC + 8);
	refused(f, RMI_ERROR_INPUT, RMI_REC_DESTROY, RD);
	assert_int_equal(rec_hold(inprocess_rmm(f->machine), pa_make(REC), &hold),
			 RMI_SUCCESS);
	refused(f, RMI_ERROR_REC, RMI_REC_DESTROY, REC);
}

static void a_destroyed_index_does_not_come_back(void **state)
{
	struct fixture *f = *state;
	uint64_t handle;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	rmi(f, RMI_REC_DESTROY, REC);
	handle = f->regs.x[1];
	rmi(f, RMI_OP_MEM_RECLAIM, handle, LIST, 512);
	rmi(f, RMI_OP_CONTINUE, handle);
	memset(host(f, PAGE_SCRATCH), 0, GRANULE_SIZE);
	handle = begin_donated(f);
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle), INCOMPLETE_RECLAIM);
	assert_int_equal(((const struct rd *)peek(f, PAGE_RD))->rec_count, 1);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(create_makes_a_rec),
		test(create_begins_with_a_delegated_granule),
		test(a_rec_under_way_is_not_taken_twice),
		test(create_needs_readable_params),
		test(create_needs_an_rd),
		test(create_needs_a_new_realm),
		test(create_fails_when_the_realm_is_full),
		test(create_needs_the_next_mpidr),
		test(indexes_follow_the_affinity_fields),
		test(seventeen_recs_span_two_clusters),
		test(donations_may_come_in_parts),
		test(donate_refuses_bad_lists),
		test(lists_end_with_their_page),
		test(an_unclaimable_first_page_ends_the_operation),
		test(a_later_unclaimable_page_keeps_the_first_ones),
		test(the_rec_itself_is_no_donation),
		test(only_the_owed_call_is_accepted),
		test(unknown_handles_are_refused),
		test(parked_operations_block_further_ones),
		test(destroy_gives_every_granule_back),
		test(reclaiming_may_go_in_parts),
		test(scattered_granules_get_a_descriptor_each),
		test(reclaim_needs_a_writable_list),
		test(destroy_needs_an_idle_rec),
		test(a_destroyed_index_does_not_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
