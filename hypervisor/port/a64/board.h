/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine as the firmware's device tree describes it. */
#ifndef REEVE_HYPERVISOR_PORT_A64_BOARD_H
#define REEVE_HYPERVISOR_PORT_A64_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/machine_map.h"
#include "hypervisor/core/rmi/host_init.h"

#define BOARD_RESERVED_MAX 8

/*
 * No memory from this address on is used: the translation tables cannot map it.
 */
#define BOARD_RAM_END (UINT64_C(1) << 39)

struct board {
	struct host_ram ram; /* the largest bank; whole pages */
	uint64_t cpus[MACHINE_MAX_CPUS]; /* affinities, as in MPIDR_EL1 */
	unsigned cpu_count;
	struct host_ram reserved[BOARD_RESERVED_MAX]; /* not to be touched */
	unsigned reserved_count;
};

/*
 * Reads a device tree of which MACHINE_DTB_MAX bytes are accessible, into
 * *board. CPUs beyond MACHINE_MAX_CPUS are left out; a reservation never is.
 * Returns NULL, or what is wrong with the tree.
 */
const char *board_read(const void *fdt, struct board *board);

/* Adds a range that is not to be touched. Returns false if there are too
 * many. */
bool board_reserve(struct board *board, uint64_t base, uint64_t size);

#endif
