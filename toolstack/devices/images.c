/* SPDX-License-Identifier: BSD-3-Clause */
/* Accesses files in a process of its own. */
#include "toolstack/devices/images.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/watch.h"

/* How long a file may not answer; what was written may take long to reach its
 * storage. */
#define LOOK_PATIENCE_MS  3000
#define FLUSH_PATIENCE_MS 60000

#define HINT "mend what it is on, and try again"

/* ---- The process ---------------------------------------------------------- */

/* Runs in the child, which keeps nothing of the parent open: it may live for
 * long, and would keep the parent's locks. It tells each path that it has done
 * by a byte. */
static void child_run(images_touch_fn *touch, const char *const *paths,
		      size_t count, int to)
{
	if (dup2(to, 0) < 0 || close_range(1, ~0U, 0) != 0)
		_exit(1);
	for (size_t i = 0; i < count; i++) {
		touch(paths[i]);
		if (write(0, "", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

/* Returns true if a process waits for a CPU, and not for a file. */
static bool is_runnable(pid_t process)
{
	char path[32];
	char text[256] = "";
	const char *state;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)process);
	in = fopen(path, "re");
	if (in == NULL)
		return false;
	if (fgets(text, sizeof(text), in) == NULL)
		text[0] = '\0';
	(void)fclose(in); /* only read */
	/* The state follows the name, which may have any byte in it. */
	state = strrchr(text, ')');
	return state != NULL && strncmp(state, ") R", 3) == 0;
}

/* Counts the child's bytes until it ends, the watch says no, or none comes for
 * too long. On a busy computer it may be long until the child gets a CPU. */
static int child_follow(pid_t child, int from, int patience_ms,
			const struct reeve_watch *watch, size_t *done)
{
	struct pollfd poller = { .fd = from, .events = POLLIN };
	int64_t deadline = clock_ms() + patience_ms;
	char bytes[64];
	ssize_t n = 1;

	while (n != 0 && (clock_ms() < deadline || is_runnable(child))) {
		if (poll(&poller, 1, WATCH_STEP_MS) <= 0) {
			if (!watch_go_on(watch, "waiting for a disk's file", 0,
					 0))
				return REEVE_ERR_STOPPED;
			continue;
		}
		n = read(from, bytes, sizeof(bytes));
		if (n > 0) {
			*done += (size_t)n;
			deadline = clock_ms() + patience_ms;
		}
	}
	return REEVE_OK;
}

int images_touch(images_touch_fn *touch, const char *const *paths, size_t count,
		 int patience_ms, const struct reeve_watch *watch,
		 size_t *silent)
{
	int ends[2];
	pid_t child;
	int result;

	*silent = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return REEVE_ERR_MEMORY;
	child = fork();
	if (child == 0)
		child_run(touch, paths, count, ends[1]);
	close(ends[1]);
	result = child < 0 ? REEVE_ERR_MEMORY
			   : child_follow(child, ends[0], patience_ms, watch,
					  silent);
	close(ends[0]);
	if (child > 0) {
		/* A process that waits for storage may not end before that
		 * answers, so that it is not waited for then. */
		kill(child, SIGKILL);
		(void)waitpid(child, NULL, *silent < count ? WNOHANG : 0);
	}
	return result;
}

/* ---- What it does --------------------------------------------------------- */

static void file_look(const char *path)
{
	struct statx status;

	(void)statx(AT_FDCWD, path, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS,
		    &status);
}

static void file_flush(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0) {
		(void)fdatasync(fd);
		close(fd);
	}
}

/* Opens only what can be a disk: the open of a device may have an effect. */
static void file_try(const char *path, int flags)
{
	struct stat status;
	int fd;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return;
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

static void file_read_try(const char *path)
{
	file_try(path, O_RDONLY);
}

static void file_write_try(const char *path)
{
	file_try(path, O_RDWR);
}

/* ---- Files that QEMU has open --------------------------------------------- */

static int tell_silent(const char *name, const char *why,
		       struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, HINT,
			    "'%s', which the host's QEMU has open, does not "
			    "answer%s",
			    name, why);
}

/* Reports a descriptor by the file's name. To read that accesses no storage. */
static int tell_silent_fd(const char *path, const char *why,
			  struct reeve_report *report)
{
	char name[PATH_MAX];
	ssize_t n = readlink(path, name, sizeof(name) - 1);

	name[n > 0 ? n : 0] = '\0';
	return tell_silent(n > 0 ? name : path, why, report);
}

struct paths {
	char **list;
	size_t count;
};

static void paths_free(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i]);
	free((void *)paths->list);
}

static bool paths_add(struct paths *paths, pid_t process, const char *fd)
{
	char **grown = (char **)reallocarray((void *)paths->list,
					     paths->count + 1, sizeof(char *));

	if (grown == NULL)
		return false;
	paths->list = grown;
	if (asprintf(&grown[paths->count], "/proc/%ld/fd/%s", (long)process,
		     fd) < 0)
		return false;
	paths->count++;
	return true;
}

/* Lists the descriptors of a process. If they cannot be listed, QEMU is not
 * kept from what it does. */
static bool paths_read(struct paths *paths, pid_t process)
{
	char folder[32];
	struct dirent *entry;
	bool done = true;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "/proc/%ld/fd", (long)process);
	dir = opendir(folder);
	while (done && dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			done = paths_add(paths, process, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return done;
}

int images_look(pid_t process, const struct reeve_watch *watch,
		struct reeve_report *report)
{
	struct paths paths = { .list = NULL };
	size_t silent = 0;
	int result = REEVE_ERR_MEMORY;

	if (paths_read(&paths, process)) {
		result = images_touch(file_look, (const char *const *)paths.list,
				      paths.count, LOOK_PATIENCE_MS, watch,
				      &silent);
	}
	if (result == REEVE_OK && silent < paths.count) {
		result = tell_silent_fd(paths.list[silent],
					", and QEMU would stop the whole host if "
					"it looked at its disks now",
					report);
	}
	paths_free(&paths);
	return result;
}

/* ---- One file ------------------------------------------------------------- */

int image_flush(const char *path, const struct reeve_watch *watch,
		struct reeve_report *report)
{
	size_t silent;
	int result = images_touch(file_flush, &path, 1, FLUSH_PATIENCE_MS,
				  watch, &silent);

	return result == REEVE_OK && silent == 0
		       ? tell_silent(path,
				     ", and QEMU would stop the whole host if "
				     "it closed it now",
				     report)
		       : result;
}

int image_try(const char *path, bool writable, const struct reeve_watch *watch)
{
	size_t silent;
	int result = images_touch(writable ? file_write_try : file_read_try,
				  &path, 1, LOOK_PATIENCE_MS, watch, &silent);

	return result == REEVE_OK && silent == 0 ? REEVE_ERR_CONFIG : result;
}
