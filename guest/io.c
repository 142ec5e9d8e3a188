/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/io.h"

#include <errno.h>
#include <unistd.h>

ssize_t io_read(int fd, void *to, size_t capacity)
{
	size_t done = 0;

	while (done < capacity) {
		ssize_t n = read(fd, (char *)to + done, capacity - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

bool io_write(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}
