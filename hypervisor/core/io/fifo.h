/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of bytes in memory of its owner, who also locks it. */
#ifndef REEVE_HYPERVISOR_CORE_IO_FIFO_H
#define REEVE_HYPERVISOR_CORE_IO_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct fifo {
	uint8_t *bytes;
	size_t size; /* of the memory */
	size_t first; /* the oldest byte */
	size_t count;
};

/* Empty, over size bytes. */
void fifo_init(struct fifo *fifo, uint8_t *bytes, size_t size);

size_t fifo_room(const struct fifo *fifo);

/* Appends as many bytes as there is room for; returns how many. */
size_t fifo_put(struct fifo *fifo, const uint8_t *bytes, size_t size);

/* Takes at most size of the oldest bytes; returns how many. */
size_t fifo_get(struct fifo *fifo, uint8_t *bytes, size_t size);

/* The oldest bytes, in place, and how many are there in a row (not all, at the
 * end of the memory); fifo_drop() takes the first of them. */
const uint8_t *fifo_look(const struct fifo *fifo, size_t *size);
void fifo_drop(struct fifo *fifo, size_t size);

void fifo_clear(struct fifo *fifo);

#endif
