/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection to a guest that answers attestation requests. */
#ifndef REEVE_TOOLSTACK_ATTEST_PEER_H
#define REEVE_TOOLSTACK_ATTEST_PEER_H

#include "toolstack/report/report.h"

struct peer {
	const char *name; /* as the user gave it */
	int fd;
	bool tries_on; /* another address is left: a failure is not told */
	int64_t deadline;
	const struct reeve_watch *watch;
	struct reeve_report *report;
};

/* Connects to "HOST:PORT", "[IPV6]:PORT" or "unix:PATH". peer->name, watch and
 * report are set; everything else is filled in. All three functions share one
 * deadline. */
int peer_connect(struct peer *peer);
int peer_send(struct peer *peer, const void *data, size_t size);
/* Receives exactly size bytes. */
int peer_receive(struct peer *peer, void *data, size_t size);
void peer_close(struct peer *peer);

#endif
