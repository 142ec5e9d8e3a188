/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole reads and writes. */
#ifndef REEVE_GUEST_IO_H
#define REEVE_GUEST_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads until the capacity is used up or the input ends. Returns the number of
 * bytes, or -1 with errno. */
ssize_t io_read(int fd, void *to, size_t capacity);

/* Writes everything. Returns false with errno. */
bool io_write(int fd, const void *data, size_t size);

#endif
