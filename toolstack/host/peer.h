/* SPDX-License-Identifier: BSD-3-Clause */
/* The other end of a control connection, for tests: a thread that answers as a
 * test says. */
#ifndef REEVE_TOOLSTACK_HOST_PEER_H
#define REEVE_TOOLSTACK_HOST_PEER_H

#include <pthread.h>

#include "toolstack/host/link.h"

#define PEER_RAM_SIZE ((uint64_t)64 << 20)

/* What a peer does with a reply that is made up already: changes it. false: it
 * is not sent. Runs in the peer's thread. */
typedef bool peer_fn(void *ctx, const struct control_request *request,
		     struct control_reply *reply);

struct peer {
	peer_fn *change; /* NULL: nothing */
	void *ctx;
	const void *before; /* bytes sent ahead of everything */
	size_t before_size;
	unsigned asked[CONTROL_OPS]; /* requests by operation */
	uint32_t state; /* control_state of the domain; 0: there is none */
	int fd; /* the peer's end */
	pthread_t thread;
};

/* Starts it and returns the other end. */
int peer_start(struct peer *peer);
/* Waits for its end, which is that of the connection. */
void peer_join(struct peer *peer);

#endif
