/* SPDX-License-Identifier: BSD-3-Clause */
/* Control ports and consoles on the virtio console device. One thread moves all
 * bytes. Each control port has a thread that answers its requests. */
#include "hypervisor/port/a64/channel.h"

#include <stddef.h>

#include "hypervisor/core/control/control_port.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/io/console.h"
#include "hypervisor/core/io/port_number.h"
#include "hypervisor/port/a64/pci.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/virtio_serial.h"
#include "lib/number.h"

#define WEIGHT 1024 /* of these threads, which run rarely and briefly */

/* How long a guest's output may wait for more output. A single byte costs QEMU,
 * with two queues and two threads, as much as a whole line. */
#define BATCH_NS UINT64_C(2000000)

static struct console consoles[CONTROL_CONSOLES];
static struct control_port controls[CONTROL_PORTS];
static struct thread *control_threads[CONTROL_PORTS];
static struct thread *mover;
static uint32_t started; /* the domains are initialized */
static uint32_t mover_due; /* the mover was woken, and has not looked yet */
static uint32_t output_due; /* a guest's output waits for its batch */

/* Wakes the mover. Called by any thread; only the first call before the mover
 * looks costs anything. */
static void mover_wake(void)
{
	if (mover != NULL &&
	    __atomic_exchange_n(&mover_due, 1, __ATOMIC_ACQ_REL) == 0)
		thread_wake(mover);
}

/* Wakes the mover for output, which may wait for BATCH_NS. */
static void mover_wake_soon(void)
{
	if (__atomic_exchange_n(&output_due, 1, __ATOMIC_ACQ_REL) == 0)
		thread_wake(mover);
}

/* ---- The driver's calls ---- */

static struct console *port_console(unsigned port)
{
	return &consoles[port_slot(port)];
}

static void channel_port_opened(void *ctx, unsigned port, bool open)
{
	(void)ctx;
	if (port_is_control(port)) {
		control_port_opened(&controls[port_control(port)], open);
		thread_wake(control_threads[port_control(port)]);
	} else if (port_is_log(port)) {
		console_log(port_console(port), open);
	} else {
		console_terminal(port_console(port), open);
	}
}

static size_t channel_port_input(void *ctx, unsigned port, const uint8_t *bytes,
				 size_t size)
{
	size_t taken;

	(void)ctx;
	if (!port_is_control(port)) {
		if (port_is_log(port))
			return size;
		return console_input(port_console(port), bytes, size);
	}
	taken = control_port_input(&controls[port_control(port)], bytes, size);
	if (taken != 0)
		thread_wake(control_threads[port_control(port)]);
	return taken;
}

static size_t channel_port_output(void *ctx, unsigned port, uint8_t *bytes,
				  size_t size)
{
	size_t given;

	(void)ctx;
	if (!port_is_control(port)) {
		if (port_is_log(port))
			return console_log_output(port_console(port), bytes,
						  size);
		return console_terminal_output(port_console(port), bytes, size);
	}
	given = control_port_output(&controls[port_control(port)], bytes, size);
	if (given != 0) { /* there is room for a reply again */
		thread_wake(control_threads[port_control(port)]);
	}
	return given;
}

static const struct serial_ops ops = {
	.notify = virtio_serial_notify,
	.opened = channel_port_opened,
	.input = channel_port_input,
	.output = channel_port_output,
};

/* ---- Consoles ---- */

static size_t console_guest_input(void *ctx, unsigned slot,
				  const uint8_t *bytes, size_t size)
{
	return domain_console_input(ctx, slot, bytes, size);
}

static void console_guest_drained(void *ctx, unsigned slot)
{
	domain_console_drained(ctx, slot);
}

void channel_console_take(void *ctx, unsigned slot)
{
	(void)ctx;
	console_take(&consoles[slot]);
}

void channel_console_put(void *ctx, unsigned slot, uint8_t byte)
{
	(void)ctx;
	/* A byte for which there is no room is lost, as in any UART. */
	(void)console_write(&consoles[slot], byte);
	mover_wake_soon();
}

unsigned channel_console_room(void *ctx, unsigned slot)
{
	(void)ctx;
	return console_room(&consoles[slot]);
}

void channel_console_ready(void *ctx, unsigned slot)
{
	(void)ctx;
	if (console_feed(&consoles[slot]))
		mover_wake();
}

/* ---- Threads ---- */

/* Returns when the consoles have to be looked at again, as console_check(). */
static uint64_t consoles_check(void)
{
	uint64_t deadline = UINT64_MAX;
	uint64_t now = time_ns();

	for (unsigned i = 0; i < CONTROL_CONSOLES; i++)
		deadline = smaller(deadline, console_check(&consoles[i], now));
	return deadline;
}

/* Waits until there is something to move, or a guest has waited long enough for
 * a reader of its output. If it is only output, waits for the rest of its
 * batch. */
static void mover_wait(void)
{
	uint64_t deadline = consoles_check();
	uint64_t limit;

	while (!__atomic_load_n(&mover_due, __ATOMIC_SEQ_CST) &&
	       !__atomic_load_n(&output_due, __ATOMIC_SEQ_CST) &&
	       time_ns() < deadline)
		thread_block_until(deadline);
	limit = time_ns() + BATCH_NS;
	while (!__atomic_load_n(&mover_due, __ATOMIC_SEQ_CST) &&
	       time_ns() < limit)
		thread_block_until(limit);
}

static void mover_run(void *ctx)
{
	(void)ctx;
	while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		thread_block();
	for (;;) {
		__atomic_store_n(&mover_due, 0, __ATOMIC_SEQ_CST);
		__atomic_store_n(&output_due, 0, __ATOMIC_SEQ_CST);
		if (virtio_serial_poll())
			thread_yield_if_due();
		else
			mover_wait();
	}
}

static void control_run(void *ctx)
{
	struct control_port *port = ctx;

	for (;;) {
		while (control_port_serve(port))
			thread_yield_if_due();
		mover_wake(); /* there are replies, or room for requests */
		thread_block();
	}
}

static bool channel_threads_create(void)
{
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		control_threads[i] = thread_create(&(struct thread_plan){
			.fn = control_run,
			.ctx = &controls[i],
			.name = "control",
			.weight = WEIGHT,
		});
		if (control_threads[i] == NULL)
			return false;
	}
	mover = thread_create(&(struct thread_plan){
		.fn = mover_run, .name = "ports", .weight = WEIGHT });
	return mover != NULL;
}

const char *channel_open(struct domains *domains, const struct host_ops *host)
{
	const char *why;

	for (unsigned i = 0; i < CONTROL_CONSOLES; i++) {
		console_init(&consoles[i],
			     &(struct console_guest){ domains, i,
						      console_guest_input,
						      console_guest_drained });
	}
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		control_port_init(&controls[i], domains);
	why = virtio_serial_start(&ops, host);
	if (why == NULL && !channel_threads_create())
		why = "there is no memory for its threads";
	return why;
}

void channel_start(void)
{
	virtio_serial_interrupt(mover_wake);
	pci_interrupts_enable();
	__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	/* The mover may have been woken before, and have gone back to sleep
	 * because the start was not done. */
	if (mover != NULL)
		thread_wake(mover);
}
