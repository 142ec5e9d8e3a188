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

/* Builds the table, once. Panics if the memory is more than it can cover. */
void gpc_init(const struct rmm_el3_bank *dram);

/* Turns the calling CPU's checks on. */
void gpc_enable(void);

/*
 * Non-secure to Realm and back, one granule; the contents are the RMM's to
 * scrub. Both return a status of RMM_EL3_*. Any CPU, at any time.
 */
int gpc_delegate(uint64_t pa);
int gpc_undelegate(uint64_t pa);

/* Is it memory of the Non-secure world? */
bool gpc_is_ns(uint64_t pa);

#endif
