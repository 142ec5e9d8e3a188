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

/* The first bytes of an SSH client (RFC 4253, section 4.2). */
#define RELAY_SSH_BEGIN "SSH-2.0-"

struct relay_program {
	void (*run)(const void *context); /* in the new process */
	const void *context;
	const char *begin; /* bytes that tell a new connection of the host, and
			    * come at no other place; NULL: none do */
};

/* The first bytes of a connection, which were read already. */
struct relay_begin {
	char bytes[RELAY_READ];
	size_t size;
	bool doubtful; /* the kernel may not know yet that the host's end is
			* open, or that it was closed before */
};

/* Serves one connection of the host, until it ends or another begins. port does
 * not block. Returns true if another has begun, as *begin then says. */
bool relay_connection(int port, struct relay_begin *begin,
		      const struct relay_program *program);

/* Serves the port of that path until it is gone. may_come: one that is not
 * there yet, because its driver is not ready when this program starts, is
 * looked for every second. Returns the exit code. */
int relay(const char *path, bool may_come, const struct relay_program *program);

#endif
