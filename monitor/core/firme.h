/* SPDX-License-Identifier: BSD-3-Clause */
/* What FIRME's calls answer, and what they ask of the granule table. */
#ifndef REEVE_MONITOR_CORE_FIRME_H
#define REEVE_MONITOR_CORE_FIRME_H

#include <stdint.h>

#include "abi/firme.h"
#include "monitor/core/gpt.h"
#include "monitor/core/route.h"

/* What one GPI_SET moves at most, in granules: it bounds the time with
 * interrupts off. As many as the RMM asks for, since each move ends with a TLB
 * invalidation that all CPUs wait for. */
#define FIRME_GRANULES_MAX 512

/* VERSION's X0, for a service. */
int64_t firme_version(uint64_t service);

/* FEATURES' X0; *value is set with FIRME_OK. */
int firme_features(uint64_t service, uint64_t index, uint64_t *value);

/*
 * GPI_SET's arguments X1-X3. Gives FIRME_OK and *move, which may be of fewer
 * granules than are asked for, or the answer to refuse with.
 */
int firme_move_check(const uint64_t x[3], enum world caller,
		     struct gpt_move *move);

/* GPI_SET's X0, when `done` of the granules that X2 asks for were moved. */
int firme_move_status(enum gpt_result result, uint64_t done, uint64_t asked);

#endif
