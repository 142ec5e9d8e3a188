/* SPDX-License-Identifier: BSD-3-Clause */
/* The other end of a control connection, for tests: a thread that answers as
 * the test wants. */
#ifndef REEVE_TOOLSTACK_HOST_PEER_H
#define REEVE_TOOLSTACK_HOST_PEER_H

#include <pthread.h>

#include "toolstack/host/link.h"

#define PEER_RAM_SIZE ((uint64_t)64 << 20)

/* Changes a reply that the peer has made up. Returns false if it must not be
 * sent. Runs in the peer's thread. */
typedef bool peer_fn(void *ctx, const struct control_request *request,
		     struct control_reply *reply);

struct peer {
	peer_fn *change; /* NULL: replies stay as they are */
	void *ctx;
	const void *before; /* bytes sent before the first reply */
	size_t before_size;
	unsigned asked[CONTROL_OPS]; /* number of requests, by operation */
	uint32_t state; /* control_state of the domain; 0: no domain */
	int fd; /* the peer's end */
	int listener; /* of peer_listen() */
	pthread_t thread;
};

/* Starts the peer and returns the other end of its connection. */
int peer_start(struct peer *peer);
/* Waits for the end of the peer, which ends with its connection. */
void peer_join(struct peer *peer);

/* Starts a peer that makes a socket and serves its clients, one after the
 * other, until peer_unlisten(). */
void peer_listen(struct peer *peer, const char *path);
void peer_unlisten(struct peer *peer);

#endif
