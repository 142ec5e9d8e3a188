/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The use of each port of the virtio console device, by its number (from
 * CONTROL_PORT_NR(0) on; abi/control.h): control ports, then two ports for each
 * console slot, of its terminal and of its log.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_PORT_NUMBER_H
#define REEVE_HYPERVISOR_CORE_IO_PORT_NUMBER_H

#include <stdbool.h>

#include "abi/control.h"

static inline bool port_is_control(unsigned port)
{
	return port < CONTROL_CONSOLE_NR(0);
}

/* Returns which control port it is, from 0. */
static inline unsigned port_control(unsigned port)
{
	return port - CONTROL_PORT_NR(0);
}

/* Returns false for the port of a terminal. port is no control port. */
static inline bool port_is_log(unsigned port)
{
	return (port - CONTROL_CONSOLE_NR(0)) % 2 != 0;
}

/* Returns the console slot. port is no control port. */
static inline unsigned port_slot(unsigned port)
{
	return (port - CONTROL_CONSOLE_NR(0)) / 2;
}

#endif
