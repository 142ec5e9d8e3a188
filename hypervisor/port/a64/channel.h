/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way out of the machine: the ports of the virtio console device, which
 * are control ports and consoles, and the threads that serve them.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_CHANNEL_H
#define REEVE_HYPERVISOR_PORT_A64_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

struct domains;

/*
 * Finds the device, and makes the threads, which wait. NULL: good; else why
 * nobody can speak to this host. domains need not be ready yet.
 */
const char *channel_open(struct domains *domains);

/* Serves from now on. The calling core gets the device's interrupt. */
void channel_start(void);

/* For struct domain_ops, see there; ctx is not used. */
void channel_console_take(void *ctx, unsigned slot);
void channel_console_put(void *ctx, unsigned slot, uint8_t byte);
void channel_console_ready(void *ctx, unsigned slot);

#endif
