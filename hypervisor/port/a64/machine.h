/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine below the portable core: struct host_ops on bare metal. */
#ifndef REEVE_HYPERVISOR_PORT_A64_MACHINE_H
#define REEVE_HYPERVISOR_PORT_A64_MACHINE_H

#include <stdbool.h>

#include "abi/control.h"
#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/core/rmi/pages.h"
#include "hypervisor/port/a64/board.h"
#include "lib/spinlock.h"

struct machine {
	struct host_ops ops; /* ctx is this struct */
	/* The memory that pages are allocated from: that which can become
	 * Realm, and that which devices can access (abi/dma_guard.h). */
	struct host_ram ram;
	struct host_ram dma; /* may be of size 0 */
	struct spinlock lock; /* guards pages and dma_pages */
	struct pages pages; /* pages.used, pages.peak: how many are allocated */
	struct pages dma_pages;
	unsigned cores; /* number of cores that run */
	char rmm_text[CONTROL_TEXT_SIZE]; /* empty, or why there are no Realms */
};

/*
 * Takes the board's memory above the firmware and the hypervisor into use,
 * except what the device tree reserves, and takes as much of it for devices as
 * EL3 lets them access. The MMU is on. Returns NULL, or what is
 * wrong. The machine must not move.
 */
const char *machine_open(struct machine *machine, const struct board *board);

#endif
