/* SPDX-License-Identifier: BSD-3-Clause */
/* A console slot: one ring of output, which a terminal and a log read at their
 * own speed. */
#include "hypervisor/core/io/console.h"

#include <stdarg.h>
#include <string.h>

#include "lib/log.h"
#include "lib/number.h"

void console_init(struct console *console, const struct console_guest *guest)
{
	memset(console, 0, sizeof(*console));
	console->guest = *guest;
	console->log_left = CONSOLE_LOG_LIMIT;
	fifo_init(&console->typed, console->typed_bytes, CONSOLE_TYPED);
}

/* ---- The ring and its readers. The callers hold the lock. ---- */

static uint64_t reader_unread(const struct console *console,
			      const struct console_reader *reader)
{
	return console->written - reader->at;
}

/* Returns true if the reader has left less room than a guest may see. */
static bool reader_is_behind(const struct console *console,
			     const struct console_reader *reader)
{
	return reader->open && reader_unread(console, reader) > CONSOLE_KEPT;
}

static unsigned reader_room(const struct console *console,
			    const struct console_reader *reader)
{
	if (reader->stalled || !reader_is_behind(console, reader))
		return VUART_FIFO;
	return (unsigned)(CONSOLE_RING - reader_unread(console, reader));
}

static unsigned ring_room(const struct console *console)
{
	unsigned terminal = reader_room(console, &console->terminal);
	unsigned log = reader_room(console, &console->log);

	return terminal < log ? terminal : log;
}

/* Lets a reader begin at the oldest byte that is kept, but not before the
 * position after. */
static void reader_open(struct console *console, struct console_reader *reader,
			uint64_t after)
{
	*reader = (struct console_reader){ .open = true, .at = after };
	if (reader_unread(console, reader) > CONSOLE_KEPT)
		reader->at = console->written - CONSOLE_KEPT;
}

__attribute__((format(printf, 2, 3))) static void
reader_notify(struct console_reader *reader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	reader->notice_size = (unsigned)log_format(
		reader->notice, sizeof(reader->notice), format, arguments);
	va_end(arguments);
	reader->notice_at = 0;
}

/* Moves a reader past the bytes that were overwritten before it read them. */
static void reader_skip(struct console *console, struct console_reader *reader)
{
	uint64_t unread = reader_unread(console, reader);

	if (unread <= CONSOLE_RING)
		return;
	reader->at = console->written - CONSOLE_KEPT;
	reader_notify(reader,
		      "\r\n[reeve: %llu bytes of output are missing]\r\n",
		      (unsigned long long)(unread - CONSOLE_KEPT));
}

static size_t notice_read(struct console_reader *reader, uint8_t *bytes,
			  size_t size)
{
	size_t all = reader->notice_size - reader->notice_at;

	if (all > size)
		all = size;
	memcpy(bytes, reader->notice + reader->notice_at, all);
	reader->notice_at += (unsigned)all;
	return all;
}

/* Copies at most size bytes that the reader has not read, and advances it. */
static size_t ring_read(const struct console *console,
			struct console_reader *reader, uint8_t *bytes,
			uint64_t size)
{
	uint64_t start = reader->at % CONSOLE_RING;
	uint64_t all = reader_unread(console, reader);
	uint64_t straight = CONSOLE_RING - start;

	if (all > size)
		all = size;
	if (straight > all)
		straight = all;
	memcpy(bytes, console->ring + start, straight);
	memcpy(bytes + straight, console->ring, all - straight);
	reader->at += all;
	return all;
}

/* Reads the notice and then the ring, under one lock: what is read after the
 * notice follows the gap directly. */
static size_t reader_read(struct console *console, struct console_reader *reader,
			  uint8_t *bytes, size_t size)
{
	size_t given;

	if (reader->notice_at == reader->notice_size)
		reader_skip(console, reader);
	given = notice_read(reader, bytes, size);
	given += ring_read(console, reader, bytes + given, size - given);
	if (given != 0)
		reader->waited_for = false;
	if (!reader_is_behind(console, reader))
		reader->stalled = false;
	return given;
}

/* ---- The guest's side ---- */

/* Acquires the lock. Returns the room, for console_unlock(). */
static unsigned console_lock(struct console *console)
{
	spinlock_acquire(&console->lock);
	return ring_room(console);
}

/* Releases the lock, and tells the guest if there is enough room again. */
static void console_unlock(struct console *console, unsigned before)
{
	unsigned room = ring_room(console);

	spinlock_release(&console->lock);
	if (before < VUART_FIFO / 2 && room >= VUART_FIFO / 2)
		console->guest.drained(console->guest.ctx, console->guest.slot);
}

