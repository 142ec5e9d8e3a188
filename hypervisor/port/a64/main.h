/* SPDX-License-Identifier: BSD-3-Clause */
/* The hypervisor from start to end. */
#ifndef REEVE_HYPERVISOR_PORT_A64_MAIN_H
#define REEVE_HYPERVISOR_PORT_A64_MAIN_H

#include <stdint.h>

#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/core/rmi/host_init.h"
#include "hypervisor/port/a64/machine.h"

/* The latest log messages, from the start of the MMU on. */
extern struct dmesg hypervisor_dmesg;

/* Called once by entry.S, on the boot core, with the MMU off. */
_Noreturn void hypervisor_main(uint64_t fdt);

/*
 * Does the work of the boot core once the host is ready. run.c defines it for
 * the hypervisor; a file of tests/machine/hypervisor defines it for an image
 * that tests the hypervisor from inside.
 */
_Noreturn void host_run(struct machine *machine, struct host *host);

#endif
