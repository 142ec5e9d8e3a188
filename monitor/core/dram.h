/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The size of memory, and whether there is an SMMU: the facts that only the
 * board's device tree has.
 */
#ifndef REEVE_MONITOR_CORE_DRAM_H
#define REEVE_MONITOR_CORE_DRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/rmm_el3.h"

/*
 * Finds the first range of the first node below the root whose name begins with
 * a text, such as "memory@". The tree is flattened, of version 17, with two
 * cells for addresses and for sizes, in a buffer of size bytes. Returns false
 * if it is malformed or has no such node.
 */
bool dram_find(const void *tree, size_t size, const char *name,
	       struct rmm_el3_bank *bank);

#endif
