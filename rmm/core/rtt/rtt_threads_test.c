/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table commands from several threads at once, which name each other's tables,
 * objects and memory in every role. No command may wait for ever. Afterwards
 * the Realm must come apart without a missing granule.
 */
#include "rmm/fixture/rtt_fixture.h"

#include <pthread.h>

#define RD      page(PAGE_RD)
#define BASE    GIB1
#define THREADS 4
#define ROUNDS  2000
#define SLOTS   2 /* of 2 MiB */
#define TABLES  4 /* granules for tables */
#define MEMORY  8 /* and for memory */

struct worker {
	struct inprocess *machine;
	uint64_t random;
	uint64_t strange; /* statuses that no order of the calls explains */
	pthread_t thread;
};

static uint64_t pick(struct worker *w, unsigned bound)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (w->random >> 20) % bound;
}

/* Picks any of the granules that the test uses. */
static uint64_t any_page(struct worker *w)
{
	const unsigned numbers[] = { PAGE_RD,
				     PAGE_ROOT,
				     PAGE_L2,
				     PAGE_TABLE + (unsigned)pick(w, TABLES),
				     PAGE_TABLE + (unsigned)pick(w, TABLES),
				     PAGE_MEM + (unsigned)pick(w, MEMORY),
				     PAGE_MEM + (unsigned)pick(w, MEMORY),
				     PAGE_SCRATCH };

	return page(numbers[pick(w, sizeof(numbers) / sizeof(numbers[0]))]);
}

static void call(struct worker *w, struct smccc_regs regs)
{
	uint64_t status;

	inprocess_smc(w->machine, &regs);
	status = regs.x[0] & 0xff;
	if (status != RMI_SUCCESS && status != RMI_ERROR_INPUT &&
	    status != RMI_ERROR_RTT)
		w->strange++;
}

static void random_call(struct worker *w)
{
	uint64_t slot = BASE + pick(w, SLOTS) * MIB2;
	uint64_t ipa = slot + pick(w, MEMORY) * KIB4;
	uint64_t one = range(any_page(w), 3, 1, 0);
	const struct smccc_regs calls[] = {
		{ { RMI_RTT_CREATE, RD, any_page(w), slot, 3 } },
		{ { RMI_RTT_CREATE, any_page(w), any_page(w), slot, 3 } },
		{ { RMI_RTT_FOLD, RD, slot, 3 } },
		{ { RMI_RTT_DESTROY, RD, slot, 3 } },
		{ { RMI_RTT_DATA_MAP, RD, ipa, ipa + KIB4, SINGLE, one } },
		{ { RMI_RTT_DATA_MAP, RD, ipa, ipa + KIB4, SINGLE, one } },
		{ { RMI_RTT_DATA_MAP_INIT, RD, any_page(w), ipa,
		    page(PAGE_SCRATCH), 1 } },
		{ { RMI_RTT_DATA_UNMAP, RD, ipa, slot + MIB2, 0, 0 } },
		{ { RMI_RTT_INIT_RIPAS, RD, ipa, slot + MIB2 } },
		{ { RMI_RTT_SET_RIPAS, any_page(w), any_page(w), ipa,
		    slot + MIB2 } },
		{ { RMI_RTT_READ_ENTRY, RD, ipa, 3 } },
	};

	call(w, calls[pick(w, sizeof(calls) / sizeof(calls[0]))]);
}

static void *worker_main(void *argument)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		random_call(argument);
	return NULL;
}

/* Unmaps, destroys and undelegates everything. */
static void take_apart(struct fixture *f)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t slot = BASE + i * MIB2;

		done(f, RMI_RTT_DATA_UNMAP, RD, slot, slot + MIB2, 0, 0);
		rmi(f, RMI_RTT_DESTROY, RD, slot, 3);
	}
	done(f, RMI_RTT_DESTROY, RD, BASE, 2);
	done(f, RMI_REALM_TERMINATE, RD);
	done(f, RMI_REALM_DESTROY, RD);
	undelegate(f, PAGE_TABLE, TABLES);
	undelegate(f, PAGE_MEM, MEMORY);
	undelegate(f, PAGE_L2, 1);
	undelegate(f, PAGE_ROOT, 2);
	assert_int_equal(inprocess_delegated(f->machine), 0);
}

static void threads_end_and_leave_order(void **state)
{
	struct fixture *f = *state;
	struct worker workers[THREADS];

	tables_make(f, BASE, 2);
	delegate(f, PAGE_TABLE, TABLES);
	delegate(f, PAGE_MEM, MEMORY);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){
			.machine = f->machine,
			.random = UINT64_C(0x9e3779b97f4a7c15) * (i + 1),
		};
		pthread_create(&workers[i].thread, NULL, worker_main,
			       &workers[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].strange, 0);
	}
	take_apart(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(threads_end_and_leave_order,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
