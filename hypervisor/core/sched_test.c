/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of the next entity, with cores and a clock that the test moves. */
#include "hypervisor/core/sched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS    UINT64_C(1000000)
#define SLICE SCHED_SLICE_NS

static struct sched sched;
static struct sched_entity e[10];

static void start(unsigned cores)
{
	sched = (struct sched){ 0 };
	for (unsigned i = 0; i < sizeof(e) / sizeof(e[0]); i++)
		e[i] = (struct sched_entity){ .weight = SCHED_WEIGHT_DEFAULT };
	for (unsigned i = 0; i < cores; i++)
		sched_core_online(&sched, i);
}

static void wake_at(unsigned first, unsigned count, uint64_t now)
{
	for (unsigned i = 0; i < count; i++)
		sched_wake(&sched, &e[first + i], now);
}

static void wake(unsigned first, unsigned count)
{
	wake_at(first, count, 0);
}

static struct sched_entity *pick(unsigned core, uint64_t now)
{
	return sched_pick(&sched, core, now, false);
}

/* Every core picks at every end of a slice, up to a time. */
static uint64_t run(unsigned cores, uint64_t from, uint64_t to)
{
	for (; from < to; from += SLICE) {
		for (unsigned i = 0; i < cores; i++)
			(void)pick(i, from);
	}
	return from;
}

/* Each core picks when its timer fires. The clock stops at that time. */
static void run_armed(unsigned cores, uint64_t from, uint64_t to)
{
	while (from < to) {
		uint64_t next = to;

		for (unsigned i = 0; i < cores; i++) {
			if (sched_due(&sched, i, from))
				(void)pick(i, from);
		}
		for (unsigned i = 0; i < cores; i++) {
			if (sched.cores[i].armed < next)
				next = sched.cores[i].armed;
		}
		from = next;
	}
}

/* Makes each core pick for the first time. */
static void run_from_start(unsigned cores, uint64_t to)
{
	for (unsigned i = 0; i < cores; i++)
		(void)pick(i, 0);
	run_armed(cores, 0, to);
}

static void assert_within(uint64_t value, uint64_t wanted, uint64_t percent)
{
	assert_in_range(value, wanted - wanted * percent / 100,
			wanted + wanted * percent / 100);
}

static void eight_share_two_cores(void **state)
{
	uint64_t end;

	(void)state;
	start(2);
	wake(0, 8);
	end = run(2, 0, 1000 * MS);
	for (unsigned i = 0; i < 8; i++)
		assert_within(sched_ran_ns(&sched, &e[i], end), end / 4, 10);
}

static void three_share_two_cores(void **state)
{
	uint64_t end;

	(void)state;
	start(2);
	wake(0, 3);
	end = run(2, 0, 3000 * MS);
	for (unsigned i = 0; i < 3; i++)
		assert_within(sched_ran_ns(&sched, &e[i], end), end * 2 / 3, 5);
}

static void who_weighs_more_gets_more(void **state)
{
	uint64_t end;

	(void)state;
	start(1);
	e[0].weight = 100;
	e[1].weight = 300;
	wake(0, 2);
	end = run(1, 0, 4000 * MS);
	assert_within(sched_ran_ns(&sched, &e[0], end), end / 4, 5);
	assert_within(sched_ran_ns(&sched, &e[1], end), end * 3 / 4, 5);
}

static void the_lightest_gets_its_part(void **state)
{
	const uint64_t end = 60000 * MS;

	(void)state;
	start(1);
	e[0].weight = 1;
	wake(0, 2);
	run_from_start(1, end);
	assert_within(sched_ran_ns(&sched, &e[0], end), end / 257, 5);
}

static void a_heavy_one_starves_nobody_who_comes_later(void **state)
{
	uint64_t end;

	(void)state;
	start(2);
	e[0].weight = SCHED_WEIGHT_MAX;
	wake(0, 3);
	end = run(2, 0, 60000 * MS);
	/* Now another comes: the two light ones still get on. */
	wake(3, 1);
	e[1].ran_ns = 0;
	end = run(2, end, end + 6000 * MS);
	assert_true(sched_ran_ns(&sched, &e[1], end) >= 1000 * MS);
}

/* ---- Groups: the vCPUs of domains ---- */

#define CROWD 400

