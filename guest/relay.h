/* SPDX-License-Identifier: BSD-3-Clause */
/* A program behind a virtio port: each connection of the host gets one, with
 * the port as its standard input and output. */
#ifndef REEVE_GUEST_RELAY_H
#define REEVE_GUEST_RELAY_H

#include <stdbool.h>

/* The port of SSH, which `reeve channel` and `reeve ssh` know. */
#define RELAY_SSH_PORT "/dev/virtio-ports/org.reeve.ssh.0"

/* Serves one connection of the host, which has begun, to its end. port does
 * not block. Returns false if the port is gone. */
bool relay_connection(int port, char *const *program);

/* Serves the port of that path until it is gone; waits for one that is not
 * there yet. Returns the exit code. */
int relay(const char *path, char *const *program);

#endif
