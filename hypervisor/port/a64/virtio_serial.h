/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine's virtio console device, driven by hypervisor/core/io/serial.h.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_VIRTIO_SERIAL_H
#define REEVE_HYPERVISOR_PORT_A64_VIRTIO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/io/serial.h"

/* Finds and starts the device, with memory that is allocated from host. Called
 * once. ops->notify is virtio_serial_notify. Returns NULL, or why there is no
 * device. */
const char *virtio_serial_start(const struct serial_ops *ops,
				const struct host_ops *host);

/* For struct serial_ops. ctx is not used. */
void virtio_serial_notify(void *ctx, unsigned queue);

/*
 * The same as serial_poll(). A device that broke the protocol is stopped, and
 * the log says so. Without a device, does nothing. Called by one thread at a
 * time.
 */
bool virtio_serial_poll(void);

/* Has fn called at each interrupt of the device that was started, with a
 * spinlock held. Called once. */
void virtio_serial_interrupt(void (*fn)(void));

#endif