static struct sched_entity crowd[CROWD];
static struct sched_group crowd_group;

/* Wakes that many entities which share one weight. */
static void crowd_wake(unsigned count, uint32_t weight, uint64_t now)
{
	crowd_group = (struct sched_group){ 0 };
	for (unsigned i = 0; i < count; i++) {
		crowd[i] = (struct sched_entity){ .weight = weight,
						  .group = &crowd_group };
		sched_wake(&sched, &crowd[i], now);
	}
}

static uint64_t crowd_ran(unsigned count, uint64_t now)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += sched_ran_ns(&sched, &crowd[i], now);
	return sum;
}

static void a_crowd_has_one_share(void **state)
{
	static const unsigned counts[] = { 2, 8, 32, 128, CROWD };
	const uint64_t end = 20000 * MS;

	(void)state;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (unsigned cores = 1; cores <= 2; cores++) {
			start(cores);
			crowd_wake(counts[i], SCHED_WEIGHT_DEFAULT, 0);
			wake(0, 1);
			run_from_start(cores, end);
			/* Half of the cores: of two, one. */
			assert_within(sched_ran_ns(&sched, &e[0], end),
				      end * cores / 2, 5);
			assert_within(crowd_ran(counts[i], end),
				      end * cores / 2, 5);
		}
	}
}

static void a_crowd_shares_equally(void **state)
{
	const uint64_t end = 20000 * MS;

	(void)state;
	start(2);
	crowd_wake(40, SCHED_WEIGHT_DEFAULT, 0);
	wake(0, 1);
	run_from_start(2, end);
	for (unsigned i = 0; i < 40; i++)
		assert_within(sched_ran_ns(&sched, &crowd[i], end), end / 40,
			      10);
}

static void a_crowd_that_weighs_more_gets_more(void **state)
{
	const uint64_t end = 20000 * MS;

	(void)state;
	start(1);
	crowd_wake(32, 3 * SCHED_WEIGHT_DEFAULT, 0);
	wake(0, 1);
	run_from_start(1, end);
	assert_within(sched_ran_ns(&sched, &e[0], end), end / 4, 10);
}

/* Time that the others of the group do not use belongs to those that want it. */
static void a_crowd_asleep_takes_nothing_from_one_of_it(void **state)
{
	uint64_t end = 2000 * MS;

	(void)state;
	start(1);
	crowd_wake(32, SCHED_WEIGHT_DEFAULT, 0);
	(void)pick(0, 0);
	for (unsigned i = 0; i < 31; i++) {
		assert_true(sched_block(&sched, 0, SCHED_NEVER));
		(void)pick(0, 0);
	}
	assert_int_equal(crowd_group.runnable, 1);
	wake(0, 1);
	run_armed(1, 0, end);
	assert_within(crowd_ran(32, end), end / 2, 5);
	assert_within(sched_ran_ns(&sched, &e[0], end), end / 2, 5);
}

/* Nobody waits for the crowd longer than for a few single ones. */
static void one_beside_a_crowd_does_not_wait_long(void **state)
{
	uint64_t waits = 0, longest = 0;

	(void)state;
	start(1);
	crowd_wake(128, SCHED_WEIGHT_DEFAULT, 0);
	wake(0, 1);
	(void)pick(0, 0);
	for (uint64_t now = 0; now < 5000 * MS; now = sched.cores[0].armed) {
		if (pick(0, now) == &e[0])
			waits = now + SCHED_SLICE_NS;
		else if (now > waits && now - waits > longest)
			longest = now - waits;
	}
	assert_in_range(longest, 1, 150 * MS);
}

static void who_leaves_a_crowd_is_not_counted(void **state)
{
	(void)state;
	start(1);
	crowd_wake(3, SCHED_WEIGHT_DEFAULT, 0);
	assert_int_equal(crowd_group.runnable, 3);
	assert_true(sched.weight == SCHED_WEIGHT_DEFAULT);
	(void)pick(0, 0);
	sched_end(&sched, 0);
	(void)pick(0, 1);
	assert_int_equal(crowd_group.runnable, 2);
	/* Its deadline is over when it blocks: it stays. */
	assert_true(sched_block(&sched, 0, 1));
	(void)pick(0, 2);
	assert_int_equal(crowd_group.runnable, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(sched_block(&sched, 0, SCHED_NEVER));
		(void)pick(0, 3);
	}
	assert_int_equal(crowd_group.runnable, 0);
	assert_true(sched.weight == 0);
}

