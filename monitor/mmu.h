/* SPDX-License-Identifier: BSD-3-Clause */
/* EL3's own address space: an identity map of only what EL3 uses. */
#ifndef REEVE_MONITOR_MMU_H
#define REEVE_MONITOR_MMU_H

#include <stdint.h>

/* Builds the tables, once, with the MMU off. */
void mmu_init(void);

/*
 * Maps [base, base + size) as Root memory at MMU_WINDOW + base, for one use: the
 * scrub before a reset. base is a multiple of 1 GiB. Panics if it does not fit.
 */
#define MMU_WINDOW UINT64_C(0x4000000000)
void mmu_map_window(uint64_t base, uint64_t size);

/* Turns the calling CPU's MMU and caches on. */
void mmu_enable(void);

#endif
