/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A control port between the driver of the ports and the session
 * (hypervisor/core/control/control.h) that answers on it. A session may take
 * its time over a request, so that it has a thread of its own; both meet in two
 * queues of bytes. Requests are taken only while there is room for a reply.
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
	bool open; /* on the host side */
	uint64_t openings; /* so far: changes with each */
	struct fifo in, out;
	/* ---- Of the session's thread alone ---- */
	struct control_session session;
	bool serving; /* control_open() was called last */
	uint64_t served; /* the opening that it belongs to */
	uint8_t in_bytes[CONTROL_PORT_IN];
	uint8_t out_bytes[CONTROL_PORT_OUT];
};

void control_port_init(struct control_port *port, struct domains *domains);

/* ---- From the driver of the ports ---- */

/* Someone opened or closed it: what is queued belongs to who had it before,
 * and is forgotten. */
void control_port_opened(struct control_port *port, bool open);

/* Returns how many bytes were taken. */
size_t control_port_input(struct control_port *port, const uint8_t *bytes,
			  size_t size);

/* At most size bytes of replies. Returns how many. */
size_t control_port_output(struct control_port *port, uint8_t *bytes,
			   size_t size);

/* ---- From the session's thread ---- */

/* Tells the session of an opening or closing, then gives it at most one
 * request. Returns whether it did anything: then there may be more. */
bool control_port_serve(struct control_port *port);

#endif
