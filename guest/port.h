/* SPDX-License-Identifier: BSD-3-Clause */
/* The guest's end of a virtio port. */
#ifndef REEVE_GUEST_PORT_H
#define REEVE_GUEST_PORT_H

#include <stdbool.h>

/* Waits until the host has sent bytes. Returns false if the port is gone. */
bool port_wait(int fd);

/* Opens a port. may_come: one that is not there yet, because its driver is not
 * ready when this program starts, is looked for every second. Returns -1 with
 * errno. */
int port_open(const char *path, bool may_come);

#endif
