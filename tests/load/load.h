/* SPDX-License-Identifier: BSD-3-Clause */
/* The loads. Each returns 0, or -1 with errno. */
#ifndef REEVE_TESTS_LOAD_LOAD_H
#define REEVE_TESTS_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct load {
	const char *device;
	bool write;
	bool random; /* else one block after the other */
	uint32_t block; /* bytes of a request */
	unsigned depth; /* requests that are under way */
	uint64_t requests;
};

#define LOAD_DEPTH 64 /* at most */

/* Makes requests of a disk, past the guest's cache. *taken: the nanoseconds
 * from the first to the last answer. */
int load_disk(const struct load *load, uint64_t *taken);

/* Send so many bytes; await so many; send so many back, one by one. */
int load_send(int fd, uint64_t bytes);
int load_receive(int fd, uint64_t bytes);
int load_echo(int fd, uint64_t count);

#endif
