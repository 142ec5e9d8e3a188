/* SPDX-License-Identifier: BSD-3-Clause */
/* A library that is loaded into QEMU: writes to the file that $GATED names wait
 * while the file $GATE is there, as those to a server that does not answer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void gate_pass(int fd)
{
	const char *gate = getenv("GATE");
	const char *gated = getenv("GATED");
	struct stat ours;
	struct stat wanted;

	if (gate == NULL || gated == NULL || fstat(fd, &ours) != 0 ||
	    stat(gated, &wanted) != 0 || ours.st_ino != wanted.st_ino)
		return;
	while (access(gate, F_OK) == 0)
		usleep(10000);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	ssize_t (*next)(int, const void *, size_t, off64_t) =
		dlsym(RTLD_NEXT, "pwrite64");

	gate_pass(fd);
	return next(fd, data, size, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	ssize_t (*next)(int, const struct iovec *, int, off64_t) =
		dlsym(RTLD_NEXT, "pwritev64");

	gate_pass(fd);
	return next(fd, parts, count, at);
}
