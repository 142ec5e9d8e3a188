/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hypervisor's own address space. Virtual addresses are physical ones, no
 * page is both writable and executable, and only memory and devices that the
 * hypervisor owns are mapped.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_MMU_H
#define REEVE_HYPERVISOR_PORT_A64_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/rmi/host_init.h"

/*
 * Builds the tables: the image, the console, the interrupt controller, the
 * PCIe, and the device tree at fdt. Called once, with the MMU off.
 * Returns false if it runs out of tables, or if fdt is not page-aligned.
 */
bool mmu_prepare(uint64_t fdt);

/* Turns on the MMU and the caches of the calling core. */
void mmu_enable(void);

/* Maps memory, in whole pages, for reading and writing. Returns false if it
 * runs out of tables, or if some of it is mapped already. */
bool mmu_map_ram(const struct host_ram *ram);

#endif