/* ---- The worker, which builds and destroys ---- */

static void the_worker_has_half_whatever_the_others_weigh(void **state)
{
	static const uint32_t weights[] = { 1, SCHED_WEIGHT_DEFAULT,
					    SCHED_WEIGHT_MAX };
	const uint64_t end = 20000 * MS;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned cores = 1; cores <= 2; cores++) {
			start(cores);
			e[9].weight = SCHED_WEIGHT_HALF;
			crowd_wake(200, weights[i], 0);
			for (unsigned n = 0; n < 8; n++)
				e[n].weight = weights[i];
			wake(0, 8);
			wake(9, 1);
			run_from_start(cores, end);
			assert_within(sched_ran_ns(&sched, &e[9], end),
				      end * cores / 2, 10);
		}
	}
}

static void the_worker_alone_has_a_core(void **state)
{
	(void)state;
	start(1);
	e[0].weight = SCHED_WEIGHT_HALF;
	wake(0, 1);
	run_from_start(1, 1000 * MS);
	assert_true(sched_ran_ns(&sched, &e[0], 1000 * MS) == 1000 * MS);
}

/* ---- Sleeping ---- */

static void a_long_sleep_earns_a_slice_at_most(void **state)
{
	uint64_t now, slept;

	(void)state;
	start(1);
	wake(0, 2);
	now = run(1, 0, 20 * MS);
	while (pick(0, now) != &e[1])
		now += SLICE;
	assert_true(sched_block(&sched, 0, SCHED_NEVER));
	now = run(1, now, now + 5000 * MS);
	slept = e[1].ran_ns;
	wake(1, 1);
	now = run(1, now, now + 1000 * MS);
	assert_in_range(sched_ran_ns(&sched, &e[1], now) - slept, 450 * MS,
			520 * MS);
}

/* Time that the hypervisor works for a guest counts as the guest's. */
static void who_is_long_in_one_turn_waits_for_it(void **state)
{
	(void)state;
	start(1);
	wake(0, 2);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_ptr_equal(pick(0, 100 * MS), &e[1]);
	for (uint64_t now = 110 * MS; now < 195 * MS; now += SLICE)
		assert_ptr_equal(pick(0, now), &e[1]);
}

/* It would run at once each time, and interrupts who computes. */
static void who_sleeps_for_an_instant_gets_its_share(void **state)
{
	const uint64_t end = 2000 * MS;

	(void)state;
	start(1);
	wake(0, 2);
	for (uint64_t now = 0; now < end; now += MS / 10) {
		if (sched.cores[0].current == &e[1])
			assert_true(sched_block(&sched, 0, now + 1));
		(void)pick(0, now);
	}
	assert_within(e[0].ran_ns, end / 2, 5);
	assert_within(e[1].ran_ns, end / 2, 5);
}

static void nobody_wants_a_core(void **state)
{
	(void)state;
	start(1);
	assert_null(pick(0, 0));
	assert_true(sched.cores[0].armed == SCHED_NEVER);
	assert_false(sched_due(&sched, 0, 1000 * MS));
}

static void a_turn_ends_with_its_slice(void **state)
{
	(void)state;
	start(1);
	wake(0, 2);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_true(sched.cores[0].armed == SLICE);
	assert_false(sched_due(&sched, 0, SLICE - 1));
	assert_true(sched_due(&sched, 0, SLICE));
	assert_ptr_equal(pick(0, SLICE), &e[1]);
}

static void who_runs_alone_is_seldom_interrupted(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_false(sched_due(&sched, 0, SCHED_ALONE_NS - 1));
	assert_true(sched_due(&sched, 0, SCHED_ALONE_NS));
	assert_ptr_equal(pick(0, SCHED_ALONE_NS), &e[0]);
	assert_true(sched.cores[0].armed == 2 * SCHED_ALONE_NS);
}

