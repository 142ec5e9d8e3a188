/* SPDX-License-Identifier: BSD-3-Clause */
/* A virtio console device with several ports: control messages and data. */
#include "hypervisor/core/io/serial.h"

#include <assert.h>
#include <string.h>

/* Lays out two queues in *memory, which the device sees at at. */
static void queues_init(struct virtqueue *in, struct virtqueue *out,
			struct serial_memory *memory, pa_t at, unsigned size)
{
	virtqueue_init(in, &memory->in,
		       pa_add(at, offsetof(struct serial_memory, in)), size,
		       true);
	virtqueue_init(out, &memory->out,
		       pa_add(at, offsetof(struct serial_memory, out)), size,
		       false);
}

void serial_init(struct serial *serial, const struct serial_ops *ops,
		 struct serial_memory *memory, pa_t base, unsigned ports)
{
	*serial = (struct serial){ .ops = ops, .ready_due = true };
	queues_init(&serial->control_in, &serial->control_out, &memory[0], base,
		    SERIAL_CONTROL_QUEUE);
	for (unsigned i = 1; i < SERIAL_PORTS; i++) {
		struct serial_port *port = &serial->ports[i];

		queues_init(&port->in, &port->out, &memory[i],
			    pa_add(base, i * sizeof(*memory)),
			    SERIAL_PORT_QUEUE);
		port->usable = i < ports;
	}
}

bool serial_event_read(const uint8_t *bytes, size_t size,
		       struct serial_event *event)
{
	struct virtio_console_control message;

	if (size < sizeof(message))
		return false;
	memcpy(&message, bytes, sizeof(message));
	if (message.id >= SERIAL_PORTS)
		return false;
	*event = (struct serial_event){
		.port = message.id,
		.event = message.event,
		.value = message.value,
	};
	return true;
}

static void port_add(struct serial_port *port)
{
	if (port->present)
		return;
	port->present = true;
	port->ready_due = true;
	port->open_due = true;
}

static void port_open(struct serial *serial, unsigned number, bool open)
{
	struct serial_port *port = &serial->ports[number];

	if (!port->present)
		return;
	/* A port that is opened anew without a close was closed. */
	if (port->open)
		serial->ops->opened(serial->ops->ctx, number, false);
	if (open)
		serial->ops->opened(serial->ops->ctx, number, true);
	port->open = open;
}

static void event_handle(struct serial *serial, const struct serial_event *event)
{
	struct serial_port *port = &serial->ports[event->port];

	if (!port->usable)
		return;
	switch (event->event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
		port_add(port);
		return;
	case VIRTIO_CONSOLE_DEVICE_REMOVE:
		port_open(serial, event->port, false);
		port->present = false;
		port->ready_due = false;
		port->open_due = false;
		return;
	case VIRTIO_CONSOLE_PORT_OPEN:
		port_open(serial, event->port, event->value != 0);
		return;
	default:
		/* Names, sizes of a terminal: what a port is, its number says. */
		return;
	}
}

static void queue_fill(struct serial *serial, struct virtqueue *queue,
		       unsigned number)
{
	bool posted = false;
	unsigned id;

	while (virtqueue_free(queue, &id)) {
		virtqueue_post(queue, id, virtqueue_buffer_size(queue));
		posted = true;
	}
	if (posted)
		serial->ops->notify(serial->ops->ctx, number);
}

static bool messages_receive(struct serial *serial)
{
	struct virtqueue *queue = &serial->control_in;
	struct virtqueue_done done;
	struct serial_event event;
	bool any = false;

	virtqueue_look(queue);
	while (virtqueue_take(queue, &done)) {
		any = true;
		if (serial_event_read(virtqueue_buffer(queue, done.id),
				      done.size, &event))
			event_handle(serial, &event);
	}
	if (!queue->broken)
		queue_fill(serial, queue, VIRTIO_CONSOLE_CONTROL_IN);
	return any;
}

/* The next thing to tell the device. */
static bool message_next(struct serial *serial,
			 struct virtio_console_control *message)
{
	*message = (struct virtio_console_control){ .value = 1 };
	if (serial->ready_due) {
		serial->ready_due = false;
		message->event = VIRTIO_CONSOLE_DEVICE_READY;
		return true;
	}
	for (unsigned i = 1; i < SERIAL_PORTS; i++) {
		struct serial_port *port = &serial->ports[i];

		message->id = i;
		if (port->ready_due) {
			port->ready_due = false;
			message->event = VIRTIO_CONSOLE_PORT_READY;
			return true;
		}
		if (port->open_due) {
			port->open_due = false;
			message->event = VIRTIO_CONSOLE_PORT_OPEN;
			serial->opening = i;
			return true;
		}
	}
	return false;
}

/*
 * QEMU does not look for what was sent to a port before the guest opened it
 * until it hears of the port's queue again.
 */
static void message_done(struct serial *serial)
{
	if (serial->opening != 0) {
		serial->ops->notify(serial->ops->ctx,
				    VIRTIO_CONSOLE_IN(serial->opening));
	}
	serial->opening = 0;
}

