/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A console slot connects one guest's UART, or its hvc0, with two readers: a
 * terminal and a log, each of which is a port of the virtio console device. The
 * guest's output goes to both while they are open; input from the terminal goes
 * to the guest. No byte is lost or doubled in either direction while both ends
 * go on: a slow reader makes the writer wait. A reader that takes nothing for
 * CONSOLE_PATIENCE_NS while output waits for it is stalled: the writer waits
 * for it no more, and the oldest output that it has not read is dropped. What
 * is missing is told where it is missing. The most recent output is kept for a
 * terminal that opens later.
 *
 * Lock order: typed_lock is held while the guest's input function runs and
 * takes its own locks, and the guest may hold locks while it calls
 * console_room(). lock is a leaf: nothing is acquired while it is held.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_CONSOLE_H
#define REEVE_HYPERVISOR_CORE_IO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/core/io/fifo.h"
#include "hypervisor/core/io/vuart.h"
#include "lib/spinlock.h"

/* The size of the ring: bytes of output that may wait for a reader. */
#define CONSOLE_RING UINT64_C(65536)

/*
 * Bytes of output that are kept for a late terminal. A reader that joins never
 * takes away the room that the guest was shown before: the guest's driver may
 * be in the middle of filling it.
 */
#define CONSOLE_KEPT (CONSOLE_RING - VUART_FIFO)

/*
 * How long a reader may take nothing while the guest waits for it. A kernel
 * that prints polls the UART with interrupts off meanwhile, so this is far
 * below the time after which a kernel takes a CPU for stuck.
 */
#define CONSOLE_PATIENCE_NS UINT64_C(1000000000)

/* Bytes of a message in the output about output that is missing. */
#define CONSOLE_NOTICE 96

/* Bytes of input that may wait for the guest. */
#define CONSOLE_TYPED 4096

/* The most bytes of one guest that are sent to the log, so that a guest cannot
 * fill the disk of the machine that runs the host. */
#define CONSOLE_LOG_LIMIT (UINT64_C(64) << 20)

/* The guest that has the slot at present. */
struct console_guest {
	void *ctx;
	unsigned slot; /* number of the slot */
	/* Hands input to the guest. Returns how many bytes the guest took, or
	 * size if there is no guest. */
	size_t (*input)(void *ctx, unsigned slot, const uint8_t *bytes,
			size_t size);
	/* Tells the guest that console_room() is half of VUART_FIFO or more
	 * again. No lock is held. */
	void (*drained)(void *ctx, unsigned slot);
};

/* The terminal, or the log. */
struct console_reader {
	bool open;
	bool waited_for; /* the guest waits for it, since the time since_ns */
	uint64_t since_ns;
	bool stalled; /* the guest does not wait for it any more */
	bool told; /* that it stalled is in the log of the hypervisor */
	uint64_t at; /* position up to which it has read */
	char notice[CONSOLE_NOTICE]; /* comes before more output */
	unsigned notice_size;
	unsigned notice_at; /* bytes of the notice that were read */
};

struct console {
	struct console_guest guest;
	struct spinlock typed_lock; /* guards typed and refused */
	struct fifo typed;
	bool refused; /* a call had to leave input with its sender */
	struct spinlock lock; /* guards the fields below, up to ring */
	struct console_reader terminal; /* open: one of this guest is */
	struct console_reader log; /* open: and below its limit */
	bool log_connected; /* the log's port is open */
	uint64_t log_left; /* bytes of this guest that the log may still get */
	uint64_t written; /* bytes of output since the start of the host */
	uint64_t start; /* position of the present guest's first byte */
	uint8_t ring[CONSOLE_RING];
	uint8_t typed_bytes[CONSOLE_TYPED];
};

void console_init(struct console *console, const struct console_guest *guest);

/*
 * Gives the slot to a new guest. The terminal no longer gets output of the
 * guest before; the log still does. A terminal that is still open from that
 * guest is cut off: it neither sees nor reaches the new one. The log has its
 * whole limit for the new guest.
 */
void console_take(struct console *console);

/* Writes one byte of output. Returns false if the byte was dropped because
 * there was no room for it. */
bool console_write(struct console *console, uint8_t byte);

/* Returns how many bytes there is room for: VUART_FIFO if there are more. */
unsigned console_room(struct console *console);

/*
 * Tells the slot that the guest can take input again, and hands it what waits.
 * Returns true if console_input() had to refuse bytes and there is room for
 * them now. Called with no lock held.
 */
bool console_feed(struct console *console);

/* ---- Called by the thread that drives the ports ---- */

/*
 * Looks which readers hold the guest up at the time now_ns. Returns the time at
 * which that is to be looked at again, or UINT64_MAX if the guest waits for no
 * reader.
 */
uint64_t console_check(struct console *console, uint64_t now_ns);

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
