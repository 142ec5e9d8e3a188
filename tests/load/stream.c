/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes over a connection. */
#include <unistd.h>

#include "tests/load/load.h"

#define PART ((size_t)256 << 10)

static uint8_t part[PART];

static size_t part_of(uint64_t bytes)
{
	return bytes < PART ? (size_t)bytes : PART;
}

int load_send(int fd, uint64_t bytes)
{
	while (bytes > 0) {
		ssize_t sent = write(fd, part, part_of(bytes));

		if (sent <= 0)
			return -1;
		bytes -= (uint64_t)sent;
	}
	return 0;
}

int load_receive(int fd, uint64_t bytes)
{
	while (bytes > 0) {
		ssize_t got = read(fd, part, part_of(bytes));

		if (got <= 0)
			return -1;
		bytes -= (uint64_t)got;
	}
	return 0;
}

int load_echo(int fd, uint64_t count)
{
	uint8_t byte;

	for (; count > 0; count--) {
		if (read(fd, &byte, 1) != 1 || write(fd, &byte, 1) != 1)
			return -1;
	}
	return 0;
}
