/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each call of building and destroying a Realm fails once, in turn, in each way
 * in which it can; nothing may be left behind.
 */
#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/rmi_names.h"
#include "tests/builder/bench.h"

#define ERROR_RTT_3 (RMI_ERROR_RTT | RTT_DEEPEST << 8)

/* Return words that end a command. RMI_ERROR_RTT comes with level 3, because at
 * other levels the builder creates the missing table and goes on. */
static const uint64_t errors[] = { RMI_ERROR_INPUT,         RMI_ERROR_REALM,
				   RMI_ERROR_REC,           ERROR_RTT_3,
				   RMI_ERROR_NOT_SUPPORTED, RMI_ERROR_GLOBAL,
				   RMI_ERROR_TRACKING,      RMI_ERROR_GPT,
				   RMI_ERROR_GRANULE,       SMCCC_NOT_SUPPORTED };

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static void strike(struct bench *bench, uint64_t at, uint64_t x0)
{
	bench_watch(bench);
	bench->meddler.at = at;
	bench->meddler.x0 = x0;
}

static bool build(struct bench *bench, unsigned plan, struct realm *realm)
{
	return realm_build(&bench->host, bench_plan(plan), realm);
}

/* Counts the calls of a build that succeeds. The Realm is destroyed again. */
static uint64_t build_count(struct bench *bench, unsigned plan,
			    uint32_t trace[BENCH_TRACE], uint64_t *allocs)
{
	struct realm realm;
	uint64_t calls;

	bench_watch(bench);
	assert_true(build(bench, plan, &realm));
	calls = bench->calls;
	*allocs = bench->allocs;
	memcpy(trace, bench->trace, sizeof(bench->trace));
	assert_true(realm_destroy(&realm));
	assert_in_range(calls, 1, BENCH_TRACE);
	return calls;
}

static void assert_blamed(const struct realm *realm, uint32_t fid, uint64_t x0)
{
	const struct rmi_failure *failure = &realm->failure;

	assert_string_equal(rmi_command_name(failure->fid),
			    rmi_command_name(fid));
	assert_int_equal(failure->status, BITS_GET(x0, RMI_RETURN_STATUS));
	assert_non_null(failure->doing);
	if (failure->status == RMI_ERROR_RTT)
		assert_int_equal(failure->index, RTT_DEEPEST);
	/* An operation cannot fail while the RMM keeps its donation. */
	if (fid == RMI_OP_CONTINUE)
		assert_int_equal(failure->kind, RMI_FAILURE_PROTOCOL);
	else
		assert_int_equal(failure->kind, RMI_FAILURE_REFUSED);
}

static void build_call_refused(struct bench *bench, unsigned plan,
			       const uint32_t *trace, uint64_t at)
{
	uint32_t fid = trace[at];
	bool first = true;
	struct realm realm;

	for (uint64_t i = 0; i < at; i++)
		first = first && trace[i] != RMI_RTT_DATA_MAP_INIT;

	for (unsigned i = 0; i < ERRORS; i++) {
		strike(bench, at, errors[i]);
		if (!build(bench, plan, &realm)) {
			assert_blamed(&realm, fid, errors[i]);
		} else {
			/* The first answer that the RMM gave to such a call,
			 * taken for that of an RMM for single pages. */
			assert_int_equal(fid, RMI_RTT_DATA_MAP_INIT);
			assert_int_equal(errors[i], RMI_ERROR_INPUT);
			assert_true(first);
			assert_int_equal(realm.batches, REALM_BATCHES_UNKNOWN);
			assert_true(realm_destroy(&realm));
		}
		assert_clean(bench, &realm);
	}
}

/* Returns true for a call between equal ones: the first and the last of many
 * stand for all. */
static bool is_inner(const uint32_t *trace, uint64_t at, uint64_t calls)
{
	return at > 0 && at + 1 < calls && trace[at - 1] == trace[at] &&
	       trace[at + 1] == trace[at];
}

static void each_call_of_a_build_refused_once(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	uint64_t allocs;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		uint64_t calls = build_count(bench, plan, trace, &allocs);

		for (uint64_t at = 0; at < calls; at++) {
			if (!is_inner(trace, at, calls))
				build_call_refused(bench, plan, trace, at);
		}
	}
}

/* Changes one call of a build, which must succeed with the same RIM. */
static void build_call_varied(struct bench *bench, unsigned plan, uint64_t at,
			      const uint8_t rim[RIM_SIZE])
{
	uint8_t got[RIM_SIZE];
	struct realm realm;

	assert_true(build(bench, plan, &realm));
	assert_true(bench->calls > at);
	bench->meddler.at = NEVER;
	assert_true(realm_activate(&realm));
	bench_rim(bench, &realm, got);
	assert_memory_equal(got, rim, RIM_SIZE);
	assert_true(realm_destroy(&realm));
	assert_clean(bench, &realm);
}

