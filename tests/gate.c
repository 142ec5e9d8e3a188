/* SPDX-License-Identifier: BSD-3-Clause */
/* A library that is loaded into QEMU and into commands: while the file $GATE is
 * there, whatever needs the storage of the file that $GATED names waits, as if
 * that were on a server that does not answer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void gate_pass(const struct stat *ours)
{
	const char *gate = getenv("GATE");
	const char *gated = getenv("GATED");
	struct stat wanted;

	if (gate == NULL || gated == NULL || stat(gated, &wanted) != 0 ||
	    ours->st_ino != wanted.st_ino)
		return;
	while (access(gate, F_OK) == 0)
		usleep(10000);
}

static void descriptor_pass(int fd)
{
	struct stat ours;

	if (fstat(fd, &ours) == 0)
		gate_pass(&ours);
}

static void path_pass(const char *path)
{
	struct stat ours;

	if (stat(path, &ours) == 0)
		gate_pass(&ours);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	ssize_t (*next)(int, const void *, size_t, off64_t) =
		dlsym(RTLD_NEXT, "pwrite64");

	descriptor_pass(fd);
	return next(fd, data, size, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	ssize_t (*next)(int, const struct iovec *, int, off64_t) =
		dlsym(RTLD_NEXT, "pwritev64");

	descriptor_pass(fd);
	return next(fd, parts, count, at);
}

int fdatasync(int fd)
{
	int (*next)(int) = dlsym(RTLD_NEXT, "fdatasync");

	descriptor_pass(fd);
	return next(fd);
}

int fstat64(int fd, struct stat64 *status)
{
	int (*next)(int, struct stat64 *) = dlsym(RTLD_NEXT, "fstat64");

	descriptor_pass(fd);
	return next(fd, status);
}

int statx(int folder, const char *path, int flags, unsigned mask,
	  struct statx *status)
{
	int (*next)(int, const char *, int, unsigned, struct statx *) =
		dlsym(RTLD_NEXT, "statx");

	path_pass(path);
	return next(folder, path, flags, mask, status);
}

int open64(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open64");
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = va_arg(rest, mode_t);
	va_end(rest);
	path_pass(path);
	return next(path, flags, mode);
}