void console_take(struct console *console)
{
	unsigned room = console_lock(console);

	console->terminal.open = false;
	console->start = console->written;
	if (console->log_connected && !console->log.open)
		reader_open(console, &console->log, console->start);
	console->log_left = CONSOLE_LOG_LIMIT;
	console_unlock(console, room);
	spinlock_acquire(&console->typed_lock);
	fifo_clear(&console->typed);
	spinlock_release(&console->typed_lock);
}

bool console_write(struct console *console, uint8_t byte)
{
	bool taken;

	spinlock_acquire(&console->lock);
	taken = ring_room(console) != 0;
	if (taken)
		console->ring[console->written++ % CONSOLE_RING] = byte;
	spinlock_release(&console->lock);
	return taken;
}

unsigned console_room(struct console *console)
{
	unsigned room;

	spinlock_acquire(&console->lock);
	room = ring_room(console);
	spinlock_release(&console->lock);
	return room;
}

/* ---- Opening, closing, stalling ---- */

void console_terminal(struct console *console, bool open)
{
	unsigned room = console_lock(console);

	reader_open(console, &console->terminal, console->start);
	console->terminal.open = open;
	console_unlock(console, room);
}

/* A log that opens late still gets the earlier output, as far as the ring has
 * it. */
void console_log(struct console *console, bool open)
{
	unsigned room = console_lock(console);

	reader_open(console, &console->log, console->log.at);
	console->log.open = open && console->log_left != 0;
	console->log_connected = open;
	console_unlock(console, room);
}

/* Returns when the reader has to be looked at again, or UINT64_MAX. Sets *tell
 * if that it stalled is to be told. */
static uint64_t reader_check(const struct console *console,
			     struct console_reader *reader, uint64_t now_ns,
			     bool *tell)
{
	if (reader->stalled || !reader_is_behind(console, reader)) {
		reader->waited_for = false;
		return UINT64_MAX;
	}
	if (!reader->waited_for)
		reader->since_ns = now_ns;
	reader->waited_for = true;
	if (now_ns - reader->since_ns < CONSOLE_PATIENCE_NS)
		return reader->since_ns + CONSOLE_PATIENCE_NS;
	reader->stalled = true;
	*tell = !reader->told;
	reader->told = true;
	return UINT64_MAX;
}

static void stall_tell(const struct console *console, const char *reader)
{
	log_line("console %u: its %s takes no more output: the oldest output is dropped",
		 console->guest.slot, reader);
}

uint64_t console_check(struct console *console, uint64_t now_ns)
{
	bool tell_terminal = false, tell_log = false;
	unsigned room = console_lock(console);
	uint64_t terminal = reader_check(console, &console->terminal, now_ns,
					 &tell_terminal);
	uint64_t log = reader_check(console, &console->log, now_ns, &tell_log);

	console_unlock(console, room);
	if (tell_terminal)
		stall_tell(console, "terminal");
	if (tell_log)
		stall_tell(console, "log");
	return smaller(terminal, log);
}

/* ---- Input ---- */

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
	attached = console->terminal.open;
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

/* ---- Output ---- */

size_t console_terminal_output(struct console *console, uint8_t *bytes,
			       size_t size)
{
	unsigned room = console_lock(console);
	size_t given = 0;

	if (console->terminal.open) {
		given = reader_read(console, &console->terminal, bytes, size);
	}
	console_unlock(console, room);
	return given;
}

/* Ends the log of the present guest at its limit. */
static void log_end(struct console *console)
{
	console->log.open = false;
	reader_notify(
		&console->log,
		"\r\n[reeve: the log of this guest ends at its limit of %llu MiB]\r\n",
		(unsigned long long)CONSOLE_LOG_LIMIT >> 20);
}

size_t console_log_output(struct console *console, uint8_t *bytes, size_t size)
{
	unsigned room = console_lock(console);
	bool ended = false;
	size_t given;

	if (console->log.open) {
		given = reader_read(console, &console->log, bytes,
				    smaller(size, console->log_left));
		console->log_left -= given;
		ended = console->log_left == 0;
		if (ended)
			log_end(console);
	} else {
		given = notice_read(&console->log, bytes, size);
	}
	console_unlock(console, room);
	if (ended) {
		log_line("console %u: the log of its guest ends: it is full",
			 console->guest.slot);
	}
	return given;
}
