/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stateful RMI operations (DEN0137 "SRO"; rmi-rsi 2.10): a pool of contexts,
 * each of which remembers an operation between its calls.
 */
#ifndef REEVE_RMM_CORE_SRO_H
#define REEVE_RMM_CORE_SRO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define SRO_CONTEXTS  16
#define SRO_PAGES_MAX 16 /* granules that one operation may hold */

enum sro_phase {
	SRO_FREE = 0,
	SRO_DONATE, /* the host owes granules */
	SRO_RECLAIM, /* the host has to fetch granules */
	SRO_CONTINUE, /* nothing is owed: OP_CONTINUE */
};

struct rmm;
struct sro;

/* Ends an operation's continue phase: gives X0 (and results X1..). */
typedef uint64_t sro_finish_fn(
	struct rmm *rmm, struct sro *sro, uint64_t *results);

struct sro {
	uint32_t busy; /* a CPU executes on it; atomic */
	enum sro_phase phase;
	sro_finish_fn *finish;
	uint64_t failure; /* X0 to end with after a reclaim, 0: none */
	uint32_t wanted; /* granules still to be donated */
	uint32_t count; /* granules held in pages[] */
	pa_t pages[SRO_PAGES_MAX];
	pa_t object; /* the granule in state PARTIAL */
	pa_t rd;
	pa_t params;
};

struct sro_pool {
	struct sro contexts[SRO_CONTEXTS];
};

#endif