static void who_comes_beside_one_alone_has_a_slice_of_credit(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	wake_at(1, 1, 5000 * MS);
	assert_true(e[1].vruntime == 5000 * MS - SLICE);
	assert_int_equal(sched_target(&sched, 0, 5000 * MS), 0);
	assert_ptr_equal(pick(0, 5000 * MS), &e[1]);
	assert_true(sched.cores[0].armed == 5000 * MS + SLICE);
}

static void all_turns_end_when_somebody_waits(void **state)
{
	(void)state;
	start(2);
	wake(0, 2);
	(void)pick(0, 0);
	(void)pick(1, 0);
	/* The first core finds an entity waiting for the second one. */
	(void)pick(0, 0);
	assert_true(sched.cores[0].armed == SCHED_ALONE_NS);
	wake(2, 1);
	assert_int_equal(sched_target(&sched, 0, 0), 0);
	(void)pick(0, 0);
	assert_true(sched.cores[0].armed == SLICE);
	assert_int_equal(sched_target(&sched, 0, 0), 1);
	(void)pick(1, 0);
	assert_true(sched.cores[1].armed == SLICE);
	assert_int_equal(sched_target(&sched, 0, 0), -1);
}

static void who_slept_long_does_not_wait_for_who_did_not(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	assert_true(sched_block(&sched, 0, SCHED_NEVER));
	assert_null(pick(0, 60000 * MS));
	wake_at(1, 1, 60000 * MS);
	(void)pick(0, 60000 * MS);
	wake_at(0, 1, 60000 * MS);
	assert_true(e[0].vruntime - e[1].vruntime <= SLICE);
}

static void who_yields_lets_another_go_first(void **state)
{
	(void)state;
	start(1);
	wake(0, 2);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_ptr_equal(sched_pick(&sched, 0, 0, true), &e[1]);
	/* Also another who had more time. */
	assert_ptr_equal(sched_pick(&sched, 0, 5 * MS, true), &e[0]);
	assert_ptr_equal(sched_pick(&sched, 0, 5 * MS, true), &e[1]);
}

static void who_yields_alone_goes_on(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_ptr_equal(sched_pick(&sched, 0, 1, true), &e[0]);
}

static void a_wake_before_the_wait_is_kept(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	wake(0, 1);
	wake(0, 1);
	assert_false(sched_block(&sched, 0, SCHED_NEVER));
	assert_true(sched_block(&sched, 0, SCHED_NEVER));
	assert_null(pick(0, 1));
}

static void sleepers_wake_in_the_order_of_their_deadlines(void **state)
{
	static const uint64_t deadlines[] = { 30, 10, 20 };

	(void)state;
	start(1);
	wake(0, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_ptr_equal(pick(0, 0), &e[i]);
		assert_true(sched_block(&sched, 0, deadlines[i] * MS));
	}
	assert_null(pick(0, 0));
	assert_true(sched.cores[0].armed == 10 * MS);
	assert_null(pick(0, 10 * MS - 1));
	assert_ptr_equal(pick(0, 10 * MS), &e[1]);
	assert_true(sched_block(&sched, 0, SCHED_NEVER));
	assert_null(pick(0, 11 * MS));
	assert_true(sched.cores[0].armed == 20 * MS);
	assert_ptr_equal(pick(0, 40 * MS), &e[2]);
	assert_true(sched.queue == &e[0]);
}

/* Hundreds sleep and are woken early, in any order. */
static void many_sleepers_wake_in_the_order_of_their_deadlines(void **state)
{
	static uint64_t deadlines[CROWD];
	struct sched_entity *current;
	uint32_t random = 2463534242;
	unsigned woken = 0;
	uint64_t now = 0;

	(void)state;
	start(1);
	crowd_wake(CROWD, SCHED_WEIGHT_DEFAULT, 0);
	while ((current = pick(0, 0)) != NULL) {
		random = random * 1664525 + 1013904223;
		deadlines[current - crowd] = 1 + (random >> 8);
		assert_true(sched_block(&sched, 0, 1 + (random >> 8)));
	}
	for (unsigned i = 0; i < CROWD; i += 3) {
		sched_wake(&sched, &crowd[i], 0);
		assert_ptr_equal(pick(0, 0), &crowd[i]);
		assert_true(sched_block(&sched, 0, SCHED_NEVER));
		woken++;
	}
	while (woken < CROWD) {
		current = pick(0, now);
		if (current == NULL) {
			now = sched.cores[0].armed;
			continue;
		}
		assert_true(deadlines[current - crowd] == now);
		assert_true(sched_block(&sched, 0, SCHED_NEVER));
		woken++;
	}
	assert_null(pick(0, now));
	assert_null(sched.sleepers);
}

