/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for a virtio console device that does anything with the queues
 * that it shares with the hypervisor, between two polls of the driver. The
 * input is a program of one-byte steps. Data that the driver hands on must lie
 * within the buffers, must come in a valid order, and must never go to a closed
 * port.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hypervisor/core/io/console.h"
#include "hypervisor/core/io/port_number.h"
#include "hypervisor/core/io/serial.h"
#include "tests/fuzz/fuzz.h"

#define PORTS (SERIAL_PORTS - 2) /* for which the device has queues */

struct device {
	struct serial serial;
	struct serial_memory memory[SERIAL_PORTS];
	struct console consoles[CONTROL_CONSOLES];
	bool open[SERIAL_PORTS];
	uint16_t seen[SERIAL_PORTS][2]; /* position in avail: in, out */
};

static struct device device;
static struct console_guest guest;

static void device_notified(void *ctx, unsigned queue)
{
	(void)ctx;
	require(queue >= 2 && queue < 2 * PORTS + 2);
}

static void port_opened(void *ctx, unsigned port, bool open)
{
	(void)ctx;
	require(port > 0 && port < PORTS && device.open[port] != open);
	device.open[port] = open;
	if (port_is_control(port))
		return;
	if (port_is_log(port))
		console_log(&device.consoles[port_slot(port)], open);
	else
		console_terminal(&device.consoles[port_slot(port)], open);
}

/* Echoes, and takes an odd number of bytes at a time. */
static size_t guest_input(void *ctx, unsigned slot, const uint8_t *bytes,
			  size_t size)
{
	size_t taken = 0;

	(void)ctx;
	for (; taken < size && taken < 77; taken++) {
		if (!console_write(&device.consoles[slot], bytes[taken]))
			break;
	}
	return taken;
}

/* Only the check of a console and its readers make room. */
static void guest_drained(void *ctx, unsigned slot)
{
	(void)ctx;
	require(console_room(&device.consoles[slot]) >= VUART_FIFO / 2);
}

/* Lets time pass, after which readers that take nothing have stalled. */
static void check_step(struct input *input)
{
	static uint64_t now;
	unsigned slot = byte_take(input) % CONTROL_CONSOLES;

	now += CONSOLE_PATIENCE_NS / 2;
	require(console_check(&device.consoles[slot], now) > now);
	require(console_room(&device.consoles[slot]) <= VUART_FIFO);
}

static size_t port_input(void *ctx, unsigned port, const uint8_t *bytes,
			 size_t size)
{
	(void)ctx;
	require(port > 0 && port < PORTS && device.open[port] && size > 0);
	require(bytes >= device.memory[port].in.buffers &&
		bytes + size <=
			device.memory[port].in.buffers + VIRTQUEUE_BUFFERS);
	if (port_is_control(port))
		return size;
	return console_input(&device.consoles[port_slot(port)], bytes, size);
}

static size_t port_output(void *ctx, unsigned port, uint8_t *bytes, size_t size)
{
	(void)ctx;
	require(port > 0 && port < PORTS && device.open[port]);
	require(bytes >= device.memory[port].out.buffers &&
		bytes + size <=
			device.memory[port].out.buffers + VIRTQUEUE_BUFFERS);
	if (port_is_control(port))
		return 0;
	return console_terminal_output(&device.consoles[port_slot(port)], bytes,
				       size);
}

static const struct serial_ops ops = {
	.notify = device_notified,
	.opened = port_opened,
	.input = port_input,
	.output = port_output,
};

static void device_start(void)
{
	memset(&device, 0, sizeof(device));
	guest.input = guest_input;
	guest.drained = guest_drained;
	for (unsigned i = 0; i < CONTROL_CONSOLES; i++) {
		guest.slot = i;
		console_init(&device.consoles[i], &guest);
		console_take(&device.consoles[i]);
	}
	serial_init(&device.serial, &ops, device.memory, pa_make(0), PORTS);
}

static struct virtqueue_memory *queue_take(struct input *input, unsigned *port,
					   bool *out)
{
	uint8_t choice = byte_take(input);

	*port = choice / 2 % 8 % SERIAL_PORTS;
	*out = (choice & 1) != 0;
	return *out ? &device.memory[*port].out : &device.memory[*port].in;
}

/* Answers the next buffer that was offered, as a device should; or, if it lies,
 * any buffer. */
static void answer_step(struct input *input, bool lies)
{
	unsigned port;
	bool out;
	struct virtqueue_memory *memory = queue_take(input, &port, &out);
	unsigned size = port == 0 ? SERIAL_CONTROL_QUEUE : SERIAL_PORT_QUEUE;
	uint16_t *seen = &device.seen[port][out];
	struct virtq_used_elem elem;

	if (!lies && *seen == memory->avail.idx)
		return;
	elem.id = lies ? byte_take(input) : memory->avail.ring[*seen % size];
	elem.len = byte_take(input);
	if (lies && (elem.len & 1) != 0)
		elem.len = 0U - elem.len;
	if (!lies && !out) {
		for (unsigned i = 0; i < elem.len && i < 12; i++) {
			memory->buffers[elem.id * (VIRTQUEUE_BUFFERS / size) + i] =
				byte_take(input);
		}
	}
	memory->used.ring[memory->used.idx % size] = elem;
	memory->used.idx++;
	*seen = (uint16_t)(*seen + 1);
}

/* Sends a well-formed message, which gets furthest into the driver. */
static void message_step(struct input *input)
{
	struct virtqueue_memory *memory = &device.memory[0].in;
	struct virtio_console_control control = {
		.id = byte_take(input) % (SERIAL_PORTS + 1),
		.event = byte_take(input) % 9,
		.value = byte_take(input) % 2,
	};
	uint16_t *seen = &device.seen[0][0];
	unsigned id;

	if (*seen == memory->avail.idx)
		return;
	id = memory->avail.ring[(*seen)++ % SERIAL_CONTROL_QUEUE];
	memcpy(memory->buffers + id * (VIRTQUEUE_BUFFERS / SERIAL_CONTROL_QUEUE),
	       &control, sizeof(control));
	memory->used.ring[memory->used.idx++ % SERIAL_CONTROL_QUEUE] =
		(struct virtq_used_elem){ id, sizeof(control) };
}

/* Writes a byte anywhere in the memory that the device shares. */
static void scribble_step(struct input *input)
{
	unsigned port;
	bool out;
	uint8_t *bytes = (uint8_t *)queue_take(input, &port, &out);
	size_t at = byte_take(input) * 7U + byte_take(input) * 16U;

	bytes[at % sizeof(struct virtqueue_memory)] = byte_take(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input steps = { data, data + size };

	device_start();
	while (steps.next < steps.end) {
		uint8_t step = byte_take(&steps);

		if (step < 0x60)
			message_step(&steps);
		else if (step < 0xb0)
			answer_step(&steps, false);
		else if (step < 0xc0)
			answer_step(&steps, true);
		else if (step < 0xd0)
			scribble_step(&steps);
		else if (step < 0xe0)
			check_step(&steps);
		else
			(void)serial_poll(&device.serial);
	}
	for (unsigned i = 0; i < 8; i++)
		(void)serial_poll(&device.serial);
	if (device.serial.failed != NULL) {
		for (unsigned i = 0; i < SERIAL_PORTS; i++)
			require(!device.open[i]);
	}
	return 0;
}
