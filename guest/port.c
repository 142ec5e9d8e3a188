/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

/* While no host has the port open, the kernel reports a hang-up at once and at
 * any time, so that only looking again is left. */
bool port_wait(int fd)
{
	const struct timespec pause = { .tv_nsec = 200000000 };

	for (;;) {
		struct pollfd port = { .fd = fd, .events = POLLIN };

		if (poll(&port, 1, -1) < 0 && errno != EINTR)
			return false;
		if ((port.revents & (POLLERR | POLLNVAL)) != 0)
			return false;
		if ((port.revents & POLLIN) != 0)
			return true;
		nanosleep(&pause, NULL);
	}
}

int port_open(const char *path, bool may_come)
{
	const struct timespec pause = { .tv_sec = 1 };

	for (;;) {
		int fd = open(path, O_RDWR | O_CLOEXEC);

		if (fd >= 0 || errno != ENOENT || !may_come)
			return fd;
		nanosleep(&pause, NULL);
	}
}
