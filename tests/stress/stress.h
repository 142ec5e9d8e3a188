/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM under stress: several hosts' CPUs issue random RMI calls on two
 * Realms and a common pool of granules while vCPUs run, Realms are destroyed
 * and made again, and a model of the hardware (hardware.h) walks the real
 * tables and caches what it finds. The process aborts at the first fault,
 * with a line on standard error that begins with "stress:".
 */
#ifndef REEVE_TESTS_STRESS_STRESS_H
#define REEVE_TESTS_STRESS_STRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "abi/smccc.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/rec.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/stress/baton.h"
#include "tests/stress/hardware.h"

#define KIB4 UINT64_C(0x1000)
#define MIB2 UINT64_C(0x200000)
#define GIB1 UINT64_C(0x40000000)

#define REALMS 2
#define RECS   2 /* of each Realm */
#define HOSTS  3 /* threads that issue random calls */
#define SLOTS  2 /* of 2 MiB, from GIB1 on in each half of the IPA space */

/* Granules by their numbers. Each worker has scratch, list and run pages of
 * its own, which stay the host's. */
enum {
	PAGE_SCRATCH = 0,
	PAGE_LIST = 8,
	PAGE_RUN = 16,
	PAGE_NS = 32, /* the host's for ever, but named as anything */
	PAGE_RD = 64,
	PAGE_ROOTS = 80, /* of Realm n: PAGE_ROOTS + n * ROOTS_MAX */
	ROOTS_MAX = 4,
	PAGE_RECS = 96, /* of Realm n: PAGE_RECS + n * RECS */
	PAGE_AUX = 128, /* of REC n: PAGE_AUX + n * REC_AUX_GRANULES */
	PAGE_TABLES = 256,
	TABLES = 10,
	PAGE_MEMORY = 300,
	MEMORY = 12,
	PAGE_BLOCKS = 512, /* each 2 MiB, aligned */
	BLOCKS = 3,
	PAGES = PAGE_BLOCKS + BLOCKS * 512,
};

static inline uint64_t page(unsigned number)
{
	return UINT64_C(0x80000000) + (uint64_t)number * GRANULE_SIZE;
}

/* The tables of a Realm. */
struct shape {
	unsigned ipa_bits;
	int start_level;
	unsigned roots;
};

/* Level 1 has 2 MiB blocks in tables of its own; with level 2 they are in the
 * root tables. 1 GiB of NS memory is a block in a root table of the first. */
extern const struct shape shape_level_1;
extern const struct shape shape_level_2;

struct stress_config {
	const struct shape *shape;
	bool free; /* threads run side by side; else they take turns */
	uint64_t seed; /* not 0 */
	unsigned rounds; /* each with its own threads, and checks after it */
	unsigned steps; /* of each host in a round */
};

#define STRESS_FIDS 256 /* by the low byte, which no two commands share */

struct stress {
	const struct stress_config *config;
	struct inprocess *machine;
	struct hardware *hardware;
	struct baton baton;
	unsigned hosts_left; /* in this round; atomic */
	uint64_t done[STRESS_FIDS]; /* successes; atomic */
};

/* A thread of the host, or of the hardware. */
struct worker {
	struct stress *stress;
	unsigned id;
	unsigned lives; /* Realms that it has renewed */
	uint64_t random;
	struct smccc_regs regs; /* of the last call */
	pthread_t thread;
};

/* Runs all rounds, and prints what was done as a line on standard error. */
void stress_run(const struct stress_config *config);

/* An RMI call; X0. */
uint64_t stress_call(struct worker *w, uint64_t fid, const uint64_t args[5]);
#define rmi(w, fid, ...) stress_call(w, fid, (const uint64_t[5]){ __VA_ARGS__ })

unsigned pick(struct worker *w, unsigned bound);

/* host.c: one random call, or a few that belong together. */
void host_step(struct worker *w);

/* vcpu.c: what a vCPU does until it traps. */
void vcpu_run(void *context, struct rec *rec, struct rec_trap *trap);
/* The worker whose thread this is plays the vCPU that it enters. */
void vcpu_of(struct worker *w);

/* realm.c: makes a Realm in state NEW with its RECs; destroys it. Other
 * threads may be using its granules meanwhile. */
void realm_make(struct worker *w, unsigned realm);
void realm_destroy(struct worker *w, unsigned realm);
/* Unmaps all memory of a Realm, as far as it can be, and destroys tables. */
void realm_empty(struct worker *w, unsigned realm);

/* The first IPA of the unprotected half. */
uint64_t stress_unprotected(const struct stress *stress);

#endif