static void who_waits_equally_long_has_its_turn(void **state)
{
	(void)state;
	start(1);
	crowd_wake(CROWD, SCHED_WEIGHT_DEFAULT, 0);
	for (unsigned i = 0; i < CROWD; i++) {
		assert_ptr_equal(pick(0, 0), &crowd[i]);
		assert_true(sched_block(&sched, 0, SCHED_NEVER));
	}
	assert_null(pick(0, 0));
}

static void who_is_woken_sleeps_no_more(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	assert_true(sched_block(&sched, 0, 50 * MS));
	assert_null(pick(0, 0));
	wake(0, 1);
	assert_null(sched.sleepers);
	assert_ptr_equal(pick(0, 1), &e[0]);
	assert_true(sched_block(&sched, 0, SCHED_NEVER));
	assert_null(pick(0, 60 * MS));
}

static void one_core_looks_after_the_first_sleeper(void **state)
{
	(void)state;
	start(2);
	wake(0, 1);
	(void)pick(0, 0);
	assert_true(sched_block(&sched, 0, 50 * MS));
	assert_null(pick(0, 0));
	assert_null(pick(1, 0));
	assert_true(sched.cores[0].armed == 50 * MS);
	assert_true(sched.cores[1].armed == SCHED_NEVER);
	/* Its slice ends later than that: it looks in time by itself. */
	wake(1, 1);
	assert_ptr_equal(pick(0, 45 * MS), &e[1]);
	assert_true(sched.cores[0].armed == 50 * MS);
}

static void an_idle_core_is_told_first_and_once(void **state)
{
	(void)state;
	start(2);
	wake(0, 1);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_null(pick(1, 0));
	assert_int_equal(sched_target(&sched, 0, 0), -1);
	wake(1, 1);
	assert_int_equal(sched_target(&sched, 0, 0), 1);
	assert_true(sched_due(&sched, 1, 0));
	assert_int_equal(sched_target(&sched, 0, 0), -1);
	assert_ptr_equal(pick(1, 0), &e[1]);
	assert_false(sched_due(&sched, 1, 0));
}

static void a_core_that_is_not_online_is_not_told(void **state)
{
	(void)state;
	start(1);
	wake(0, 2);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_int_equal(sched_target(&sched, 0, 0), -1);
}

static void who_had_much_more_is_interrupted(void **state)
{
	(void)state;
	start(2);
	wake(0, 3);
	(void)pick(0, 0);
	(void)pick(1, 0);
	assert_int_equal(sched_target(&sched, 0, SCHED_GRANULARITY_NS), -1);
	(void)sched_pick(&sched, 1, 1, true);
	assert_int_equal(sched_target(&sched, 0, 2 + SCHED_GRANULARITY_NS), 0);
	assert_true(sched_due(&sched, 0, 0));
}

static void who_has_ended_has_no_turn(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	sched_end(&sched, 0);
	assert_null(pick(0, 5));
	assert_true(sched_ran_ns(&sched, &e[0], 100) == 5);
	wake(0, 1);
	assert_null(pick(0, 6));
}

/* ---- The core on which an entity ran ---- */

/* e[0] runs on core 1 for a moment and blocks there. */
static void home_is_core_1(void)
{
	start(3);
	wake(0, 1);
	assert_ptr_equal(pick(1, 0), &e[0]);
	assert_true(sched_block(&sched, 1, SCHED_NEVER));
	assert_null(pick(1, 1));
}

static void who_wakes_goes_back_to_its_core(void **state)
{
	(void)state;
	home_is_core_1();
	wake(0, 1);
	assert_int_equal(sched_target(&sched, 0, 0), 1);
	assert_null(pick(0, 0)); /* another idle core leaves it */
	assert_null(pick(2, 0));
	assert_ptr_equal(pick(1, 0), &e[0]);
}

