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

/*
 * Builds the table, once. No granule of the window, which devices can access,
 * becomes Realm. Without a window PCIe is closed to the hypervisor. With
 * whole_gic the hypervisor has all pages of the interrupt controller. Panics if
 * the memory is more than the table can cover.
 */
void gpc_init(const struct rmm_el3_bank *bank,
	      const struct rmm_el3_bank *window, bool whole_gic);

/* Turns the granule protection check of the calling CPU on. */
void gpc_enable(void);

/*
 * Moves granules between Non-secure and Realm: from the first one up to the
 * first that is not in the state move->from, or that devices can access and is
 * to become Realm. *done becomes their number; the
 * result is GPT_OK if that is not 0. The RMM's own memory stays Realm. The
 * content stays too: scrubbing it is the RMM's duty. Any CPU may call this at
 * any time.
 */
enum gpt_result gpc_move(const struct gpt_move *move, uint64_t *done);

/*
 * Takes all Realm memory from every world, and zeroes it: a reset makes all
 * DRAM Non-secure. No granule moves any more; CPUs in the Realm world stay in
 * it, with faults. Called once.
 */
void gpc_scrub(void);

/* Returns true if the granule at pa is Non-secure. */
bool gpc_is_ns(uint64_t pa);

#endif
