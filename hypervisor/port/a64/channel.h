/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection of the machine to the outside: the ports of the virtio console
 * device, which are control ports and consoles, and the threads that serve
 * them.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_CHANNEL_H
#define REEVE_HYPERVISOR_PORT_A64_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

struct domains;
struct host_ops;

/* Finds the device, and creates the threads, which wait. domains need not be
 * initialized yet. Memory for the device is allocated from host. Returns NULL,
 * or why no client can reach this host. */
const char *channel_open(struct domains *domains, const struct host_ops *host);

/* Starts to serve. The device's interrupt goes to the calling core. */
void channel_start(void);

/* For struct domain_ops (domain.h). ctx is not used. */
void channel_console_take(void *ctx, unsigned slot);
void channel_console_put(void *ctx, unsigned slot, uint8_t byte);
unsigned channel_console_room(void *ctx, unsigned slot);
void channel_console_ready(void *ctx, unsigned slot);

#endif