static void who_finds_its_core_taken_goes_to_another(void **state)
{
	(void)state;
	home_is_core_1();
	wake(1, 1);
	assert_ptr_equal(pick(1, 0), &e[1]);
	wake(0, 1);
	assert_int_equal(sched_target(&sched, 2, 0), 2);
	assert_ptr_equal(pick(2, 0), &e[0]);
}

/* A deadline that another core looks after does not take it along. */
static void a_sleeper_goes_back_to_its_core(void **state)
{
	(void)state;
	home_is_core_1();
	assert_int_equal(sched_until(&sched, 0, &e[0], 5 * MS), -1);
	assert_null(pick(0, 5 * MS));
	assert_int_equal(sched_target(&sched, 0, 5 * MS), 1);
	assert_ptr_equal(pick(1, 5 * MS), &e[0]);
}

/* The same, and e[9] of that group, whose turns are short as those of the
 * thread that carries what devices answer, runs on core 1. */
static void core_1_runs_a_brief_one(struct sched_group *group)
{
	home_is_core_1();
	e[9].brief = true;
	e[9].group = group;
	wake(9, 1);
	assert_ptr_equal(pick(1, 0), &e[9]);
}

static void who_is_displaced_by_a_brief_one_stays(void **state)
{
	(void)state;
	core_1_runs_a_brief_one(NULL);
	wake(0, 1);
	assert_int_equal(sched_target(&sched, 1, 0), -1);
	assert_null(pick(0, 0));
	assert_true(sched_block(&sched, 1, SCHED_NEVER));
	assert_ptr_equal(pick(1, 0), &e[0]);
}

/* Others do not wait for that core, too. */
static void who_is_not_alone_goes_to_any_core(void **state)
{
	(void)state;
	core_1_runs_a_brief_one(NULL);
	e[2].vruntime = MS;
	e[3].vruntime = MS;
	wake(0, 1);
	wake(2, 2);
	assert_int_equal(sched_target(&sched, 0, 0), 0);
	assert_ptr_equal(pick(0, 0), &e[0]);
	assert_int_equal(sched_target(&sched, 0, 0), 2);
	assert_ptr_equal(pick(2, 0), &e[2]);
	assert_true(sched_block(&sched, 1, SCHED_NEVER));
	assert_ptr_equal(pick(1, 0), &e[3]);
}

/* Nor does one of another group: turns of a guest that wants it are not short.
 */
static void a_brief_one_keeps_no_other_group(void **state)
{
	(void)state;
	core_1_runs_a_brief_one(&crowd_group);
	wake(0, 1);
	assert_int_equal(sched_target(&sched, 2, 0), 2);
	assert_ptr_equal(pick(2, 0), &e[0]);
}

static void a_brief_one_runs_where_it_is_woken(void **state)
{
	(void)state;
	home_is_core_1();
	e[0].brief = true;
	wake(0, 1);
	assert_int_equal(sched_target(&sched, 2, 0), 2);
	assert_ptr_equal(pick(2, 0), &e[0]);
}

/* A slice that ends does not leave the core idle. */
static void who_runs_goes_on_if_the_next_is_not_for_its_core(void **state)
{
	(void)state;
	home_is_core_1();
	wake_at(2, 1, 0);
	assert_ptr_equal(pick(0, 0), &e[2]);
	wake(0, 1);
	assert_ptr_equal(pick(0, SLICE), &e[2]);
	assert_true(e[2].state == SCHED_RUNNING);
	assert_ptr_equal(sched_pick(&sched, 0, 2 * SLICE, true), &e[2]);
}

/* ---- Deadlines that change ---- */

static void an_idle_core_looks_after_a_deadline(void **state)
{
	(void)state;
	home_is_core_1();
	wake(1, 1);
	assert_ptr_equal(pick(0, 0), &e[1]);
	assert_int_equal(sched_until(&sched, 0, &e[0], 5 * MS), 1);
	assert_true(sched_due(&sched, 1, 0));
	assert_null(pick(1, 0));
	assert_true(sched.cores[1].armed == 5 * MS);
	assert_true(sched.cores[0].armed == SCHED_ALONE_NS);
	/* It looks in time for a later one, too. */
	assert_int_equal(sched_until(&sched, 0, &e[0], 6 * MS), -1);
	assert_null(pick(1, 5 * MS));
	assert_true(sched.cores[1].armed == 6 * MS);
	assert_ptr_equal(pick(1, 6 * MS), &e[0]);
}

