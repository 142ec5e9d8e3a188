/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hypervisor's own address space: virtual is physical, no page is both
 * writable and executable, and only what the hypervisor owns is there.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_MMU_H
#define REEVE_HYPERVISOR_PORT_A64_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/rmi/host_init.h"

/*
 * Makes the tables: the image, the console, the interrupt controller, the
 * virtio slots, the device tree at fdt. Called once, with the MMU off. false:
 * out of tables, or fdt is not page-aligned.
 */
bool mmu_prepare(uint64_t fdt);

/* Turns the calling core's MMU and caches on. */
void mmu_enable(void);

/* Maps memory, whole pages, for reading and writing. false: out of tables, or
 * some of it is mapped already. */
bool mmu_map_ram(const struct host_ram *ram);

#endif
