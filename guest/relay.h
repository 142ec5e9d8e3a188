/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's end of a virtio port: each connection of the host gets a process,
 * with the connection as its standard input and output. */
#ifndef REEVE_GUEST_RELAY_H
#define REEVE_GUEST_RELAY_H

#include <stdbool.h>
#include <stddef.h>

/* The port of SSH, which `reeve channel` and `reeve ssh` know. */
#define RELAY_SSH_PORT "/dev/virtio-ports/org.reeve.ssh.0"

/* The most bytes that are read at a time. */
#define RELAY_READ 16384

/* The most programs that run at once. One can go on when its connection has
 * ended, and the host can end connections faster than they do. */
#define RELAY_PROGRAMS 16

struct relay_program {
	void (*run)(const void *context); /* in the new process */
	const void *context;
};

/* Serves one connection of the host to its end. It begins with these bytes,
 * which were read already, at most RELAY_READ. port does not block. */
void relay_connection(int port, const void *first, size_t size,
		      const struct relay_program *program);

/* Serves the port of that path until it is gone. may_come: one that is not
 * there yet, because its driver is not ready when this program starts, is
 * looked for every second. Returns the exit code. */
int relay(const char *path, bool may_come, const struct relay_program *program);

#endif