static void each_call_of_a_build_busy_or_blocked_for_a_while(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	uint8_t rim[RIM_SIZE];
	uint64_t allocs;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		uint64_t calls = build_count(bench, plan, trace, &allocs);

		bench_rim_of_plan(bench, plan, rim);
		for (uint64_t at = 0; at < calls; at++) {
			if (is_inner(trace, at, calls))
				continue;
			strike(bench, at, at % 2 ? RMI_BUSY : RMI_BLOCKED);
			bench->meddler.times = 100;
			build_call_varied(bench, plan, at, rim);
		}
	}
}

/* Returns true for a command that is not part of a stateful operation already:
 * only such a command can be deferred. */
static bool may_be_deferred(uint32_t fid)
{
	return fid < RMI_OP_CONTINUE && fid != RMI_REC_CREATE &&
	       fid != RMI_REC_DESTROY;
}

static void each_command_of_a_build_made_stateful(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	uint8_t rim[RIM_SIZE];
	uint64_t allocs;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		uint64_t calls = build_count(bench, plan, trace, &allocs);

		bench_rim_of_plan(bench, plan, rim);
		for (uint64_t at = 0; at < calls; at++) {
			if (is_inner(trace, at, calls) ||
			    !may_be_deferred(trace[at]))
				continue;
			strike(bench, at, 0);
			bench->meddler.how = MEDDLE_DEFER;
			build_call_varied(bench, plan, at, rim);
		}
	}
}

static void a_call_busy_for_ever_is_given_up(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;
	uint64_t calls = build_count(bench, PLAN_SMALL, trace, &allocs);

	for (uint64_t at = 0; at < calls; at++) {
		strike(bench, at, RMI_BUSY);
		bench->meddler.times = BENCH_TRIES;
		assert_false(build(bench, PLAN_SMALL, &realm));
		assert_int_equal(realm.failure.kind, RMI_FAILURE_GAVE_UP);
		assert_int_equal(realm.failure.fid, trace[at]);
		assert_int_equal(realm.failure.status, RMI_BUSY);
		assert_true(realm_destroy(&realm));
		assert_clean(bench, &realm);
	}
}

static void each_allocation_of_a_build_failing_once(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;
	unsigned failures = 0;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		build_count(bench, plan, trace, &allocs);
		for (uint64_t at = 0; at < allocs; at++) {
			bench_watch(bench);
			bench->meddler.alloc_at = at;
			if (build(bench, plan, &realm)) {
				/* It allocated fewer pages at a time. */
				assert_true(realm_destroy(&realm));
			} else {
				assert_int_equal(realm.failure.kind,
						 RMI_FAILURE_MEMORY);
				failures++;
			}
			assert_clean(bench, &realm);
		}
	}
	assert_true(failures > 4 * PLANS);
}

static void no_memory_at_any_point_of_a_build(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;

	build_count(bench, PLAN_SMP, trace, &allocs);
	for (uint64_t at = 0; at < allocs; at++) {
		bench_watch(bench);
		bench->meddler.alloc_at = at;
		bench->meddler.alloc_times = NEVER;
		assert_false(build(bench, PLAN_SMP, &realm));
		assert_int_equal(realm.failure.kind, RMI_FAILURE_MEMORY);
		assert_clean(bench, &realm);
	}
}

/* The RMM itself refuses after the donation, and returns the donation. */
static void a_vcpu_that_the_rmm_refuses(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;
	uint64_t calls = build_count(bench, PLAN_SMP, trace, &allocs);

	for (uint64_t at = 0; at < calls; at++) {
		if (trace[at] != RMI_OP_CONTINUE)
			continue;
		strike(bench, at, 0);
		bench->meddler.how = MEDDLE_TAMPER;
		assert_false(build(bench, PLAN_SMP, &realm));
		assert_blamed(&realm, RMI_REC_CREATE, RMI_ERROR_INPUT);
		assert_clean(bench, &realm);
	}
}

/* EL3 refuses to delegate each page in turn. */
static void a_granule_that_cannot_be_delegated(void **state)
{
	struct bench *bench = *state;
	struct realm realm;
	pa_t first;

	assert_true(bench->port.ops.pages_alloc(&bench->port, 1, 1, &first));
	bench->port.ops.pages_free(&bench->port, first, 1);
	for (unsigned page = 0; page < 40; page++) {
		bench_watch(bench);
		inprocess_faults(bench->rmm)->el3_refuses =
			first.value + page * UINT64_C(0x1000);
		if (build(bench, PLAN_SMP, &realm)) {
			assert_true(realm_destroy(&realm));
		} else {
			assert_blamed(&realm, RMI_GRANULE_RANGE_DELEGATE,
				      RMI_ERROR_INPUT);
		}
		assert_clean(bench, &realm);
	}
}

