/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers attestation requests (docs/attest-protocol.md). */
#ifndef REEVE_GUEST_SERVE_H
#define REEVE_GUEST_SERVE_H

#include <stdbool.h>

#define SERVE_PORT "/dev/virtio-ports/org.reeve.attest.0"
#define SERVE_KEYS "/etc/ssh"

struct serve_options {
	const char *port; /* a device or NULL */
	bool port_may_come; /* it is waited for */
	const char *listen; /* ADDRESS:PORT, [ADDRESS]:PORT, PORT or NULL */
	const char *keys; /* the folder of the SSH host keys */
	const char *tsm; /* the folder of the kernel's reports */
};

enum serve_end {
	SERVE_MORE, /* there may be a further request */
	SERVE_GONE, /* the peer has gone, perhaps within a request */
	SERVE_WRONG, /* what it sent is no request */
};

/* Answers one request. */
enum serve_end serve_request(int fd, const struct serve_options *options);

/* Serves the port, and each TCP connection in a process of its own. Returns
 * the program's exit code when it cannot go on. */
int serve(const struct serve_options *options);

#endif
