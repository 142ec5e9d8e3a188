/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench of the Realm builder's tests: the real RMM in process, the builder
 * on it, plans with content, and between the two a meddler that can make any
 * one call fail.
 */
#ifndef REEVE_TESTS_BUILDER_BENCH_H
#define REEVE_TESTS_BUILDER_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hypervisor/core/realm/realm.h"
#include "hypervisor/port/inprocess/host_inprocess.h"
#include "rmm/port/inprocess/inprocess.h"

#define NEVER       UINT64_MAX
#define BENCH_TRACE 4096
#define RIM_SIZE    64

/* The way in which the meddler changes a call. */
enum meddling {
	MEDDLE_ANSWER, /* answers x0 itself, for `times` calls in a row */
	MEDDLE_DEFER, /* makes it stateful: done when it is continued */
	MEDDLE_RANDOM, /* sometimes answers an error, or BUSY */
	MEDDLE_TAMPER, /* overwrites the parameters of the last REC_CREATE */
};

struct meddler {
	enum meddling how;
	uint64_t at; /* the number of the call, from 0; NEVER: none */
	uint64_t times;
	uint64_t x0;
	uint32_t random; /* the generator's state, not 0 */
	uint64_t alloc_at; /* the number of the first allocation that fails */
	uint64_t alloc_times; /* how many fail from there on */
	pa_t kept; /* a page whose undelegation is refused */
	unsigned kept_times; /* how often */
};

#define BENCH_WAIT_NS UINT64_C(1000000)
/* So many calls in a row that are answered with BUSY are given up. */
#define BENCH_TRIES (RMI_BUSY_NS / BENCH_WAIT_NS + 1)

struct bench {
	struct inprocess *rmm;
	struct host_inprocess port;
	struct host_ops ops; /* those of the port, behind the meddler */
	struct host host;
	struct meddler meddler;
	uint64_t calls; /* SMCs since bench_watch() */
	uint64_t allocs;
	uint32_t trace[BENCH_TRACE]; /* their FIDs */
	struct smccc_regs deferred;
	uint64_t rec_params;
	uint64_t used; /* pages in use when no Realm exists */
	/* relax() with waiting, which takes BENCH_WAIT_NS; atomic */
	uint64_t waits;
	uint64_t code_syncs; /* pages made visible to instruction fetch */
};

/* Set-up and tear-down for cmocka: *state is a struct bench with an active
 * RMM. */
int bench_setup(void **state);
int bench_teardown(void **state);

/* Starts to count and trace calls, and makes the meddler change nothing. */
void bench_watch(struct bench *bench);

/* The plans on which the tests run. */
enum {
	PLAN_SMALL, /* two segments, one vCPU */
	PLAN_SMP, /* RAM up to 4 GiB, a segment over two tables, 4 vCPUs */
	PLAN_ODD, /* RAM that no entry above the pages fits */
	PLAN_TWO_BANKS, /* walks that start at level 1 */
	PLAN_HIGH, /* walks that start at level 0 */
	PLAN_LARGE, /* more pages than are delegated at a time */
	PLANS,
};
extern const char *const plan_names[PLANS];
const struct realm_plan *bench_plan(unsigned number);

/* Fails the test if anything of a Realm is left. */
void assert_clean(const struct bench *bench, const struct realm *realm);

/* Reads the RIM of an active Realm, as the Realm itself. */
void bench_rim(struct bench *bench, const struct realm *realm,
	       uint8_t rim[RIM_SIZE]);

/* Returns the RIPAS of a page, asked for as the Realm itself. */
unsigned bench_ripas(struct bench *bench, const struct realm *realm,
		     uint64_t ipa);

/* Builds and activates a Realm, reads its RIM, and destroys it; all that must
 * succeed. */
void bench_rim_of_plan(struct bench *bench, unsigned number,
		       uint8_t rim[RIM_SIZE]);

#endif
