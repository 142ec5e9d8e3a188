/* SPDX-License-Identifier: BSD-3-Clause */
/* Delegation: ranges of granules that move between the host and the Realm
 * world. */
#include "rmm/fixture/fixture.h"

#include <string.h>

#define DELEGATE   RMI_GRANULE_RANGE_DELEGATE
#define UNDELEGATE RMI_GRANULE_RANGE_UNDELEGATE

static void a_call_moves_a_whole_range(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rmi(f, DELEGATE, page(8), page(520)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(520));
	assert_int_equal(inprocess_delegated(f->machine), 512);
	for (unsigned i = 8; i < 520; i++) {
		assert_int_equal(state_of(f, i), GRANULE_DELEGATED);
		assert_null(inprocess_host_page(f->machine, page(i)));
	}
	assert_int_equal(state_of(f, 7), GRANULE_NS);
	assert_int_equal(state_of(f, 520), GRANULE_NS);
	assert_int_equal(rmi(f, UNDELEGATE, page(8), page(520)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(520));
	assert_int_equal(inprocess_delegated(f->machine), 0);
}

static void both_refuse_bad_ranges(void **state)
{
	const uint64_t fids[] = { DELEGATE, UNDELEGATE };
	const struct {
		uint64_t base;
		uint64_t top;
	} bad[] = { { page(1) + 8, page(3) },
		    { page(1), page(3) + 8 },
		    { page(1), page(1) },
		    { page(3), page(1) },
		    { page(0) - GRANULE_SIZE, page(1) },
		    { page(FIXTURE_GRANULES), page(FIXTURE_GRANULES + 1) },
		    { UINT64_MAX - 0xfff, 0 },
		    { 0, GRANULE_SIZE } };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			refused(f, RMI_ERROR_INPUT, fids[i], bad[j].base,
				bad[j].top);
			assert_int_equal(f->regs.x[1], bad[j].base);
		}
	}
}

static void the_first_page_decides_failure(void **state)
{
	struct fixture *f = *state;

	delegate(f, 8, 1);
	refused(f, RMI_ERROR_INPUT, DELEGATE, page(8), page(10));
	assert_int_equal(f->regs.x[1], page(8));
	refused(f, RMI_ERROR_INPUT, UNDELEGATE, page(9), page(10));
	assert_int_equal(f->regs.x[1], page(9));
}

static void a_later_page_ends_the_call(void **state)
{
	struct fixture *f = *state;

	delegate(f, 10, 1);
	assert_int_equal(rmi(f, DELEGATE, page(8), page(12)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(10));
	assert_int_equal(state_of(f, 11), GRANULE_NS);
	assert_int_equal(rmi(f, UNDELEGATE, page(8), page(12)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(11));
}

static void the_end_of_memory_ends_the_call(void **state)
{
	const uint64_t last = page(FIXTURE_GRANULES - 1);
	struct fixture *f = *state;

	assert_int_equal(rmi(f, DELEGATE, last, last + 4 * GRANULE_SIZE),
			 RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(FIXTURE_GRANULES));
}

static void a_page_that_el3_keeps_is_refused(void **state)
{
	struct fixture *f = *state;

	inprocess_faults(f->machine)->el3_refuses = page(8);
	refused(f, RMI_ERROR_INPUT, DELEGATE, page(8), page(9));
	assert_int_equal(rmi(f, DELEGATE, page(7), page(9)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(8));
}

/* In the middle of a batch, and at its ends. */
static void a_batch_stops_at_the_page_that_el3_keeps(void **state)
{
	const unsigned kept[] = { 9, 15, 23, 24, 25, 39, 40 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		inprocess_faults(f->machine)->el3_refuses = page(kept[i]);
		assert_int_equal(rmi(f, DELEGATE, page(8), page(41)),
				 RMI_SUCCESS);
		assert_int_equal(f->regs.x[1], page(kept[i]));
		assert_int_equal(state_of(f, kept[i] - 1), GRANULE_DELEGATED);
		for (unsigned n = kept[i]; n < 41; n++)
			assert_int_equal(state_of(f, n), GRANULE_NS);
		assert_int_equal(inprocess_delegated(f->machine), kept[i] - 8);
		undelegate(f, 8, kept[i] - 8);
	}
}

static void a_batch_stops_at_the_page_in_another_state(void **state)
{
	struct fixture *f = *state;

	delegate(f, 30, 1);
	assert_int_equal(rmi(f, DELEGATE, page(8), page(50)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(30));
	assert_int_equal(state_of(f, 31), GRANULE_NS);
	assert_int_equal(inprocess_delegated(f->machine), 23);
	assert_int_equal(rmi(f, UNDELEGATE, page(8), page(50)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(31));
	assert_int_equal(inprocess_delegated(f->machine), 0);
}

static void an_interrupt_ends_the_call(void **state)
{
	struct fixture *f = *state;

	inprocess_faults(f->machine)->interrupt_every = 1;
	assert_int_equal(rmi(f, DELEGATE, page(8), page(50)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(40));
	assert_int_equal(rmi(f, DELEGATE, page(40), page(50)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(50));
	assert_int_equal(rmi(f, UNDELEGATE, page(8), page(50)), RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(40));
}

static jmp_buf panicked;

static void on_panic(const char *why)
{
	assert_string_equal(why, "EL3 keeps a granule in Realm PAS");
	longjmp(panicked, 1);
}

/* The granule cannot go back to its role, as its content is gone. */
static void a_page_that_el3_does_not_give_back_is_the_end(void **state)
{
	struct fixture *f = *state;

	delegate(f, 8, 4);
	inprocess_faults(f->machine)->el3_refuses = page(10);
	inprocess_set_panic(f->machine, on_panic);
	if (setjmp(panicked) == 0) {
		rmi(f, UNDELEGATE, page(8), page(12));
		fail_msg("the RMM went on");
	}
}

static void what_comes_back_is_scrubbed(void **state)
{
	static const uint8_t zero[GRANULE_SIZE];
	struct fixture *f = *state;

	delegate(f, 8, 40);
	for (unsigned i = 8; i < 48; i++)
		memset(peek(f, i), 0x5a, GRANULE_SIZE);
	undelegate(f, 8, 40);
	for (unsigned i = 8; i < 48; i++)
		assert_memory_equal(host(f, i), zero, GRANULE_SIZE);
}

static void pages_with_a_role_are_not_moved(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	fixture_rec(f, 0, 0);
	refused(f, RMI_ERROR_INPUT, UNDELEGATE, page(PAGE_RD), page(18));
	refused(f, RMI_ERROR_INPUT, UNDELEGATE, page(PAGE_ROOT), page(17));
	refused(f, RMI_ERROR_INPUT, UNDELEGATE, page(PAGE_REC), page(33));
	refused(f, RMI_ERROR_INPUT, UNDELEGATE, page(PAGE_AUX), page(65));
	refused(f, RMI_ERROR_INPUT, DELEGATE, page(PAGE_RD), page(18));
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_call_moves_a_whole_range),
		test(both_refuse_bad_ranges),
		test(the_first_page_decides_failure),
		test(a_later_page_ends_the_call),
		test(the_end_of_memory_ends_the_call),
		test(a_page_that_el3_keeps_is_refused),
		test(a_batch_stops_at_the_page_that_el3_keeps),
		test(a_batch_stops_at_the_page_in_another_state),
		test(an_interrupt_ends_the_call),
		test(a_page_that_el3_does_not_give_back_is_the_end),
		test(what_comes_back_is_scrubbed),
		test(pages_with_a_role_are_not_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
