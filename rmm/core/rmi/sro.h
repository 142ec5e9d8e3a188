/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stateful RMI operations (docs/rmi.md, Stateful operations): a pool of
 * contexts, each of which holds the state of one operation between its calls.
 */
#ifndef REEVE_RMM_CORE_RMI_SRO_H
#define REEVE_RMM_CORE_RMI_SRO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define SRO_CONTEXTS  16
#define SRO_PAGES_MAX 16 /* granules that one operation may hold */

/*
 * The owner of a context. The field is atomic and the only one that CPUs share:
 * the CPU that changes it to EXECUTING owns all others, until it releases or
 * parks the context.
 */
enum sro_owner {
	SRO_FREE = 0,
	SRO_EXECUTING, /* a CPU serves a command on the context */
	SRO_PARKED, /* the operation waits for the host's next call */
};

/* The only call that a parked context accepts next. */
enum sro_phase {
	SRO_CONTINUE = 0, /* RMI_OP_CONTINUE */
	SRO_DONATE, /* RMI_OP_MEM_DONATE */
	SRO_RECLAIM, /* RMI_OP_MEM_RECLAIM, then RMI_OP_CONTINUE */
};

struct rmm;
struct sro;

/*
 * Serves RMI_OP_CONTINUE and returns X0. RMI_INCOMPLETE keeps the context, with
 * the next call in its phase; any other status ends the operation.
 */
typedef uint64_t sro_finish_fn(struct rmm *rmm, struct sro *sro);

struct sro {
	uint32_t owner; /* enum sro_owner */
	enum sro_phase phase;
	sro_finish_fn *finish;
	uint64_t failure; /* X0 at the end, after a reclaim; 0: no failure */
	uint32_t wanted; /* granules still to be donated */
	uint32_t count; /* granules in pages[], all in state REC_AUX */
	pa_t pages[SRO_PAGES_MAX];
	pa_t object; /* the granule in state PARTIAL */
	pa_t rd;
	pa_t params;
};

struct sro_pool {
	struct sro contexts[SRO_CONTEXTS];
};

/*
 * Reserves a zeroed context, which the caller then owns. Returns RMI_SUCCESS,
 * RMI_BUSY or RMI_BLOCKED. *out is NULL unless the status is RMI_SUCCESS.
 */
uint64_t sro_reserve(struct rmm *rmm, struct sro **out);
/* Gives up an owned context: returns it to the pool, or leaves it to the host's
 * next call. */
void sro_release(struct sro *sro);
void sro_park(struct sro *sro);

/* Returns the handle of an operation, which X1 of its first call holds. */
uint64_t sro_handle(const struct rmm *rmm, const struct sro *sro);
/* Returns X2 of an operation that wants granules. They must be DELEGATED, in
 * blocks of 4 KiB, and need not be consecutive. */
uint64_t sro_donation(const struct sro *sro);
/* Makes an operation end with the status failure once the host has reclaimed
 * pages[]. Returns X0 of this call. */
uint64_t sro_fail(struct sro *sro, uint64_t failure);

#endif
