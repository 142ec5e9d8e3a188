/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM's own translation. Its image, the page shared with EL3, the console
 * and the granules' words are always mapped, at their physical addresses and
 * for all CPUs. Each CPU also has a window of slots and one block, which are in
 * the tables of that CPU only. Code is never writable, data never executable.
 */
#ifndef REEVE_RMM_PORT_A64_TABLES_H
#define REEVE_RMM_PORT_A64_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/* The window: pages 1, 3, 5, ... are slots, the pages between them are
 * guards. */
#define SLOT_WINDOW UINT64_C(0x7fc0000000)
#define SLOTS       16

static inline uint64_t slot_page(unsigned slot)
{
	return 2 * slot + 1;
}

/*
 * Builds the tables of the CPU that boots first, in zeroed memory and with the
 * MMU off. The MMU is then turned on with root `index` of cpu_roots.
 */
void tables_start(uint64_t index);

/* Maps more memory. Returns false if it overlaps the window or if there are too
 * few tables. For the CPU that boots first, before tables_share(). */
bool tables_map(uint64_t base, uint64_t size, uint64_t attributes);

/* Gives all other CPUs the same mappings. */
void tables_share(uint64_t index);

/* Returns the level 3 table of a CPU's slots. */
uint64_t *tables_slots(uint64_t index);

/* Returns the entry of a CPU's block, which follows the slots, at the address
 * SLOT_WINDOW + PGTABLE_BLOCK. */
uint64_t *tables_block(uint64_t index);

/* Returns the top of a CPU's exception stack. */
uint64_t tables_exception_stack(uint64_t index);

#endif
