/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hypervisor's end of the control interface (abi/control.h): bytes of one
 * port in, replies out. A session survives any bytes at all.
 */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_H
#define REEVE_HYPERVISOR_CORE_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"

struct domains;

/* One control port. Driven by one thread at a time. */
struct control_session {
	struct domains *domains;
	/* Sends one reply; the bytes are taken before it returns. */
	void (*send)(void *ctx, const struct control_reply *reply);
	void *ctx;
	bool synced; /* a CONTROL_HELLO was seen since the port was opened */
	size_t filled; /* bytes of request */
	struct control_request request;
};

void control_init(struct control_session *session, struct domains *domains,
		  void (*send)(void *ctx, const struct control_reply *reply),
		  void *ctx);

/* The host side opened (or reopened) the port; closed it. */
void control_open(struct control_session *session);
void control_close(struct control_session *session);

/* Bytes from the host side; each complete request is carried out. */
void control_input(struct control_session *session, const uint8_t *bytes,
		   size_t size);

#endif
