/* SPDX-License-Identifier: BSD-3-Clause */
/* The small files of a host's folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/host/folder.h"

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