/* Destroys a Realm while one call is refused, and then again. */
static void destroy_call_refused(struct bench *bench, unsigned plan,
				 uint64_t at, uint64_t x0)
{
	struct realm realm;

	bench_watch(bench);
	assert_true(build(bench, plan, &realm));
	strike(bench, at, x0);
	assert_false(realm_destroy(&realm));
	assert_blamed(&realm, bench->trace[at], x0);
	bench->meddler.at = NEVER;
	assert_true(realm_destroy(&realm));
	assert_int_equal(realm.failure.kind, RMI_FAILURE_NONE);
	assert_clean(bench, &realm);
}

/* Counts the calls of destroying a Realm. */
static uint64_t destroy_count(struct bench *bench, unsigned plan,
			      uint32_t trace[BENCH_TRACE])
{
	struct realm realm;

	bench_watch(bench);
	assert_true(build(bench, plan, &realm));
	bench_watch(bench);
	assert_true(realm_destroy(&realm));
	memcpy(trace, bench->trace, sizeof(bench->trace));
	return bench->calls;
}

static void each_call_of_a_teardown_refused_once(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];

	for (unsigned plan = 0; plan < PLANS; plan++) {
		uint64_t calls = destroy_count(bench, plan, trace);

		for (uint64_t at = 0; at < calls; at++) {
			/* That late, RMI_REC_DESTROY cannot be refused. */
			if (trace[at] == RMI_OP_CONTINUE)
				continue;
			for (unsigned i = 0; i < ERRORS; i++)
				destroy_call_refused(bench, plan, at, errors[i]);
		}
	}
}

static void each_call_of_a_teardown_given_up_once(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	uint64_t calls = destroy_count(bench, PLAN_SMALL, trace);
	struct realm realm;

	for (uint64_t at = 0; at < calls; at++) {
		bench_watch(bench);
		assert_true(build(bench, PLAN_SMALL, &realm));
		strike(bench, at, RMI_BLOCKED);
		bench->meddler.times = BENCH_TRIES;
		assert_false(realm_destroy(&realm));
		assert_int_equal(realm.failure.kind, RMI_FAILURE_GAVE_UP);
		assert_int_equal(realm.failure.fid, trace[at]);
		assert_true(realm_destroy(&realm));
		assert_clean(bench, &realm);
	}
}

static void each_command_of_a_teardown_made_stateful(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;

	for (unsigned plan = 0; plan < PLANS; plan++) {
		uint64_t calls = destroy_count(bench, plan, trace);

		for (uint64_t at = 0; at < calls; at++) {
			if (!may_be_deferred(trace[at]))
				continue;
			bench_watch(bench);
			assert_true(build(bench, plan, &realm));
			strike(bench, at, 0);
			bench->meddler.how = MEDDLE_DEFER;
			assert_true(realm_destroy(&realm));
			assert_clean(bench, &realm);
		}
	}
}

/* A build fails, and so do up to four calls of its undoing. */
static void a_build_and_its_undoing_refused(void **state)
{
	struct bench *bench = *state;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;
	uint64_t calls = build_count(bench, PLAN_SMALL, trace, &allocs);

	for (uint64_t at = 0; at < calls; at++) {
		if (trace[at] == RMI_OP_CONTINUE)
			continue;
		for (uint64_t times = 2; times < 6; times++) {
			strike(bench, at, RMI_ERROR_INPUT);
			bench->meddler.times = times;
			assert_false(build(bench, PLAN_SMALL, &realm));
			assert_int_equal(realm.failure.fid, trace[at]);
			bench->meddler.at = NEVER;
			assert_true(realm_destroy(&realm));
			assert_clean(bench, &realm);
		}
	}
}

/*
 * An RMM that ends an operation twice without returning the memory may have
 * kept it. The page of the REC and the donation stay charged and are not freed.
 */
static void what_the_rmm_does_not_return_is_never_freed(void **state)
{
	struct bench *bench = *state;
	const struct realm_account *account;
	uint32_t trace[BENCH_TRACE];
	struct realm realm;
	uint64_t allocs;
	uint64_t calls = build_count(bench, PLAN_SMALL, trace, &allocs);

	assert_int_equal(trace[calls - 1], RMI_OP_CONTINUE);
	strike(bench, calls - 1, RMI_ERROR_INPUT);
	bench->meddler.times = 2;
	assert_false(build(bench, PLAN_SMALL, &realm));
	assert_int_equal(realm.failure.kind, RMI_FAILURE_PROTOCOL);
	assert_false(realm_destroy(&realm));
	account = &realm.granules.account;
	assert_true(account->total > 1);
	assert_int_equal(account->held[GRANULES_ABANDONED], account->total);
	assert_int_equal(inprocess_delegated(bench->rmm), account->total);
	assert_int_equal(bench->port.pages.used, bench->used + account->total);
}