static void a_busy_core_looks_after_it_if_none_is_idle(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	assert_true(sched_block(&sched, 0, 50 * MS));
	wake(1, 1);
	assert_ptr_equal(pick(0, 0), &e[1]);
	assert_int_equal(sched_until(&sched, 0, &e[0], 5 * MS), -1);
	assert_true(sched.cores[0].armed == 5 * MS);
	assert_int_equal(sched_until(&sched, 0, &e[0], SCHED_NEVER), -1);
	assert_null(sched.sleepers);
}

static void who_does_not_wait_looks_at_its_deadline_anew(void **state)
{
	(void)state;
	start(1);
	wake(0, 1);
	(void)pick(0, 0);
	assert_int_equal(sched_until(&sched, 0, &e[0], 5 * MS), -1);
	assert_false(sched_block(&sched, 0, SCHED_NEVER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_wakes_goes_back_to_its_core),
		cmocka_unit_test(who_finds_its_core_taken_goes_to_another),
		cmocka_unit_test(a_sleeper_goes_back_to_its_core),
		cmocka_unit_test(who_is_displaced_by_a_brief_one_stays),
		cmocka_unit_test(who_is_not_alone_goes_to_any_core),
		cmocka_unit_test(a_brief_one_keeps_no_other_group),
		cmocka_unit_test(a_brief_one_runs_where_it_is_woken),
		cmocka_unit_test(
			who_runs_goes_on_if_the_next_is_not_for_its_core),
		cmocka_unit_test(an_idle_core_looks_after_a_deadline),
		cmocka_unit_test(a_busy_core_looks_after_it_if_none_is_idle),
		cmocka_unit_test(who_does_not_wait_looks_at_its_deadline_anew),
		cmocka_unit_test(eight_share_two_cores),
		cmocka_unit_test(three_share_two_cores),
		cmocka_unit_test(who_weighs_more_gets_more),
		cmocka_unit_test(the_lightest_gets_its_part),
		cmocka_unit_test(a_heavy_one_starves_nobody_who_comes_later),
		cmocka_unit_test(a_crowd_has_one_share),
		cmocka_unit_test(a_crowd_shares_equally),
		cmocka_unit_test(a_crowd_that_weighs_more_gets_more),
		cmocka_unit_test(a_crowd_asleep_takes_nothing_from_one_of_it),
		cmocka_unit_test(one_beside_a_crowd_does_not_wait_long),
		cmocka_unit_test(who_leaves_a_crowd_is_not_counted),
		cmocka_unit_test(the_worker_has_half_whatever_the_others_weigh),
		cmocka_unit_test(the_worker_alone_has_a_core),
		cmocka_unit_test(a_long_sleep_earns_a_slice_at_most),
		cmocka_unit_test(who_is_long_in_one_turn_waits_for_it),
		cmocka_unit_test(who_sleeps_for_an_instant_gets_its_share),
		cmocka_unit_test(nobody_wants_a_core),
		cmocka_unit_test(a_turn_ends_with_its_slice),
		cmocka_unit_test(who_runs_alone_is_seldom_interrupted),
		cmocka_unit_test(
			who_comes_beside_one_alone_has_a_slice_of_credit),
		cmocka_unit_test(all_turns_end_when_somebody_waits),
		cmocka_unit_test(who_slept_long_does_not_wait_for_who_did_not),
		cmocka_unit_test(who_yields_lets_another_go_first),
		cmocka_unit_test(who_yields_alone_goes_on),
		cmocka_unit_test(a_wake_before_the_wait_is_kept),
		cmocka_unit_test(sleepers_wake_in_the_order_of_their_deadlines),
		cmocka_unit_test(
			many_sleepers_wake_in_the_order_of_their_deadlines),
		cmocka_unit_test(who_waits_equally_long_has_its_turn),
		cmocka_unit_test(who_is_woken_sleeps_no_more),
		cmocka_unit_test(one_core_looks_after_the_first_sleeper),
		cmocka_unit_test(an_idle_core_is_told_first_and_once),
		cmocka_unit_test(a_core_that_is_not_online_is_not_told),
		cmocka_unit_test(who_had_much_more_is_interrupted),
		cmocka_unit_test(who_has_ended_has_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
