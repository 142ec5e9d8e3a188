/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of a host's RAM. If it lies outside of the folder, it is known in
 * two ways, so that it is found whatever is killed or removed: the folder has a
 * link to it, which is made first, and the file is locked as long as a process
 * needs it, from before it has its name on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "toolstack/host/folder.h"

#define SHARED_MEMORY "/dev/shm"
#define SHARED_PREFIX "reeve-ram-%u-" /* of a user */
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
	return report_error(report, REEVE_ERR_IO, NULL, NULL,
			    error == EFBIG ? "raise the limit of a file's size "
					     "(ulimit -f)"
					   : NULL,
			    "%s: no RAM of %" PRIu64 " MiB can be made: %s",
			    path, size / MIB, strerror(error));
}

static int ram_inside(const char *path, uint64_t size,
		      struct reeve_report *report)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
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

/* Makes a locked file of that size without a name. Returns -1 and errno on
 * failure. */
static int nameless_make(uint64_t size)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(SHARED_MEMORY, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	int error;

	if (fd < 0 || (ftruncate(fd, (off_t)size) == 0 &&
		       fcntl(fd, F_OFD_SETLK, &lock) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int folder_ram_outside(const struct folder *folder, uint64_t size, int *fd,
		       struct reeve_report *report)
{
	struct folder_path link = folder_path(folder, "ram");
	char path[128];
	char self[32];
	uint32_t number;
	int error;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return tell_no_ram(link.text, size, errno, report);
	snprintf(path, sizeof(path),
		 SHARED_MEMORY "/" SHARED_PREFIX "%s-%08" PRIx32,
		 (unsigned)geteuid(), folder->name, number);
	if (symlink(path, link.text) != 0)
		return tell_no_ram(link.text, size, errno, report);
	*fd = nameless_make(size);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", *fd);
	if (*fd >= 0 &&
	    linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
		return REEVE_OK;
	error = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	(void)unlink(link.text); /* a dangling link does no harm */
	return tell_no_ram(path, size, error, report);
}

int folder_ram(const struct folder *folder, uint64_t size, int *fd,
	       struct reeve_report *report)
{
	struct space here = space_of(folder->path);
	struct space shared = space_of(SHARED_MEMORY);

	*fd = -1;
	if (!here.in_memory || here.free < size) {
		if (shared.in_memory && shared.free >= size)
			return folder_ram_outside(folder, size, fd, report);
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
	return ram_inside(folder_path(folder, "ram").text, size, report);
}

/* Returns true if it is a file of this user that no process has locked. */
static bool is_left(int dir, const char *name)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	bool left;

	if (fd < 0)
		return false;
	left = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_uid == geteuid() &&
	       fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
	close(fd);
	return left;
}

void folder_ram_clean(void)
{
	DIR *dir = opendir(SHARED_MEMORY);
	int fd = dir != NULL ? dirfd(dir) : -1;
	struct dirent *entry;
	char prefix[32];

	if (dir == NULL)
		return;
	snprintf(prefix, sizeof(prefix), SHARED_PREFIX, (unsigned)geteuid());
	while (fd >= 0 && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    is_left(fd, entry->d_name))
			(void)unlinkat(fd, entry->d_name, 0);
	}
	closedir(dir);
}
