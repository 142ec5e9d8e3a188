/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granule protection on the machine: the table in secure RAM, the checks of
 * each CPU, and the changes with their cache and TLB duties.
 */
#ifndef REEVE_MONITOR_GPC_H
#define REEVE_MONITOR_GPC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmm_el3.h"
#include "monitor/core/gpt.h"

/* Builds the table, once. Panics if the memory is more than it can cover. */
void gpc_init(const struct rmm_el3_bank *dram);

/* Turns the calling CPU's checks on. */
void gpc_enable(void);

/*
 * Moves granules between Non-secure and Realm, from the first on and up to
 * the first that is not in the state to move from; *done is how many that
 * are. The result is GPT_OK if it is any, and the RMM's own memory stays its
 * own. The contents are the RMM's to scrub. Any CPU, at any time.
 */
enum gpt_result gpc_move(const struct gpt_move *move, uint64_t *done);

/* Is it memory of the Non-secure world? */
bool gpc_is_ns(uint64_t pa);

#endif
