/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine below the portable core: struct host_ops on the bare metal. */
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
	struct host_ram ram; /* what pages are taken from */
	struct spinlock lock; /* guards pages */
	struct pages pages; /* pages.used, pages.peak: what is allocated */
	unsigned cores; /* that run */
	char rmm_text[CONTROL_TEXT_SIZE]; /* not empty: why no Realms */
};

/*
 * Takes the board's memory above the firmware and the hypervisor into use;
 * what the device tree reserves stays untouched. MMU on. NULL: good; else
 * what is wrong. The machine must stay where it is.
 */
const char *machine_open(struct machine *machine, const struct board *board);

#endif
