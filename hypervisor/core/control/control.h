/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control server, which is the hypervisor's end of the control interface
 * (abi/control.h). A session gets the bytes of one port and sends replies. It
 * finds the next CONTROL_HELLO after any bytes at all.
 */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_H
#define REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"

struct domains;

/* The session of one control port. One thread at a time uses it. */
struct control_session {
	struct domains *domains;
	/* Sends one reply, which it copies before it returns. */
	void (*send)(void *ctx, const struct control_reply *reply);
	void *ctx;
	bool synced; /* a CONTROL_HELLO was seen since the port was opened */
	size_t filled; /* bytes of `request` that have come */
	struct control_request request;
	/* Free pages that the client has for CONTROL_HOST_TRIM. */
	unsigned taken_count;
	struct control_free_run taken[CONTROL_RUNS];
};

void control_init(struct control_session *session, struct domains *domains,
		  void (*send)(void *ctx, const struct control_reply *reply),
		  void *ctx);

/* A client opened the port, perhaps anew; closed it. Both end the session
 * before: domains that depend on it are destroyed, pages that it has taken are
 * free again, and disks that it holds go on. */
void control_open(struct control_session *session);
void control_close(struct control_session *session);

/* Gives bytes of the client to the session, which carries out each complete
 * request before this returns. */
void control_input(struct control_session *session, const uint8_t *bytes,
		   size_t size);

#endif
