/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP addresses in numbers. Names would need a resolver, which a static
 * program does not have. */
#ifndef REEVE_GUEST_ADDRESS_H
#define REEVE_GUEST_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage storage;
	socklen_t size;
};

/* Reads "A.B.C.D:PORT", "[IPV6]:PORT" or "PORT", which means every address of
 * the guest. Returns false if text is anything else. */
bool address_read(const char *text, struct address *out);

/* Returns a listening socket; -1 after complaining. */
int address_listen(const char *text);

#endif
