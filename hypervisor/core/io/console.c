/* SPDX-License-Identifier: BSD-3-Clause */
/* A console slot: one ring of output, which a terminal and a log read at their
 * own speed. */
#include "hypervisor/core/io/console.h"

#include <string.h>

void console_init(struct console *console, const struct console_guest *guest)
{
	memset(console, 0, sizeof(*console));
	console->guest = *guest;
	console->log_left = CONSOLE_LOG_LIMIT;
	fifo_init(&console->typed, console->typed_bytes, CONSOLE_TYPED);
}

void console_take(struct console *console)
{
	spinlock_acquire(&console->lock);
	console->attached = false;
	console->start = console->written;
	console->shown = console->written;
	spinlock_release(&console->lock);
	spinlock_acquire(&console->typed_lock);
	fifo_clear(&console->typed);
	spinlock_release(&console->typed_lock);
}

/* Returns the position of the oldest byte that is still in the ring, but not
 * before the position after. */
static uint64_t ring_oldest(const struct console *console, uint64_t after)
{
	uint64_t written = console->written;

	return written - after > CONSOLE_RING ? written - CONSOLE_RING : after;
}

/* Returns true if one more byte would overwrite a byte that a reader has not
 * read. */
static bool ring_is_full(const struct console *console)
{
	uint64_t written = console->written;

	return (console->attached && written - console->shown == CONSOLE_RING) ||
	       (console->logging && written - console->logged == CONSOLE_RING);
}

bool console_write(struct console *console, uint8_t byte)
{
	bool taken;

	spinlock_acquire(&console->lock);
	taken = !ring_is_full(console);
	if (taken)
		console->ring[console->written++ % CONSOLE_RING] = byte;
	spinlock_release(&console->lock);
	return taken;
}

void console_terminal(struct console *console, bool open)
{
	spinlock_acquire(&console->lock);
	console->attached = open;
	console->shown = ring_oldest(console, console->start);
	spinlock_release(&console->lock);
}

/* A log that opens late still gets the earlier output, as far as the ring has
 * it. */
void console_log(struct console *console, bool open)
{
	spinlock_acquire(&console->lock);
	console->logging = open && console->log_left != 0;
	console->logged = ring_oldest(console, console->logged);
	spinlock_release(&console->lock);
}

/* Hands waiting input to the guest until it takes no more. The caller holds
 * typed_lock. */
static void typed_deliver(struct console *console)
{
	const struct console_guest *guest = &console->guest;
	const uint8_t *bytes;
	size_t size, taken;

	for (;;) {
		bytes = fifo_look(&console->typed, &size);
		if (size == 0)
			return;
		taken = guest->input(guest->ctx, guest->slot, bytes, size);
		if (taken == 0)
			return;
		fifo_drop(&console->typed, taken);
	}
}

bool console_feed(struct console *console)
{
	bool wanted;

	spinlock_acquire(&console->typed_lock);
	typed_deliver(console);
	wanted = console->refused &&
		 fifo_room(&console->typed) >= CONSOLE_TYPED / 2;
	if (wanted)
		console->refused = false;
	spinlock_release(&console->typed_lock);
	return wanted;
}

/* Input from a terminal that was opened for an earlier guest is dropped. */
size_t console_input(struct console *console, const uint8_t *bytes, size_t size)
{
	size_t taken;
	bool attached;

	spinlock_acquire(&console->lock);
	attached = console->attached;
	spinlock_release(&console->lock);
	if (!attached)
		return size;
	spinlock_acquire(&console->typed_lock);
	taken = fifo_put(&console->typed, bytes, size);
	console->refused = taken < size;
	typed_deliver(console);
	spinlock_release(&console->typed_lock);
	return taken;
}

/* Copies at most size bytes that the reader at *at has not read, and advances
 * *at. */
static size_t ring_read(const struct console *console, uint64_t *at,
			uint8_t *bytes, uint64_t size)
{
	uint64_t start = *at % CONSOLE_RING;
	uint64_t all = console->written - *at;
	uint64_t straight = CONSOLE_RING - start;

	if (all > size)
		all = size;
	if (straight > all)
		straight = all;
	memcpy(bytes, console->ring + start, straight);
	memcpy(bytes + straight, console->ring, all - straight);
	*at += all;
	return all;
}

size_t console_terminal_output(struct console *console, uint8_t *bytes,
			       size_t size)
{
	size_t given = 0;

	spinlock_acquire(&console->lock);
	if (console->attached)
		given = ring_read(console, &console->shown, bytes, size);
	spinlock_release(&console->lock);
	return given;
}

size_t console_log_output(struct console *console, uint8_t *bytes, size_t size)
{
	size_t given = 0;

	spinlock_acquire(&console->lock);
	if (console->logging) {
		if (size > console->log_left)
			size = console->log_left;
		given = ring_read(console, &console->logged, bytes, size);
		console->log_left -= given;
		console->logging = console->log_left != 0;
	}
	spinlock_release(&console->lock);
	return given;
}
