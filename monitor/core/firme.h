/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The answers of FIRME's calls, and the moves of granules that they ask for
 * (docs/machine.md, FIRME).
 */
#ifndef REEVE_MONITOR_CORE_FIRME_H
#define REEVE_MONITOR_CORE_FIRME_H

#include <stdint.h>

#include "abi/firme.h"
#include "monitor/core/gpt.h"
#include "monitor/core/route.h"

/*
 * The most granules that one GPI_SET moves. It bounds the time with interrupts
 * off. It is as large as what the RMM asks for at once, since each move ends
 * with a TLB invalidation that all CPUs wait for.
 */
#define FIRME_GRANULES_MAX 512

/* Returns X0 of VERSION for a service. */
int64_t firme_version(uint64_t service);

/* Returns X0 of FEATURES; *value is set only with FIRME_OK. */
int firme_features(uint64_t service, uint64_t index, uint64_t *value);

/*
 * Checks the arguments X1-X3 of GPI_SET. Returns FIRME_OK and sets *move, which
 * may have fewer granules than are asked for, or returns the status to refuse
 * with.
 */
int firme_move_check(const uint64_t x[3], enum world caller,
		     struct gpt_move *move);

/*
 * Returns X0 of GPI_SET after a move with this result, by which `done` of the
 * `asked` granules have changed.
 */
int firme_move_status(enum gpt_result result, uint64_t done, uint64_t asked);

#endif
