/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver of a virtio console device with several ports: control messages
 * and data (VIRTIO 1.2, 5.3). */
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
	/* An opening without a closing before it means that the closing was
	 * lost: the earlier client has gone. */
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
		/* Names and terminal sizes are ignored: the number of a port
		 * tells its use. */
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

/*
 * Takes the next control message that is due. Returns false if there is none.
 */
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

/* QEMU does not deliver data that a client sent before PORT_OPEN until the
 * port's receive queue is notified again. */
static void message_done(struct serial *serial)
{
	if (serial->opening != 0) {
		serial->ops->notify(serial->ops->ctx,
				    VIRTIO_CONSOLE_IN(serial->opening));
	}
	serial->opening = 0;
}

/* Sends one control message at a time. The device's answers to it then find a
 * receive queue with free buffers, so that none is lost. */
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

/*
 * Delivers buffered data first, then new data. Drops data whose sender has
 * disconnected. Returns false if there was nothing to deliver, or if none of it
 * was taken.
 */
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
 * Takes back the buffers that were sent. When a client disconnects, QEMU drops
 * the buffer that it has sent in part and never answers it; all others it has
 * answered before it reports the closing. Another answer can come late only if
 * the driver missed an opening for want of buffers. So the buffers of a closed
 * port are forgotten.
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

/* Closes all ports, so that no user waits for a port any more. */
static void serial_give_up(struct serial *serial)
{
	serial->failed = "the device broke the rules of a queue";
	for (unsigned i = 1; i < SERIAL_PORTS; i++)
		port_open(serial, i, false);
}

/*
 * The order matters. The driver first notes how much data has arrived, and then
 * reads the control messages. The device reports an opening before it delivers
 * data of that session, so the opening of any data that was noted is among the
 * messages. Data that arrives after the note waits for the next poll: otherwise
 * the data of a new session, whose opening came after the messages were read,
 * would be taken for data of the old one.
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
