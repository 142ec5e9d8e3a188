/* SPDX-License-Identifier: BSD-3-Clause */
/* The size of memory: the one fact that only the board's device tree has. */
#ifndef REEVE_MONITOR_CORE_DRAM_H
#define REEVE_MONITOR_CORE_DRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/rmm_el3.h"

/*
 * Finds the first memory node of a flattened tree of version 17, with two cells
 * for addresses and for sizes, in a buffer of size bytes. Returns false if the
 * tree is malformed or has no such node.
 */
bool dram_find(const void *tree, size_t size, struct rmm_el3_bank *bank);

#endif
