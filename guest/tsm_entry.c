/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/tsm_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/io.h"

#define TRIES 16

/* A process makes one entry at a time. One that is there already is that of a
 * killed process which had the same number, or of one in another namespace: it
 * is left alone. */
bool tsm_entry_make(const char *folder, struct tsm_entry *out)
{
	for (int i = 0; i < TRIES; i++) {
		int size = snprintf(out->path, sizeof(out->path),
				    "%s/reeve-guest-%ld-%d", folder,
				    (long)getpid(), i);

		if (size < 0 || (size_t)size >= sizeof(out->path)) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (mkdir(out->path, 0700) == 0)
			return true;
		if (errno != EEXIST)
			return false;
	}
	return false;
}

void tsm_entry_remove(const struct tsm_entry *entry)
{
	(void)rmdir(entry->path); /* an entry that stays only takes memory */
}

static int entry_open(const struct tsm_entry *entry, const char *name, int flags)
{
	char path[sizeof(entry->path) + 32];
	int size = snprintf(path, sizeof(path), "%s/%s", entry->path, name);

	if (size < 0 || (size_t)size >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC);
}

ssize_t tsm_entry_read(const struct tsm_entry *entry, const char *name,
		       void *to, size_t capacity)
{
	int fd = entry_open(entry, name, O_RDONLY);
	ssize_t size;
	int saved;

	if (fd < 0)
		return -1;
	size = io_read(fd, to, capacity);
	saved = errno;
	close(fd);
	errno = saved;
	return size;
}

/* The kernel takes what was written when the file is closed. */
bool tsm_entry_write(const struct tsm_entry *entry, const char *name,
		     const void *data, size_t size)
{
	int fd = entry_open(entry, name, O_WRONLY);
	bool ok;
	int saved;

	if (fd < 0)
		return false;
	ok = io_write(fd, data, size);
	saved = errno;
	if (close(fd) != 0)
		return false;
	errno = saved;
	return ok;
}
