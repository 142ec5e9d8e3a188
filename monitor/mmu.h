/* SPDX-License-Identifier: BSD-3-Clause */
/* EL3's own address space: an identity map of only what EL3 uses. */
#ifndef REEVE_MONITOR_MMU_H
#define REEVE_MONITOR_MMU_H

/* Builds the tables, once, with the MMU off. */
void mmu_init(void);

/* Turns the calling CPU's MMU and caches on. */
void mmu_enable(void);

#endif
