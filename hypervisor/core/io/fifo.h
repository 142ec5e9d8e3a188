/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of bytes, in memory that its owner provides and under a lock of the
 * owner. */
#ifndef REEVE_HYPERVISOR_CORE_IO_FIFO_H
#define REEVE_HYPERVISOR_CORE_IO_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct fifo {
	uint8_t *bytes;
	size_t size; /* of the memory at bytes */
	size_t first; /* index of the oldest byte */
	size_t count;
};

/* Initializes an empty queue over size bytes of memory. */
void fifo_init(struct fifo *fifo, uint8_t *bytes, size_t size);

size_t fifo_room(const struct fifo *fifo);

/* Appends as many bytes as there is room for. Returns how many. */
size_t fifo_put(struct fifo *fifo, const uint8_t *bytes, size_t size);

/* Removes at most size of the oldest bytes. Returns how many. */
size_t fifo_get(struct fifo *fifo, uint8_t *bytes, size_t size);

/*
 * Returns the oldest bytes in place, and how many of them are contiguous: fewer
 * than all where the queue wraps at the end of the memory. fifo_drop() removes
 * bytes from the front.
 */
const uint8_t *fifo_look(const struct fifo *fifo, size_t *size);
void fifo_drop(struct fifo *fifo, size_t size);

void fifo_clear(struct fifo *fifo);

#endif