/* A page that the RMM does not undelegate for a while is abandoned and charged,
 * and not freed. */
static void an_abandoned_granule_is_kept_and_retried(void **state)
{
	struct bench *bench = *state;
	struct realm realm;
	pa_t page;

	assert_true(build(bench, PLAN_LARGE, &realm));
	page = pa_add(realm.rd.base, 100 * UINT64_C(0x1000));
	bench_watch(bench);
	bench->meddler.kept = page;
	bench->meddler.kept_times = 2;

	assert_false(realm_destroy(&realm));
	assert_int_equal(realm.granules.account.held[GRANULES_ABANDONED], 1);
	assert_int_equal(realm.granules.account.total, 1);
	assert_int_equal(inprocess_delegated(bench->rmm), 1);
	assert_int_equal(bench->port.pages.used, bench->used + 1);
	assert_blamed(&realm, RMI_GRANULE_RANGE_UNDELEGATE, RMI_ERROR_INPUT);
	assert_int_equal(realm.failure.args[0], page.value);

	assert_false(realm_destroy(&realm));
	assert_true(realm_destroy(&realm));
	assert_clean(bench, &realm);
}

static void many_random_refusals_lose_nothing(void **state)
{
	struct bench *bench = *state;
	struct realm realm;
	unsigned built = 0;

	for (uint32_t seed = 1; seed <= 300; seed++) {
		strike(bench, 0, 0);
		bench->meddler.how = MEDDLE_RANDOM;
		bench->meddler.times = NEVER;
		bench->meddler.random = seed * 2654435761u;
		built += build(bench, seed % PLAN_LARGE, &realm);
		(void)realm_destroy(&realm);
		(void)realm_destroy(&realm);
		bench->meddler.at = NEVER;
		assert_true(realm_destroy(&realm));
		assert_clean(bench, &realm);
	}
	assert_in_range(built, 1, 299);
}

/* The RMM finds an interrupt each time that it looks for one, each second time,
 * and so on. */
static void an_rmm_that_yields_to_interrupts(void **state)
{
	struct bench *bench = *state;
	uint8_t rim[RIM_SIZE];

	for (unsigned every = 1; every < 4; every++) {
		inprocess_faults(bench->rmm)->interrupt_every = every;
		for (unsigned plan = 0; plan < PLANS; plan++)
			bench_rim_of_plan(bench, plan, rim);
	}
}

static void activation_refused_or_busy(void **state)
{
	struct bench *bench = *state;
	struct realm realm;

	assert_true(build(bench, PLAN_SMALL, &realm));
	strike(bench, 0, RMI_ERROR_REALM);
	assert_false(realm_activate(&realm));
	assert_blamed(&realm, RMI_REALM_ACTIVATE, RMI_ERROR_REALM);
	assert_false(realm.active);

	strike(bench, 0, RMI_BUSY);
	bench->meddler.times = 3;
	assert_true(realm_activate(&realm));
	assert_true(realm.active);
	assert_int_equal(realm.failure.kind, RMI_FAILURE_NONE);
	assert_true(realm_destroy(&realm));
}

static void activation_made_stateful(void **state)
{
	struct bench *bench = *state;
	uint8_t rim[RIM_SIZE];
	struct realm realm;

	assert_true(build(bench, PLAN_SMALL, &realm));
	strike(bench, 0, 0);
	bench->meddler.how = MEDDLE_DEFER;
	assert_true(realm_activate(&realm));
	assert_true(realm.active);
	bench_rim(bench, &realm, rim);
	assert_true(realm_destroy(&realm));
	assert_clean(bench, &realm);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_of_a_build_refused_once),
		TEST(each_call_of_a_build_busy_or_blocked_for_a_while),
		TEST(each_command_of_a_build_made_stateful),
		TEST(a_call_busy_for_ever_is_given_up),
		TEST(each_allocation_of_a_build_failing_once),
		TEST(no_memory_at_any_point_of_a_build),
		TEST(a_vcpu_that_the_rmm_refuses),
		TEST(a_granule_that_cannot_be_delegated),
		TEST(each_call_of_a_teardown_refused_once),
		TEST(each_call_of_a_teardown_given_up_once),
		TEST(each_command_of_a_teardown_made_stateful),
		TEST(a_build_and_its_undoing_refused),
		TEST(what_the_rmm_does_not_return_is_never_freed),
		TEST(an_abandoned_granule_is_kept_and_retried),
		TEST(many_random_refusals_lose_nothing),
		TEST(an_rmm_that_yields_to_interrupts),
		TEST(activation_refused_or_busy),
		TEST(activation_made_stateful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
