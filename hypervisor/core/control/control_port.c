/* SPDX-License-Identifier: BSD-3-Clause */
/* A control port: two queues of bytes between the port's driver and a
 * session. */
#include "hypervisor/core/control/control_port.h"

/* Queues a reply. Drops it if the client that asked has closed the port. */
static void reply_send(void *ctx, const struct control_reply *reply)
{
	struct control_port *port = ctx;

	spinlock_acquire(&port->lock);
	if (port->open && port->openings == port->served) {
		(void)fifo_put(&port->out, (const uint8_t *)reply,
			       sizeof(*reply)); /* room was there before */
	}
	spinlock_release(&port->lock);
}

void control_port_init(struct control_port *port, struct domains *domains)
{
	port->lock = (struct spinlock){ 0 };
	port->open = port->serving = false;
	port->openings = port->served = 0;
	fifo_init(&port->in, port->in_bytes, sizeof(port->in_bytes));
	fifo_init(&port->out, port->out_bytes, sizeof(port->out_bytes));
	control_init(&port->session, domains, reply_send, port);
}

void control_port_opened(struct control_port *port, bool open)
{
	spinlock_acquire(&port->lock);
	port->open = open;
	if (open)
		port->openings++;
	fifo_clear(&port->in);
	fifo_clear(&port->out);
	spinlock_release(&port->lock);
}

size_t control_port_input(struct control_port *port, const uint8_t *bytes,
			  size_t size)
{
	size_t taken;

	spinlock_acquire(&port->lock);
	taken = fifo_put(&port->in, bytes, size);
	spinlock_release(&port->lock);
	return taken;
}

size_t control_port_output(struct control_port *port, uint8_t *bytes,
			   size_t size)
{
	size_t given;

	spinlock_acquire(&port->lock);
	given = fifo_get(&port->out, bytes, size);
	spinlock_release(&port->lock);
	return given;
}

/* Bytes out of the queue, and the state of the port at that moment. */
struct turn {
	bool open;
	uint64_t openings;
	size_t size;
	/* So few that they complete one request at most. */
	uint8_t bytes[sizeof(struct control_request)];
};

static void turn_take(struct control_port *port, struct turn *turn)
{
	spinlock_acquire(&port->lock);
	turn->open = port->open;
	turn->openings = port->openings;
	turn->size = 0;
	if (fifo_room(&port->out) >= sizeof(struct control_reply)) {
		turn->size =
			fifo_get(&port->in, turn->bytes, sizeof(turn->bytes));
	}
	spinlock_release(&port->lock);
}

/* Tells the session that the port was closed or opened. Returns true if there
 * was something to tell. */
static bool session_follow(struct control_port *port, const struct turn *turn)
{
	bool ended = port->serving &&
		     (!turn->open || turn->openings != port->served);

	if (ended) {
		control_close(&port->session);
		port->serving = false;
	}
	if (!turn->open || port->serving)
		return ended;
	port->served = turn->openings;
	port->serving = true;
	control_open(&port->session);
	return true;
}

bool control_port_serve(struct control_port *port)
{
	struct turn turn;
	bool any;

	turn_take(port, &turn);
	any = session_follow(port, &turn);
	if (turn.size != 0)
		control_input(&port->session, turn.bytes, turn.size);
	return any || turn.size != 0;
}
