/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of a virtio console device with several ports (VIRTIO 1.2, 5.3),
 * above its queues and below what the ports are for. It is polled: one thread
 * calls serial_poll() after every interrupt, and whenever there may be output.
 * A device that breaks the protocol is left alone from then on.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_SERIAL_H
#define REEVE_HYPERVISOR_CORE_IO_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/virtio.h"
#include "hypervisor/core/io/virtqueue.h"

/* Port numbers are below this; port 0 is not used. */
#define SERIAL_PORTS CONTROL_MAX_PORTS

/* Descriptors of a port's queue, and of a control queue: so that one message
 * of every port, and the answers to one of ours, fit in. */
#define SERIAL_PORT_QUEUE    8
#define SERIAL_CONTROL_QUEUE 32

/* What the driver needs, and whom it serves. All are called by serial_poll(),
 * on its thread. */
struct serial_ops {
	void *ctx;
	/* Tells the device that a queue has something new. */
	void (*notify)(void *ctx, unsigned queue);
	/* Someone on the host side opened, or closed, a port. Comes before
	 * any data that was sent after it. */
	void (*opened)(void *ctx, unsigned port, bool open);
	/* Bytes from the host side. Returns how many were taken; the rest is
	 * offered again at the next poll. */
	size_t (*input)(void *ctx, unsigned port, const uint8_t *bytes,
			size_t size);
	/* Asks for at most size bytes to send. Returns how many. Asked only
	 * while someone has the port open. */
	size_t (*output)(void *ctx, unsigned port, uint8_t *bytes, size_t size);
};

struct serial_port {
	struct virtqueue in;
	struct virtqueue out;
	bool usable; /* the device has its queues */
	bool present; /* DEVICE_ADD was seen */
	bool open; /* on the host side */
	bool ready_due, open_due; /* to be told to the device */
	bool held; /* an answer that was not taken whole: */
	struct virtqueue_done holds;
	uint32_t held_at; /* bytes of it that were taken */
};

struct serial {
	const struct serial_ops *ops;
	struct virtqueue control_in;
	struct virtqueue control_out;
	bool ready_due; /* DEVICE_READY is to be told */
	unsigned opening; /* the port whose PORT_OPEN the device has; or 0 */
	const char *failed; /* not NULL: why the device is left alone */
	struct serial_port ports[SERIAL_PORTS];
};

/* The queues of one direction pair, shared with the device. */
struct serial_memory {
	struct virtqueue_memory in;
	struct virtqueue_memory out;
};

/* One message of the device, checked. */
struct serial_event {
	unsigned port; /* below SERIAL_PORTS */
	uint16_t event; /* enum virtio_console_event */
	uint16_t value;
};

/*
 * Lays out the queues: memory[n] is port n's, memory[0] the control queues';
 * the device sees memory at base. ports: how many of SERIAL_PORTS the device
 * has queues for. The caller tells the device where they are, starts it, and
 * then polls.
 */
void serial_init(struct serial *serial, const struct serial_ops *ops,
		 struct serial_memory *memory, pa_t base, unsigned ports);

/*
 * Does all that can be done now. Returns whether anything was: then there may
 * be more. After serial->failed is set nothing is done any more.
 */
bool serial_poll(struct serial *serial);

/* Reads a message of size bytes. false: too short, or about no port of ours. */
bool serial_event_read(const uint8_t *bytes, size_t size,
		       struct serial_event *event);

#endif
