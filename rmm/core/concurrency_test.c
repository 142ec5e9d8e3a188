/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands from several threads at once. The in-process port checks the lock
 * order and looks for leaks. These tests check that every outcome is one that
 * some order of the calls would have given. A build with -Db_sanitize=thread
 * looks for races.
 */
#include "rmm/fixture/fixture.h"

#include <pthread.h>
#include <string.h>

#include "abi/bits.h"
#include "rmm/core/rmi/sro.h"

#define THREADS 4
#define ROUNDS  200

struct worker {
	struct inprocess *machine;
	unsigned number;
	uint64_t count; /* commands that succeeded; the test adds them up */
	pthread_t thread;
};

static uint64_t call(struct worker *w, struct smccc_regs *regs)
{
	inprocess_smc(w->machine, regs);
	return regs->x[0];
}

/* Runs the function on all workers at once. Returns the sum of their counts. */
static uint64_t run_all(struct fixture *f, void *(*function)(void *worker))
{
	struct worker workers[THREADS];
	uint64_t count = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] =
			(struct worker){ .machine = f->machine, .number = i };
		pthread_create(&workers[i].thread, NULL, function, &workers[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		count += workers[i].count;
	}
	return count;
}

/* Delegates the granules of a range that no other worker has delegated, and
 * undelegates them again. */
static void *delegate_worker(void *argument)
{
	struct worker *w = argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t next = page(PAGE_FREE + i % 16);

		while (next < page(PAGE_FREE + 16)) {
			struct smccc_regs regs = { { RMI_GRANULE_RANGE_DELEGATE,
						     next,
						     page(PAGE_FREE + 16) } };

			if (call(w, &regs) == RMI_SUCCESS)
				w->count += (regs.x[1] - next) / GRANULE_SIZE;
			else
				regs.x[1] += GRANULE_SIZE;
			next = regs.x[1];
		}
		for (unsigned j = 0; j < 16; j++) {
			struct smccc_regs regs = {
				{ RMI_GRANULE_RANGE_UNDELEGATE,
				  page(PAGE_FREE + j), page(PAGE_FREE + j + 1) }
			};

			if (call(w, &regs) == RMI_SUCCESS)
				w->count--;
		}
	}
	return NULL;
}

static void delegations_add_up(void **state)
{
	struct fixture *f = *state;
	uint64_t left = run_all(f, delegate_worker);

	assert_int_equal(left, inprocess_delegated(f->machine));
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(
			state_of(f, PAGE_FREE + i) == GRANULE_NS,
			!inprocess_in_realm(f->machine, page(PAGE_FREE + i)));
	}
}

/* All workers try to make a Realm of the same granules. */
static void *realm_worker(void *argument)
{
	struct worker *w = argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct smccc_regs create = { { RMI_REALM_CREATE, page(PAGE_RD),
					       page(PAGE_SCRATCH) } };
		struct smccc_regs terminate = { { RMI_REALM_TERMINATE,
						  page(PAGE_RD) } };
		struct smccc_regs destroy = { { RMI_REALM_DESTROY,
						page(PAGE_RD) } };

		if (call(w, &create) == RMI_SUCCESS)
			w->count++;
		call(w, &terminate);
		if (call(w, &destroy) == RMI_SUCCESS)
			w->count--;
	}
	return NULL;
}

static void one_realm_is_made_of_its_granules(void **state)
{
	struct fixture *f = *state;
	bool exists;

	delegate(f, PAGE_ROOT, 2);
	fixture_realm_params(f);
	exists = run_all(f, realm_worker) == 1;
	assert_int_equal(state_of(f, PAGE_RD),
			 exists ? GRANULE_RD : GRANULE_DELEGATED);
	assert_int_equal(state_of(f, PAGE_ROOT),
			 exists ? GRANULE_RTT : GRANULE_DELEGATED);
	assert_int_equal(inprocess_rmm(f->machine)->vmids[0] != 0, exists);
}

/* Completes an operation. Its granules are the worker's own. */
static uint64_t operation(struct worker *w, struct smccc_regs *regs,
			  unsigned aux)
{
	uint64_t handle = regs->x[1];
	uint64_t status = regs->x[0];
	uint64_t *list = inprocess_host_page(w->machine, page(aux + 8));

	while (BITS_GET(status, RMI_RETURN_STATUS) == RMI_INCOMPLETE) {
		uint64_t request = BITS_GET(status, RMI_RETURN_MEM_REQ);

		*regs = (struct smccc_regs){ { RMI_OP_CONTINUE, handle,
					       page(aux + 8), 1 } };
		if (request == RMI_MEM_REQ_DONATE) {
			list[0] = page(aux) |
				  BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES);
			regs->x[0] = RMI_OP_MEM_DONATE;
		} else if (request == RMI_MEM_REQ_RECLAIM) {
			regs->x[0] = RMI_OP_MEM_RECLAIM;
		} else {
			regs->x[2] = 0;
		}
		status = call(w, regs);
	}
	return status;
}

