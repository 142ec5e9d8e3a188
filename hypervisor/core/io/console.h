/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A console slot: what a guest writes goes to a terminal on the host side, if
 * there is one, and to a log; what is typed goes to the guest. Nothing is lost
 * or doubled either way: a side that is slow makes the other wait. The last
 * output is kept for a terminal that comes later.
 *
 * Locks: console->typed_lock, then what the guest's function takes; and
 * console->lock, with no other inside it.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_CONSOLE_H
#define REEVE_HYPERVISOR_CORE_IO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/core/io/fifo.h"
#include "lib/spinlock.h"

/* Bytes of output that are kept, and that may wait for terminal and log. */
#define CONSOLE_RING UINT64_C(65536)

/* Bytes that were typed and wait for the guest to take them. */
#define CONSOLE_TYPED 4096

/* The most that a slot ever sends to its log, bytes, all its guests together:
 * a guest cannot fill the disk of the host. */
#define CONSOLE_LOG_LIMIT (UINT64_C(64) << 20)

/* The way to the guest that has the slot at present. */
struct console_guest {
	void *ctx;
	unsigned slot; /* the number of the slot */
	/* Bytes that were typed. Returns how many it took, or all if there is
	 * no guest. */
	size_t (*input)(void *ctx, unsigned slot, const uint8_t *bytes,
			size_t size);
};

struct console {
	struct console_guest guest;
	struct spinlock typed_lock; /* guards typed and refused */
	struct fifo typed;
	bool refused; /* there was no room for all that came in */
	struct spinlock lock; /* guards what follows */
	bool attached; /* a terminal is there, for this guest */
	bool logging; /* the log is there, and not full */
	uint64_t written; /* bytes of output ever */
	uint64_t start; /* of those: where the present guest's begin */
	uint64_t shown; /* how far the terminal is */
	uint64_t logged; /* how far the log is */
	uint64_t log_left; /* bytes, of CONSOLE_LOG_LIMIT */
	uint8_t ring[CONSOLE_RING];
	uint8_t typed_bytes[CONSOLE_TYPED];
};

void console_init(struct console *console, const struct console_guest *guest);

/*
 * A new guest has the slot: output of the one before is forgotten but for the
 * log, and who still has its terminal open neither sees nor reaches the new
 * one.
 */
void console_take(struct console *console);

/* One byte of output. false: it was not taken, terminal or log are behind;
 * there is room again when they have caught up. */
bool console_write(struct console *console, uint8_t byte);

/*
 * The guest can take input again: it gets what waits for it. Returns whether
 * there is room for more where there was none. With no lock held.
 */
bool console_feed(struct console *console);

/* ---- From the driver of the ports, one thread ---- */

/* A terminal came, and gets what is kept; or went. The same of the log. */
void console_terminal(struct console *console, bool open);
void console_log(struct console *console, bool open);

/* Bytes from the terminal. Returns how many were taken. */
size_t console_input(struct console *console, const uint8_t *bytes, size_t size);

/* At most size bytes for the terminal, for the log. Returns how many. */
size_t console_terminal_output(struct console *console, uint8_t *bytes,
			       size_t size);
size_t console_log_output(struct console *console, uint8_t *bytes, size_t size);

#endif
