/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the core share. */
#include "rmm/core/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"

#define MEMORY_SIZE ((size_t)FIXTURE_GRANULES * GRANULE_SIZE)

struct snapshot {
	struct rmm rmm;
	struct granule granules[FIXTURE_GRANULES];
	uint8_t pas[FIXTURE_GRANULES];
	uint8_t memory[MEMORY_SIZE];
};

static const struct rmm_machine machine = {
	.memory_base = { FIXTURE_BASE },
	.memory_size = MEMORY_SIZE,
	.pa_bits = 48,
	.num_bps = 5,
	.num_wps = 3,
};

int fixture_setup_init(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->machine = inprocess_create(&machine);
	assert_non_null(f->machine);
	f->snapshot = calloc(1, sizeof(struct snapshot));
	assert_non_null(f->snapshot);
	*state = f;
	return 0;
}

int fixture_setup(void **state)
{
	fixture_setup_init(state);
	assert_int_equal(rmi(*state, RMI_RMM_ACTIVATE), RMI_SUCCESS);
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	inprocess_destroy(f->machine);
	free(f->snapshot);
	free(f);
	return 0;
}

uint64_t rmi_call(struct fixture *f, uint64_t fid, const uint64_t args[6])
{
	memset(&f->regs, 0, sizeof(f->regs));
	f->regs.x[0] = fid;
	memcpy(&f->regs.x[1], args, 6 * sizeof(args[0]));
	inprocess_smc(f->machine, &f->regs);
	return f->regs.x[0];
}

void refused_call(struct fixture *f, uint64_t status, uint64_t fid,
		  const uint64_t args[6])
{
	snapshot_take(f);
	assert_int_equal(rmi_call(f, fid, args), status);
	snapshot_check(f);
}

static void range_call(struct fixture *f, uint64_t fid, unsigned number,
		       unsigned count)
{
	assert_int_equal(rmi(f, fid, page(number), page(number + count)),
			 RMI_SUCCESS);
	assert_int_equal(f->regs.x[1], page(number + count));
}

void delegate(struct fixture *f, unsigned number, unsigned count)
{
	range_call(f, RMI_GRANULE_RANGE_DELEGATE, number, count);
}

void undelegate(struct fixture *f, unsigned number, unsigned count)
{
	range_call(f, RMI_GRANULE_RANGE_UNDELEGATE, number, count);
}

struct rmi_realm_params *fixture_realm_params(struct fixture *f)
{
	struct rmi_realm_params *params = host(f, PAGE_SCRATCH);

	*params = (struct rmi_realm_params){
		.s2sz = 39,
		.num_bps = 1,
		.num_wps = 1,
		.hash_algo = RMI_HASH_SHA_256,
		.rtt_base = page(PAGE_ROOT),
		.rtt_level_start = 1,
		.rtt_num_start = 1,
	};
	return params;
}

uint64_t fixture_realm(struct fixture *f)
{
	fixture_realm_params(f);
	delegate(f, PAGE_ROOT, 1);
	delegate(f, PAGE_RD, 1);
	assert_int_equal(
		rmi(f, RMI_REALM_CREATE, page(PAGE_RD), page(PAGE_SCRATCH)),
		RMI_SUCCESS);
	return page(PAGE_RD);
}

void fixture_data(struct fixture *f)
{
	delegate(f, PAGE_TABLES, 3);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(rmi(f, RMI_RTT_CREATE, page(PAGE_RD),
				     page(PAGE_TABLES + i), 0, 2 + i),
				 RMI_SUCCESS);
	}
	assert_int_equal(rmi(f, RMI_RTT_DATA_MAP_INIT, page(PAGE_RD),
			     page(PAGE_DATA), 0, page(PAGE_SCRATCH),
			     RMI_DATA_MEASURE_CONTENT),
			 RMI_SUCCESS);
}

uint64_t fixture_donate(struct fixture *f, uint64_t handle, unsigned number,
			unsigned count)
{
	uint64_t *list = host(f, PAGE_SCRATCH);

	for (unsigned i = 0; i < count; i++)
		list[i] = page(number + i) | BITS_PUT(RMI_RANGE_COUNT, 1);
	return rmi(f, RMI_OP_MEM_DONATE, handle, page(PAGE_SCRATCH), count);
}

uint64_t fixture_rec(struct fixture *f, unsigned n, uint64_t flags)
{
	uint64_t rec = page(PAGE_REC + n);
	unsigned aux = PAGE_AUX + n * REC_AUX_GRANULES;
	struct rmi_rec_params *params;
	uint64_t handle;

	delegate(f, PAGE_REC + n, 1);
	delegate(f, aux, REC_AUX_GRANULES);
	assert_int_equal(
		rmi(f, RMI_REC_CREATE, page(PAGE_RD), rec, page(PAGE_SCRATCH)),
		0x10d);
	handle = f->regs.x[1];
	assert_int_equal(fixture_donate(f, handle, aux, REC_AUX_GRANULES),
			 0x00d);
	params = host(f, PAGE_SCRATCH);
	*params = (struct rmi_rec_params){
		.flags = flags,
		.mpidr = (n & 15) | (uint64_t)(n / 16) << 8,
		.pc = 0x80000,
	};
	assert_int_equal(rmi(f, RMI_OP_CONTINUE, handle, 0), RMI_SUCCESS);
	return rec;
}

void *host(struct fixture *f, unsigned number)
{
	void *memory = inprocess_host_page(f->machine, page(number));

	assert_non_null(memory);
	return memory;
}

void *peek(struct fixture *f, unsigned number)
{
	return inprocess_peek(f->machine, page(number));
}

static uint32_t word_of(struct fixture *f, unsigned number)
{
	return inprocess_rmm(f->machine)->granules[number].word;
}

enum granule_state state_of(struct fixture *f, unsigned number)
{
	return (enum granule_state)(word_of(f, number) >> 10 & 0x1f);
}

unsigned refs_of(struct fixture *f, unsigned number)
{
	return word_of(f, number) & 0x3ff;
}

static void pas_read(struct fixture *f, uint8_t *pas)
{
	for (unsigned i = 0; i < FIXTURE_GRANULES; i++)
		pas[i] = inprocess_in_realm(f->machine, page(i));
}

void snapshot_take(struct fixture *f)
{
	struct snapshot *snapshot = f->snapshot;
	struct rmm *rmm = inprocess_rmm(f->machine);

	memcpy(&snapshot->rmm, rmm, sizeof(*rmm));
	memcpy(snapshot->granules, rmm->granules, sizeof(snapshot->granules));
	pas_read(f, snapshot->pas);
	memcpy(snapshot->memory, peek(f, 0), MEMORY_SIZE);
}

void snapshot_check(struct fixture *f)
{
	struct snapshot *snapshot = f->snapshot;
	struct rmm *rmm = inprocess_rmm(f->machine);
	uint8_t pas[FIXTURE_GRANULES];

	pas_read(f, pas);
	assert_memory_equal(rmm, &snapshot->rmm, sizeof(*rmm));
	assert_memory_equal(rmm->granules, snapshot->granules,
			    sizeof(snapshot->granules));
	assert_memory_equal(pas, snapshot->pas, sizeof(pas));
	assert_int_equal(memcmp(peek(f, 0), snapshot->memory, MEMORY_SIZE), 0);
}
