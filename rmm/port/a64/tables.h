/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM's own translation: what it always has (its image, the page shared
 * with EL3, the console, the granule words), mapped at its physical address
 * for all CPUs, and per CPU a window of slots and a block, of which only that
 * CPU's tables know. Code is never writable, data never executable.
 */
#ifndef REEVE_RMM_PORT_A64_TABLES_H
#define REEVE_RMM_PORT_A64_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/* The window: pages 1, 3, 5, ... are slots, between them are guards. */
#define SLOT_WINDOW UINT64_C(0x7fc0000000)
#define SLOTS       16

static inline uint64_t slot_page(unsigned slot)
{
	return 2 * slot + 1;
}

/*
 * Builds the tables of the CPU that boots first, on zeroed memory; the MMU is
 * off, and what it is turned on with is root `index` of cpu_roots.
 */
void tables_start(uint64_t index);

/* Maps more of memory; false: it cannot be, for its place or for want of
 * tables. For the CPU that boots, before tables_share(). */
bool tables_map(uint64_t base, uint64_t size, uint64_t attributes);

/* Gives all other CPUs the same mappings. */
void tables_share(uint64_t index);

/* The level 3 table of a CPU's slots. */
uint64_t *tables_slots(uint64_t index);

/* The entry of a CPU's block, which follows its slots: SLOT_WINDOW and
 * PGTABLE_BLOCK is its address. */
uint64_t *tables_block(uint64_t index);

/* Where a CPU's empty exception stack starts. */
uint64_t tables_exception_stack(uint64_t index);

#endif
