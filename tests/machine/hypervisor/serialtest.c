/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The image that tests the virtio console device, polled by the boot core.
 * Every control port sends back what it gets. The console slots:
 *   0  echoes what is typed
 *   1  writes LINES numbered lines for each `g` that is typed
 *   2  like 1, but a new guest gets the slot at each `n`
 */
#include <stddef.h>

#include "hypervisor/core/io/console.h"
#include "hypervisor/core/io/fifo.h"
#include "hypervisor/core/io/port_number.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/virtio_serial.h"
#include "lib/log.h"

/* 9 bytes each: 10 MB in all. */
#define LINES 1200000

#define ECHO_SIZE 4096

struct writer {
	struct console *console;
	uint64_t due; /* bytes that are still to be written */
	uint64_t at; /* bytes written in this round */
	bool ends; /* another guest is to get the console */
};

static struct console consoles[CONTROL_CONSOLES];
static struct writer writers[2];
static struct fifo echoes[CONTROL_PORTS];
static uint8_t echo_bytes[CONTROL_PORTS][ECHO_SIZE];

static size_t echo_input(const uint8_t *bytes, size_t size)
{
	size_t taken = 0;

	while (taken < size && console_write(&consoles[0], bytes[taken]))
		taken++;
	return taken;
}

static size_t serialtest_guest_input(void *ctx, unsigned slot,
				     const uint8_t *bytes, size_t size)
{
	struct writer *writer = &writers[slot % 2];

	(void)ctx;
	if (slot == 0)
		return echo_input(bytes, size);
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == 'g')
			writer->due += 9 * LINES;
		writer->ends = writer->ends || bytes[i] == 'n';
	}
	return size;
}

/*
 * Returns the byte at a place of the numbered lines, which have eight digits.
 */
static uint8_t line_byte(uint64_t at)
{
	unsigned column = (unsigned)(at % 9);

	if (column == 8)
		return '\n';
	return (uint8_t)"0123456789abcdef"[at / 9 >> (28 - 4 * column) & 0xf];
}

static void writer_work(struct writer *writer)
{
	while (writer->due != 0 &&
	       console_write(writer->console, line_byte(writer->at))) {
		writer->due--;
		writer->at++;
	}
	if (writer->due == 0)
		writer->at = 0;
	if (writer->ends)
		console_take(writer->console);
	writer->ends = false;
}

static struct console *port_console(unsigned port)
{
	return &consoles[port_slot(port)];
}

static struct fifo *port_echo(unsigned port)
{
	return &echoes[port_control(port)];
}

static void serialtest_port_opened(void *ctx, unsigned port, bool open)
{
	(void)ctx;
	log_line("port %u %s", port, open ? "opened" : "closed");
	if (port_is_control(port))
		fifo_clear(port_echo(port));
	else if (port_is_log(port))
		console_log(port_console(port), open);
	else
		console_terminal(port_console(port), open);
}

static size_t serialtest_port_input(void *ctx, unsigned port,
				    const uint8_t *bytes, size_t size)
{
	(void)ctx;
	if (port_is_control(port))
		return fifo_put(port_echo(port), bytes, size);
	if (port_is_log(port))
		return size;
	return console_input(port_console(port), bytes, size);
}

static size_t serialtest_port_output(void *ctx, unsigned port, uint8_t *bytes,
				     size_t size)
{
	(void)ctx;
	if (port_is_control(port))
		return fifo_get(port_echo(port), bytes, size);
	if (port_is_log(port))
		return console_log_output(port_console(port), bytes, size);
	return console_terminal_output(port_console(port), bytes, size);
}

static const struct serial_ops ops = {
	.notify = virtio_serial_notify,
	.opened = serialtest_port_opened,
	.input = serialtest_port_input,
	.output = serialtest_port_output,
};

static void serialtest_guest_drained(void *ctx, unsigned slot)
{
	(void)ctx;
	(void)slot;
}

static void consoles_start(void)
{
	for (unsigned i = 0; i < CONTROL_CONSOLES; i++) {
		console_init(
			&consoles[i],
			&(struct console_guest){ NULL, i, serialtest_guest_input,
						 serialtest_guest_drained });
	}
	for (unsigned i = 0; i < 2; i++)
		writers[i].console = &consoles[i == 0 ? 2 : 1];
}

void host_run(struct machine *machine, struct host *host)
{
	const char *why;

	(void)host;
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		fifo_init(&echoes[i], echo_bytes[i], ECHO_SIZE);
	consoles_start();
	why = virtio_serial_start(&ops, &machine->ops);
	log_line("serial test: %s", why == NULL ? "ready" : why);
	if (why != NULL)
		power_off();
	for (;;) {
		(void)virtio_serial_poll();
		(void)console_feed(&consoles[0]);
		writer_work(&writers[0]);
		writer_work(&writers[1]);
	}
}
