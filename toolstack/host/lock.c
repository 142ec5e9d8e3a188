/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock of a host's folder. It is an open file description lock: a child
 * process inherits it, and any process can test it without taking it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/host/folder.h"

#define LOCK_NAME "lock"
#define RAM_NAME  "ram"

static struct flock whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

enum folder_state folder_state(const struct folder *folder)
{
	struct folder_path path = folder_path(folder, LOCK_NAME);
	struct flock lock = whole_file(F_WRLCK);
	struct stat status;
	bool held;
	int fd = open(path.text, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		return stat(folder->path, &status) == 0 ? FOLDER_STALE
							: FOLDER_ABSENT;
	}
	held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return held ? FOLDER_HELD : FOLDER_STALE;
}

/* Returns true if the path still names the open file. */
static bool is_same_file(int fd, const char *path)
{
	struct stat open_one, named_one;

	return fstat(fd, &open_one) == 0 && lstat(path, &named_one) == 0 &&
	       open_one.st_ino == named_one.st_ino &&
	       open_one.st_dev == named_one.st_dev;
}

/* If the RAM lies elsewhere, "ram" is a link: removes the file that it
 * names. */
static void ram_remove(const struct folder *folder)
{
	struct folder_path path = folder_path(folder, RAM_NAME);
	char target[PATH_MAX];
	ssize_t length = readlink(path.text, target, sizeof(target) - 1);

	if (length <= 0)
		return;
	target[length] = '\0';
	(void)unlink(target); /* may be gone already */
}

/* Removes all files but the lock and, unless it is NULL, the file kept. */
static void folder_empty(const struct folder *folder, const char *kept)
{
	DIR *dir = opendir(folder->path);
	struct dirent *entry;
	int fd;

	if (dir == NULL)
		return;
	fd = dirfd(dir);
	ram_remove(folder);
	while (fd >= 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, LOCK_NAME) != 0 &&
		    (kept == NULL || strcmp(entry->d_name, kept) != 0)) {
			/* The call refuses "." and ".."; there are no other
			 * folders. */
			(void)unlinkat(fd, entry->d_name, 0);
		}
	}
	closedir(dir);
}

void folder_remove(const struct folder *folder)
{
	struct folder_path path = folder_path(folder, LOCK_NAME);

	folder_empty(folder, NULL);
	/* The next start removes what cannot be removed now. */
	(void)unlink(path.text);
	(void)rmdir(folder->path);
}

bool folder_keep_log(const struct folder *folder)
{
	struct folder_path path = folder_path(folder, FOLDER_LOG);
	struct stat status;

	if (stat(path.text, &status) != 0 || status.st_size == 0)
		return false;
	folder_empty(folder, FOLDER_LOG);
	return true;
}

static int tell_unusable(const struct folder *folder,
			 struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s cannot be used: %s", folder->path,
			    strerror(errno));
}

/* Opens and locks the file. Returns 0 or a result. *again: another process
 * removed the file meanwhile, so the caller must try again. */
static int lock_try(const struct folder *folder, int flags, int *out,
		    bool *again, struct reeve_report *report)
{
	struct folder_path path = folder_path(folder, LOCK_NAME);
	struct flock lock = whole_file(F_WRLCK);
	int fd = open(path.text, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	*again = false;
	if (fd < 0 && errno == ENOENT) {
		*again = true;
		return REEVE_ERR_IO;
	}
	if (fd < 0)
		return tell_unusable(folder, report);
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		close(fd);
		return report_error(
			report, REEVE_ERR_HOST, NULL, NULL,
			"stop it with reeve host stop, or choose another --name",
			"the host \"%s\" is there already", folder->name);
	}
	if (!is_same_file(fd, path.text)) {
		close(fd);
		*again = true;
		return REEVE_ERR_IO;
	}
	*out = fd;
	return REEVE_OK;
}

int folder_take(const struct folder *folder, int *lock,
		struct reeve_report *report)
{
	bool again = true;
	int result = REEVE_OK;

	while (again) {
		if (mkdir(folder->path, 0700) != 0 && errno != EEXIST)
			return tell_unusable(folder, report);
		if (!folder_is_private(folder->path)) {
			return report_error(
				report, REEVE_ERR_IO, NULL, NULL, "remove it",
				"%s is not a folder that you alone may use",
				folder->path);
		}
		result = lock_try(folder, O_CREAT, lock, &again, report);
	}
	if (result == REEVE_OK)
		folder_empty(folder, NULL);
	return result;
}

int folder_take_stale(const struct folder *folder, int *lock,
		      struct reeve_report *report)
{
	bool again;
	int result;

	*lock = -1;
	if (!folder_is_private(folder->path))
		return REEVE_OK;
	result = lock_try(folder, O_CREAT, lock, &again, report);
	return again ? REEVE_OK : result;
}
