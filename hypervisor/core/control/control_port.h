/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A control port: two queues of bytes between the driver of the virtio console
 * device and the session (control.h) that answers on the port. A request may
 * take long, so the session has a thread of its own. Bytes of a request leave
 * their queue only while there is room for a reply.
 */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_PORT_H
#define REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/io/fifo.h"
#include "lib/spinlock.h"

/* Bytes that may wait in each direction. */
#define CONTROL_PORT_IN  4096
#define CONTROL_PORT_OUT (2 * sizeof(struct control_reply))

struct control_port {
	struct spinlock lock; /* guards what follows */
	bool open; /* by a client */
	uint64_t openings; /* how often it was opened so far */
	struct fifo in, out;
	/* ---- For the session's thread alone ---- */
	struct control_session session;
	bool serving; /* control_open() was called last */
	uint64_t served; /* the value of openings at that time */
	uint8_t in_bytes[CONTROL_PORT_IN];
	uint8_t out_bytes[CONTROL_PORT_OUT];
};

void control_port_init(struct control_port *port, struct domains *domains);

/* ---- For the driver of the device ---- */

/* Notes that a client opened or closed the port, and drops all queued bytes:
 * they belong to the client before. */
void control_port_opened(struct control_port *port, bool open);

/* Queues bytes of the client. Returns how many there was room for. */
size_t control_port_input(struct control_port *port, const uint8_t *bytes,
			  size_t size);

/* Takes at most size bytes of replies out of the queue. Returns how many. */
size_t control_port_output(struct control_port *port, uint8_t *bytes,
			   size_t size);

/* ---- For the session's thread ---- */

/* Tells the session that the port was opened or closed, then gives it one
 * request at most. Returns true if there was anything to do: there may be more
 * then. */
bool control_port_serve(struct control_port *port);

#endif
