/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine's virtio console device, driven by hypervisor/core/serial.h. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VIRTIO_SERIAL_H
#define REEVE_HYPERVISOR_PORT_A64_VIRTIO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/io/serial.h"

/*
 * Finds and starts the device, once. ops.notify is virtio_serial_notify. NULL:
 * it runs; else why there is none.
 */
const char *virtio_serial_start(const struct serial_ops *ops);

/* For struct serial_ops; ctx is not used. */
void virtio_serial_notify(void *ctx, unsigned queue);

/* As serial_poll(); a device that has to be given up is stopped, and the log
 * says so. Does nothing where there is no device. One thread at a time. */
bool virtio_serial_poll(void);

/* The interrupt of the device that was started, and its acknowledgement. */
uint32_t virtio_serial_intid(void);
void virtio_serial_acknowledge(void);

#endif
