/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A console slot connects one guest's UART with a terminal and a log, each of
 * which is a port of the virtio console device. The guest's output goes to both
 * while they are open; input from the terminal goes to the guest. No byte is
 * lost or doubled in either direction: a slow reader makes the writer wait. The
 * most recent output is kept for a terminal that opens later.
 *
 * Lock order: typed_lock is held while the guest's input function runs and
 * takes its own locks. lock is a leaf: nothing is acquired while it is held.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_CONSOLE_H
#define REEVE_HYPERVISOR_CORE_IO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/core/io/fifo.h"
#include "lib/spinlock.h"

/* The size of the ring: bytes of output that are kept for a late terminal, and
 * that may wait for the terminal and the log. */
#define CONSOLE_RING UINT64_C(65536)

/* Bytes of input that may wait for the guest. */
#define CONSOLE_TYPED 4096

/*
 * The most bytes that one slot ever sends to its log, for all its guests
 * together, so that a guest cannot fill the disk of the machine that runs the
 * host.
 */
#define CONSOLE_LOG_LIMIT (UINT64_C(64) << 20)

/* How input reaches the guest that has the slot at present. */
struct console_guest {
	void *ctx;
	unsigned slot; /* number of the slot */
	/* Hands input to the guest. Returns how many bytes the guest took, or
	 * size if there is no guest. */
	size_t (*input)(void *ctx, unsigned slot, const uint8_t *bytes,
			size_t size);
};

struct console {
	struct console_guest guest;
	struct spinlock typed_lock; /* guards typed and refused */
	struct fifo typed;
	bool refused; /* a call had to leave input with its sender */
	struct spinlock lock; /* guards the fields below, up to ring */
	bool attached; /* a terminal of this guest is open */
	bool logging; /* the log is open, and below its limit */
	uint64_t written; /* bytes of output since the start of the host */
	uint64_t start; /* position of the present guest's first byte */
	uint64_t shown; /* position up to which the terminal has read */
	uint64_t logged; /* position up to which the log has read */
	uint64_t log_left; /* bytes that the log may still get */
	uint8_t ring[CONSOLE_RING];
	uint8_t typed_bytes[CONSOLE_TYPED];
};

void console_init(struct console *console, const struct console_guest *guest);

/*
 * Gives the slot to a new guest. The terminal no longer gets output of the
 * guest before; the log still does. A terminal that is still open from that
 * guest is cut off: it neither sees nor reaches the new one.
 */
void console_take(struct console *console);

/* Writes one byte of output. Returns false if the byte was not taken because
 * the terminal or the log has not caught up: the caller tries again later. */
bool console_write(struct console *console, uint8_t byte);

/*
 * Tells the slot that the guest can take input again, and hands it what waits.
 * Returns true if console_input() had to refuse bytes and there is room for
 * them now. Called with no lock held.
 */
bool console_feed(struct console *console);

/* ---- Called by the thread that drives the ports ---- */

/* Opens or closes the terminal. A terminal that opens first gets the output
 * that was kept. console_log() does the same for the log. */
void console_terminal(struct console *console, bool open);
void console_log(struct console *console, bool open);

/* Takes input from the terminal. Returns how many bytes were taken. */
size_t console_input(struct console *console, const uint8_t *bytes, size_t size);

/* Fetches at most size bytes of output for the terminal or for the log. Returns
 * how many. */
size_t console_terminal_output(struct console *console, uint8_t *bytes,
			       size_t size);
size_t console_log_output(struct console *console, uint8_t *bytes, size_t size);

#endif
