/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of a virtio console device with several ports (VIRTIO 1.2, 5.3):
 * above it are the users of the ports, below it the queues. The driver is
 * polled: one thread calls serial_poll() after every interrupt, and whenever a
 * user may have output. A device that breaks the protocol is not used any more.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_SERIAL_H
#define REEVE_HYPERVISOR_CORE_IO_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/virtio.h"
#include "hypervisor/core/io/virtqueue.h"

/* Port numbers are below SERIAL_PORTS. Port 0 is not used. */
#define SERIAL_PORTS CONTROL_MAX_PORTS

/*
 * Descriptors of a port's queue and of a control queue. The control queue has
 * room for one message about every port and for the answers to one message of
 * the driver.
 */
#define SERIAL_PORT_QUEUE    8
#define SERIAL_CONTROL_QUEUE 32

/* The functions that the driver calls, always from serial_poll() and on the
 * thread that called it. */
struct serial_ops {
	void *ctx;
	/* Tells the device that a queue has new buffers. */
	void (*notify)(void *ctx, unsigned queue);
	/* A client opened or closed a port. The call comes before any data that
	 * was sent after that. */
	void (*opened)(void *ctx, unsigned port, bool open);
	/* Hands over bytes from the client. Returns how many were taken. The
	 * rest is offered again at the next poll. */
	size_t (*input)(void *ctx, unsigned port, const uint8_t *bytes,
			size_t size);
	/* Asks for at most size bytes to send. Returns how many there are.
	 * Called only while a client has the port open. */
	size_t (*output)(void *ctx, unsigned port, uint8_t *bytes, size_t size);
};

struct serial_port {
	struct virtqueue in;
	struct virtqueue out;
	bool usable; /* the device has queues for the port */
	bool present; /* DEVICE_ADD was received */
	bool open; /* a client has the port open */
	bool ready_due, open_due; /* messages that are due */
	bool held; /* a buffer was not taken whole: */
	struct virtqueue_done holds;
	uint32_t held_at; /* bytes of it that were taken */
};

struct serial {
	const struct serial_ops *ops;
	struct virtqueue control_in;
	struct virtqueue control_out;
	bool ready_due; /* the message DEVICE_READY is due */
	unsigned opening; /* the port whose PORT_OPEN is sent; 0: none */
	const char *failed; /* why the device is not used; NULL: it is */
	struct serial_port ports[SERIAL_PORTS];
};

/*
 * The two queues of a port, or of control, in memory that the device accesses.
 */
struct serial_memory {
	struct virtqueue_memory in;
	struct virtqueue_memory out;
};

/* A control message of the device, after checks. */
struct serial_event {
	unsigned port; /* below SERIAL_PORTS */
	uint16_t event; /* enum virtio_console_event */
	uint16_t value;
};

/*
 * Lays out the queues: memory[0] is for the control queues, memory[n] for port
 * n; the device sees memory at base. ports is the number of ports, at most
 * SERIAL_PORTS, for which the device has queues. The caller then tells the
 * device where the queues are, starts it, and polls.
 */
void serial_init(struct serial *serial, const struct serial_ops *ops,
		 struct serial_memory *memory, pa_t base, unsigned ports);

/* Does all that can be done now. Returns true if anything was done: there may
 * then be more to do. Once serial->failed is set, the function does nothing. */
bool serial_poll(struct serial *serial);

/* Decodes a message of size bytes. Returns false if it is too short or names a
 * port that the driver does not know. */
bool serial_event_read(const uint8_t *bytes, size_t size,
		       struct serial_event *event);

#endif
