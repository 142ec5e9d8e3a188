/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a file so that it is either complete or absent. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

static bool output_write_all(int fd, const char *data, size_t size)
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

static int write_failed(const char *path)
{
	fprintf(stderr, "reeve: error: %s: cannot be written: %s\n", path,
		strerror(errno));
	return REEVE_ERR_IO;
}

/* Writes to a device or a pipe, which a renamed file must not replace. */
static int write_in_place(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && output_write_all(fd, data, size);

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok ? REEVE_OK : write_failed(path);
}

/* Fills the temporary file and renames it to path, or removes it on failure. */
static bool write_renamed(const char *path, char *temporary, const void *data,
			  size_t size)
{
	mode_t mask = umask(0);
	int fd = mkostemp(temporary, O_CLOEXEC);
	bool ok;

	umask(mask);
	if (fd < 0)
		return false;
	ok = output_write_all(fd, data, size) && fchmod(fd, 0666 & ~mask) == 0;
	if (close(fd) != 0)
		ok = false;
	if (ok && rename(temporary, path) == 0)
		return true;
	unlink(temporary);
	return false;
}

int cli_write_file(const char *path, const void *data, size_t size)
{
	struct stat status;
	char *temporary;
	bool ok;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return write_in_place(path, data, size);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return REEVE_ERR_MEMORY;
	ok = write_renamed(path, temporary, data, size);
	free(temporary);
	return ok ? REEVE_OK : write_failed(path);
}
