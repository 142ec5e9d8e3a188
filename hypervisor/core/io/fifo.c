/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of bytes in a ring. */
#include "hypervisor/core/io/fifo.h"

#include <string.h>

#include "lib/number.h"

void fifo_init(struct fifo *fifo, uint8_t *bytes, size_t size)
{
	*fifo = (struct fifo){ .bytes = bytes, .size = size };
}

size_t fifo_room(const struct fifo *fifo)
{
	return fifo->size - fifo->count;
}

size_t fifo_put(struct fifo *fifo, const uint8_t *bytes, size_t size)
{
	size_t at = (fifo->first + fifo->count) % fifo->size;
	size_t all = smaller(size, fifo_room(fifo));
	size_t straight = smaller(all, fifo->size - at);

	memcpy(fifo->bytes + at, bytes, straight);
	memcpy(fifo->bytes, bytes + straight, all - straight);
	fifo->count += all;
	return all;
}

size_t fifo_get(struct fifo *fifo, uint8_t *bytes, size_t size)
{
	size_t all = smaller(size, fifo->count);
	size_t straight = smaller(all, fifo->size - fifo->first);

	memcpy(bytes, fifo->bytes + fifo->first, straight);
	memcpy(bytes + straight, fifo->bytes, all - straight);
	fifo_drop(fifo, all);
	return all;
}

const uint8_t *fifo_look(const struct fifo *fifo, size_t *size)
{
	*size = smaller(fifo->count, fifo->size - fifo->first);
	return fifo->bytes + fifo->first;
}

void fifo_drop(struct fifo *fifo, size_t size)
{
	fifo->first = (fifo->first + size) % fifo->size;
	fifo->count -= size;
}

void fifo_clear(struct fifo *fifo)
{
	fifo->first = fifo->count = 0;
}