/* One at a time: its answers find the queue empty, so that none is lost. */
static bool message_send(struct serial *serial)
{
	struct virtqueue *queue = &serial->control_out;
	struct virtio_console_control message;
	struct virtqueue_done done;

	virtqueue_look(queue);
	while (virtqueue_take(queue, &done))
		message_done(serial);
	if (queue->broken || queue->posted != 0 ||
	    !message_next(serial, &message))
		return false;
	memcpy(virtqueue_buffer(queue, 0), &message, sizeof(message));
	virtqueue_post(queue, 0, sizeof(message));
	serial->ops->notify(serial->ops->ctx, VIRTIO_CONSOLE_CONTROL_OUT);
	return true;
}

/* What is held, if nothing then the next answer, goes to the port's user; what
 * was sent by who has gone, nowhere. */
static bool port_deliver(struct serial *serial, unsigned number)
{
	struct serial_port *port = &serial->ports[number];
	const struct serial_ops *ops = serial->ops;
	const uint8_t *bytes;
	size_t size, taken;

	if (!port->held) {
		if (!virtqueue_take(&port->in, &port->holds))
			return false;
		port->held = true;
		port->held_at = 0;
	}
	bytes = virtqueue_buffer(&port->in, port->holds.id) + port->held_at;
	size = port->holds.size - port->held_at;
	taken = size;
	if (port->open && size != 0)
		taken = ops->input(ops->ctx, number, bytes, size);
	assert(taken <= size);
	port->held_at += (uint32_t)taken;
	port->held = port->held_at < port->holds.size;
	return taken != 0 || !port->held;
}

static bool port_receive(struct serial *serial, unsigned number)
{
	struct serial_port *port = &serial->ports[number];
	struct virtqueue *queue = &port->in;
	bool any = false, posted = false;

	while (port_deliver(serial, number)) {
		any = true;
		if (port->held)
			break;
	}
	if (queue->broken)
		return any;
	for (unsigned id = 0; id < queue->size; id++) {
		if ((queue->posted & 1u << id) != 0 ||
		    (port->held && id == port->holds.id))
			continue;
		virtqueue_post(queue, id, virtqueue_buffer_size(queue));
		posted = true;
	}
	if (posted)
		serial->ops->notify(serial->ops->ctx, VIRTIO_CONSOLE_IN(number));
	return any;
}

/*
 * Takes back what was sent. When its reader goes QEMU drops the buffer that it
 * has sent in part, and never answers it; before it tells of the closing it is
 * through with all others. An answer is due then only if the driver was not
 * told of an opening, for want of buffers.
 */
static void port_sent(struct serial_port *port)
{
	struct virtqueue_done done;

	virtqueue_look(&port->out);
	while (virtqueue_take(&port->out, &done))
		;
	if (!port->open)
		virtqueue_forget(&port->out);
}

static bool port_send(struct serial *serial, unsigned number)
{
	struct serial_port *port = &serial->ports[number];
	const struct serial_ops *ops = serial->ops;
	struct virtqueue *queue = &port->out;
	bool any = false;
	unsigned id;

	port_sent(port);
	while (port->open && !queue->broken && virtqueue_free(queue, &id)) {
		size_t size = ops->output(ops->ctx, number,
					  virtqueue_buffer(queue, id),
					  virtqueue_buffer_size(queue));

		if (size == 0)
			break;
		virtqueue_post(queue, id, (uint32_t)size);
		any = true;
	}
	if (any)
		ops->notify(ops->ctx, VIRTIO_CONSOLE_OUT(number));
	return any;
}

static bool serial_is_broken(const struct serial *serial)
{
	bool broken = serial->control_in.broken || serial->control_out.broken;

	for (unsigned i = 1; i < SERIAL_PORTS; i++) {
		broken = broken || serial->ports[i].in.broken ||
			 serial->ports[i].out.broken;
	}
	return broken;
}

/* Nobody is to wait for a port any more. */
static void serial_give_up(struct serial *serial)
{
	serial->failed = "the device broke the rules of a queue";
	for (unsigned i = 1; i < SERIAL_PORTS; i++)
		port_open(serial, i, false);
}

/*
 * How far the data has come is looked at before the control messages: so an
 * opening is never missed that came before the data, and none of the data is
 * taken for a session that is over when its successor's opening is not seen.
 */
bool serial_poll(struct serial *serial)
{
	bool any;

	if (serial->failed != NULL)
		return false;
	for (unsigned i = 1; i < SERIAL_PORTS; i++) {
		if (serial->ports[i].present)
			virtqueue_look(&serial->ports[i].in);
	}
	any = messages_receive(serial);
	any = message_send(serial) || any;
	for (unsigned i = 1; i < SERIAL_PORTS; i++) {
		if (!serial->ports[i].present)
			continue;
		any = port_receive(serial, i) || any;
		any = port_send(serial, i) || any;
	}
	if (serial_is_broken(serial))
		serial_give_up(serial);
	return any;
}