/* Creates RECs of one Realm: the first worker gets the index. */
static void *rec_worker(void *argument)
{
	struct worker *w = argument;
	unsigned aux = PAGE_FREE + 16 * w->number;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct smccc_regs create = { { RMI_REC_CREATE, page(PAGE_RD),
					       page(PAGE_REC + w->number),
					       page(PAGE_SCRATCH) } };
		struct smccc_regs destroy = { { RMI_REC_DESTROY,
						page(PAGE_REC + w->number) } };

		call(w, &create);
		if (operation(w, &create, aux) == RMI_SUCCESS)
			w->count++;
		call(w, &destroy);
		operation(w, &destroy, aux);
	}
	return NULL;
}

static void an_index_is_given_once(void **state)
{
	struct fixture *f = *state;
	struct rmi_rec_params *params;

	fixture_realm(f);
	params = host(f, PAGE_SCRATCH);
	*params = (struct rmi_rec_params){ .flags = RMI_REC_FLAG_RUNNABLE };
	delegate(f, PAGE_REC, THREADS);
	for (unsigned i = 0; i < THREADS; i++)
		delegate(f, PAGE_FREE + 16 * i, REC_AUX_GRANULES);
	assert_int_equal(run_all(f, rec_worker), 1);
	assert_int_equal(refs_of(f, PAGE_RD), 0);
	assert_int_equal(((const struct rd *)peek(f, PAGE_RD))->rec_count, 1);
	for (unsigned i = 0; i < SRO_CONTEXTS; i++) {
		assert_int_equal(
			inprocess_rmm(f->machine)->sros.contexts[i].owner,
			SRO_FREE);
	}
}

/* Table and data commands on the same few granules, in any order. */
static void *table_worker(void *argument)
{
	struct worker *w = argument;
	uint32_t random = w->number + 1;

	for (unsigned i = 0; i < 8 * ROUNDS; i++) {
		random = random * 1664525 + 1013904223;

		uint64_t granule = page(PAGE_FREE + (random >> 8) % 6);
		uint64_t ipa = (random >> 12) % 2 * GRANULE_SIZE;
		uint64_t level = 2 + (random >> 16) % 2;
		uint64_t top = ipa + GRANULE_SIZE;
		uint64_t desc = granule | BITS_PUT(RMI_RANGE_COUNT, 1);
		struct smccc_regs calls[] = {
			{ { RMI_RTT_CREATE, page(PAGE_RD), granule, 0, level } },
			{ { RMI_RTT_DATA_MAP, page(PAGE_RD), ipa, top,
			    RMI_ADDR_TYPE_SINGLE, desc } },
			{ { RMI_RTT_DATA_UNMAP, page(PAGE_RD), ipa, top } },
			{ { RMI_RTT_DESTROY, page(PAGE_RD), 0, level } },
			{ { RMI_RTT_INIT_RIPAS, page(PAGE_RD), ipa, top } },
			{ { RMI_RTT_DATA_MAP_INIT, page(PAGE_RD), granule, ipa,
			    page(PAGE_SCRATCH) } },
		};

		if (call(w, &calls[(random >> 24) % 6]) == RMI_SUCCESS)
			w->count++;
	}
	return NULL;
}

static void tables_and_data_never_deadlock(void **state)
{
	struct fixture *f = *state;

	fixture_realm(f);
	delegate(f, PAGE_FREE, 6);
	assert_true(run_all(f, table_worker) > 0);
	for (unsigned i = 0; i < 2; i++) {
		rmi(f, RMI_RTT_DATA_UNMAP, page(PAGE_RD), i * GRANULE_SIZE,
		    (i + 1) * GRANULE_SIZE);
	}
	rmi(f, RMI_RTT_DESTROY, page(PAGE_RD), 0, 3);
	rmi(f, RMI_RTT_DESTROY, page(PAGE_RD), 0, 2);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(state_of(f, PAGE_FREE + i), GRANULE_DELEGATED);
	rmi(f, RMI_REALM_TERMINATE, page(PAGE_RD));
	assert_int_equal(rmi(f, RMI_REALM_DESTROY, page(PAGE_RD)), RMI_SUCCESS);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(delegations_add_up),
		test(one_realm_is_made_of_its_granules),
		test(an_index_is_given_once),
		test(tables_and_data_never_deadlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
