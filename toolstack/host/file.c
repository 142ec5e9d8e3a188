/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of a host's folder: its RAM, and the small ones. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "toolstack/host/folder.h"

#define SHARED_MEMORY "/dev/shm"
#define MIB           ((uint64_t)1 << 20)

struct space {
	bool in_memory;
	uint64_t free; /* bytes */
};

static struct space space_of(const char *path)
{
	struct statfs status;

	if (statfs(path, &status) != 0)
		return (struct space){ false, 0 };
	return (struct space){
		.in_memory = status.f_type == TMPFS_MAGIC,
		.free = (uint64_t)status.f_bavail * (uint64_t)status.f_bsize,
	};
}

static int tell_no_ram(const char *path, uint64_t size, int error,
		       struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s: no RAM of %" PRIu64 " MiB can be made: %s",
			    path, size / MIB, strerror(error));
}

/* Gives the new file its size. fd -1: the file could not be made, and errno
 * tells why. */
static int ram_fill(int fd, const char *path, uint64_t size,
		    struct reeve_report *report)
{
	bool ok = fd >= 0 && ftruncate(fd, (off_t)size) == 0;
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (ok)
		return REEVE_OK;
	if (fd >= 0)
		unlink(path);
	return tell_no_ram(path, size, error, report);
}

/* Makes the RAM as a file in shared memory, and a link to it in the folder. */
static int ram_outside(const struct folder *folder, uint64_t size,
		       struct reeve_report *report)
{
	struct folder_path link = folder_path(folder, "ram");
	char path[128];
	int result;

	snprintf(path, sizeof(path), SHARED_MEMORY "/reeve-%u-%s-XXXXXX",
		 (unsigned)geteuid(), folder->name);
	result = ram_fill(mkostemp(path, O_CLOEXEC), path, size, report);
	if (result != REEVE_OK || symlink(path, link.text) == 0)
		return result;
	result = tell_no_ram(link.text, size, errno, report);
	unlink(path);
	return result;
}

int folder_ram(const struct folder *folder, uint64_t size,
	       struct reeve_report *report)
{
	struct folder_path path = folder_path(folder, "ram");
	struct space here = space_of(folder->path);
	struct space shared = space_of(SHARED_MEMORY);

	if (!here.in_memory || here.free < size) {
		if (shared.in_memory && shared.free >= size)
			return ram_outside(folder, size, report);
	}
	if (here.free < size) {
		return report_error(
			report, REEVE_ERR_IO, NULL, NULL,
			"use a smaller --memory, or set XDG_RUNTIME_DIR to a "
			"folder with more room",
			"no room for %" PRIu64 " MiB of RAM: %s has %" PRIu64
			" MiB left, " SHARED_MEMORY " %" PRIu64,
			size / MIB, folder->path, here.free / MIB,
			shared.free / MIB);
	}
	return ram_fill(
		open(path.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
		path.text, size, report);
}

static bool fd_write(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* Makes a file with these bytes. Returns false, and errno tells why, on
 * failure. */
static bool file_make(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return false;
	if (!fd_write(fd, data, size)) {
		error = errno;
		close(fd);
		errno = error;
		return false;
	}
	return close(fd) == 0;
}

int folder_write(const struct folder *folder, const char *name,
		 const void *data, size_t size, struct reeve_report *report)
{
	struct folder_path path = folder_path(folder, "%s", name);
	struct folder_path part = folder_path(folder, "%s.part", name);
	int error;

	if (file_make(part.text, data, size) && rename(part.text, path.text) == 0)
		return REEVE_OK;
	error = errno;
	(void)unlink(part.text);
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s cannot be written: %s", path.text,
			    strerror(error));
}

/* Reads until the end of the file or of the room. Returns the number of bytes
 * read, or -1. */
static ssize_t fd_read(int fd, char *data, size_t room)
{
	size_t got = 0;

	while (got < room) {
		ssize_t n = read(fd, data + got, room - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Reads with room for one byte more than max, which tells whether the file is
 * larger. */
static char *fd_read_text(int fd, size_t max, size_t *size)
{
	char *data = malloc(max + 1);
	ssize_t got;

	if (data == NULL)
		return NULL;
	got = fd_read(fd, data, max + 1);
	if (got < 0)
		goto failed;
	if ((size_t)got > max) {
		errno = EFBIG;
		goto failed;
	}
	*size = (size_t)got;
	data[*size] = '\0';
	return data;
failed:
	free(data);
	return NULL;
}

char *folder_file_read(const char *path, size_t max, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data;
	int error;

	if (fd < 0)
		return NULL;
	data = fd_read_text(fd, max, size);
	error = errno;
	close(fd);
	errno = error;
	return data;
}
