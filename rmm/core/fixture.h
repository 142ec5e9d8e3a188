/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of the core share: a small in-process machine, short ways to
 * issue commands and build Realms, and the check that a refused command
 * changes nothing.
 */
#ifndef REEVE_RMM_CORE_FIXTURE_H
#define REEVE_RMM_CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "abi/rmi.h"
#include "rmm/core/granule.h"
#include "rmm/core/realm.h"
#include "rmm/core/rec.h"
#include "rmm/core/rmm.h"
#include "rmm/port/inprocess/inprocess.h"

/* The machine: 6 MiB at 2 GiB. Tests give each granule a number. */
#define FIXTURE_BASE     UINT64_C(0x80000000)
#define FIXTURE_GRANULES 1536

static inline uint64_t page(unsigned number)
{
	return FIXTURE_BASE + (uint64_t)number * GRANULE_SIZE;
}

/* The granules that fixture_realm() and fixture_rec() use. */
enum {
	PAGE_SCRATCH, /* NS: parameter structures and lists */
	PAGE_RUN, /* NS: a run page */
	PAGE_ROOT = 16, /* 1 root table (s2sz 39, start level 1) */
	PAGE_RD = 17,
	PAGE_REC = 32, /* REC n: PAGE_REC + n, up to 16 */
	PAGE_AUX = 64, /* of REC n: PAGE_AUX + n * REC_AUX_GRANULES */
	PAGE_TABLES = 240, /* the tables above PAGE_DATA */
	PAGE_DATA = 242,
	PAGE_FREE = 256, /* free for each test */
};

struct fixture {
	struct inprocess *machine;
	struct smccc_regs regs; /* of the last command */
	void *snapshot;
};

/* cmocka set-up and tear-down: an ACTIVE RMM, all memory NS. */
int fixture_setup(void **state);
int fixture_setup_init(void **state); /* still in state INIT */
int fixture_teardown(void **state);

/* Issues a command with up to 6 arguments; X0. X1.. are in f->regs. */
uint64_t rmi_call(struct fixture *f, uint64_t fid, const uint64_t args[6]);
#define rmi(f, fid, ...) rmi_call(f, fid, (const uint64_t[6]){ __VA_ARGS__ })

/* The same, and fails the test unless X0 is the status and nothing changed. */
void refused_call(struct fixture *f, uint64_t status, uint64_t fid,
		  const uint64_t args[6]);
#define refused(f, status, fid, ...)                                           \
	refused_call(f, status, fid, (const uint64_t[6]){ __VA_ARGS__ })

/* Commands that must succeed. */
void delegate(struct fixture *f, unsigned number, unsigned count);
void undelegate(struct fixture *f, unsigned number, unsigned count);

/* The parameters that fixture_realm() uses, for a test to change. */
struct rmi_realm_params *fixture_realm_params(struct fixture *f);
/* A Realm in state NEW; gives the RD's PA. */
uint64_t fixture_realm(struct fixture *f);
/* REC n of that Realm; gives its PA. */
uint64_t fixture_rec(struct fixture *f, unsigned n, uint64_t flags);
/* Maps PAGE_DATA, a measured copy of PAGE_SCRATCH, at IPA 0 of that Realm. */
void fixture_data(struct fixture *f);
/* Donates count granules from number on, one descriptor each; X0. */
uint64_t fixture_donate(struct fixture *f, uint64_t handle, unsigned number,
			unsigned count);

/* Host memory, and what is behind any granule. */
void *host(struct fixture *f, unsigned number);
void *peek(struct fixture *f, unsigned number);
enum granule_state state_of(struct fixture *f, unsigned number);
unsigned refs_of(struct fixture *f, unsigned number);

/* Remembers the RMM, its granules, all memory and each PAS; compares. */
void snapshot_take(struct fixture *f);
void snapshot_check(struct fixture *f);

#endif
