/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests: a machine with a few pages and an RMM that answers from a script.
 * Delegation is played without the script, unless the script's next call is a
 * delegation; every other call has to be the next one in the script.
 */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_RMM_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_RMM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/granules.h"
#include "hypervisor/core/rmi/rmi.h"

#define FAKE_PAGES 2048
#define FAKE_BASE  UINT64_C(0x40000000)

#define FAKE_WAIT_NS UINT64_C(1000000)
/* So many calls in a row that are answered with BUSY are given up. */
#define FAKE_TRIES (RMI_BUSY_NS / FAKE_WAIT_NS + 1)

/* An expected call, and its answer. */
struct reply {
	uint32_t fid;
	uint64_t x0;
	uint64_t out[3]; /* X1..X3 */
	unsigned times; /* how often in a row; 0: once */
	bool drains; /* no page can be allocated from then on */
};

struct fake {
	struct host_ops ops;
	struct granules granules;
	struct rmi_failure failure;
	struct rmi rmi; /* with granules; its list is the first page */
	const struct reply *script;
	unsigned repeated; /* how often the script's first reply was given */
	unsigned calls; /* number of calls, without played delegations */
	unsigned waits; /* calls of relax() with waiting */
	uint64_t wait_ns; /* how long each takes: FAKE_WAIT_NS */
	uint64_t now_ns;
	uint64_t last[4]; /* X0..X3 of the last scripted call */
	uint64_t offered; /* first descriptor of the last donation */
	/* The pages. */
	bool allocated[FAKE_PAGES];
	bool delegated[FAKE_PAGES];
	uint64_t *memory; /* content of the first two pages: list, parameters */
	uint64_t budget; /* larger allocations fail */
	pa_t refused; /* page that the RMM neither delegates nor undelegates */
	bool stalls; /* range commands succeed without progress */
	/* Pages that the RMM has: its reclaims return them, one in each
	 * descriptor. */
	uint64_t inside[FAKE_PAGES];
	unsigned inside_count;
};

int fake_setup(void **state);
int fake_teardown(void **state);

/* Sets the script, which ends with fid 0. */
void fake_play(struct fake *fake, const struct reply *script);
/* Fails the test unless the whole script was played. */
void assert_played(const struct fake *fake);
/* Fails the test unless only the list page is in use, and nothing charged. */
void assert_returned(const struct fake *fake);

#endif
