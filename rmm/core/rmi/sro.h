/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stateful RMI operations (DEN0137 "SRO"; rmi-rsi 2.10): a pool of contexts,
 * each of which remembers an operation between its calls.
 */
#ifndef REEVE_RMM_CORE_RMI_SRO_H
#define REEVE_RMM_CORE_RMI_SRO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define SRO_CONTEXTS  16
#define SRO_PAGES_MAX 16 /* granules that one operation may hold */

/* Who may touch a context: atomic, the only field shared between CPUs. */
enum sro_owner {
	SRO_FREE = 0,
	SRO_EXECUTING, /* a CPU serves a command on it */
	SRO_PARKED, /* it waits for the host */
};

/* What the host owes: the only call that a parked context accepts. */
enum sro_phase {
	SRO_CONTINUE = 0, /* OP_CONTINUE */
	SRO_DONATE, /* OP_MEM_DONATE */
	SRO_RECLAIM, /* OP_MEM_RECLAIM, then OP_CONTINUE */
};

struct rmm;
struct sro;

/*
 * Serves OP_CONTINUE: gives X0. RMI_INCOMPLETE keeps the context (the phase
 * says what comes next), anything else ends the operation.
 */
typedef uint64_t sro_finish_fn(struct rmm *rmm, struct sro *sro);

struct sro {
	uint32_t owner; /* enum sro_owner */
	enum sro_phase phase;
	sro_finish_fn *finish;
	uint64_t failure; /* X0 to end with after a reclaim, 0: none */
	uint32_t wanted; /* granules still to be donated */
	uint32_t count; /* granules held in pages[], in state REC_AUX */
	pa_t pages[SRO_PAGES_MAX];
	pa_t object; /* the granule in state PARTIAL */
	pa_t rd;
	pa_t params;
};

struct sro_pool {
	struct sro contexts[SRO_CONTEXTS];
};

/*
 * Takes a zeroed context, owned by the caller. The result is RMI_SUCCESS,
 * RMI_BUSY or RMI_BLOCKED, and *out is NULL unless it is RMI_SUCCESS.
 */
uint64_t sro_reserve(struct rmm *rmm, struct sro **out);
/* Gives up an owned context: to the pool, or to the host's next call. */
void sro_release(struct sro *sro);
void sro_park(struct sro *sro);

/* What X1 says of an operation in its initiating call. */
uint64_t sro_handle(const struct rmm *rmm, const struct sro *sro);
/* X2 of an operation that wants granules (DELEGATED, 4 KiB, anywhere). */
uint64_t sro_donation(const struct sro *sro);
/* Ends an operation with a status, once the host has fetched pages[]. */
uint64_t sro_fail(struct sro *sro, uint64_t failure);

#endif
