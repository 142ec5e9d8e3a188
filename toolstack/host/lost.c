/* SPDX-License-Identifier: BSD-3-Clause */
/* Hosts that have lost their folders. QEMU has inherited the folder's lock, and
 * /proc tells which file that was: so the process can be found. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolstack/host/folder.h"
#include "toolstack/host/qemu.h"

#define DELETED "/lock (deleted)"

/* Returns true if the process has inherited the lock. One that has opened it,
 * to start or to stop the host, closes it on exec. */
static bool is_inherited(long pid)
{
	unsigned long flags;
	char path[64];
	FILE *info;

	snprintf(path, sizeof(path), "/proc/%ld/fdinfo/%d", pid, QEMU_LOCK_FD);
	info = fopen(path, "re");
	if (info == NULL)
		return false;
	if (fscanf(info, "pos: %*s flags: %lo", &flags) != 1)
		flags = O_CLOEXEC;
	fclose(info);
	return (flags & O_CLOEXEC) == 0;
}

/* Reads where the lock of a process of this user was, if the lock is deleted.
 * Without the name of the lock itself. */
static bool lock_folder(long pid, char *path, size_t size)
{
	size_t tail = strlen(DELETED);
	struct stat status;
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%ld/fd/%d", pid, QEMU_LOCK_FD);
	length = readlink(link, path, size - 1);
	if (length <= (ssize_t)tail)
		return false;
	path[length] = '\0';
	if (strcmp(path + length - tail, DELETED) != 0)
		return false;
	path[(size_t)length - tail] = '\0';
	snprintf(link, sizeof(link), "/proc/%ld", pid);
	return path[0] == '/' && stat(link, &status) == 0 &&
	       status.st_uid == geteuid() && is_inherited(pid);
}

/* Returns true if the path is the folder's. Where the file system of the folder
 * was unmounted, as systemd does it, the path begins below its root: then it is
 * the end of the folder's, with the folder that holds those of the hosts. */
static bool is_path_of(const char *path, const struct folder *folder)
{
	size_t full = strlen(folder->path);
	size_t length = strlen(path);
	const char *host = strrchr(folder->path, '/');
	const char *base = host;

	while (base > folder->path && base[-1] != '/')
		base--;
	return path[0] == '/' && length <= full &&
	       length > (size_t)(folder->path + full - base) &&
	       strcmp(folder->path + full - length, path) == 0;
}

/* Finds the folder that the process has lost. */
static bool lost_by(long pid, struct folder *folder)
{
	struct reeve_report *unheard = reeve_report_new();
	char path[PATH_MAX];
	bool found = unheard != NULL && lock_folder(pid, path, sizeof(path)) &&
		     folder_of(strrchr(path, '/') + 1, folder, unheard) ==
			     REEVE_OK &&
		     is_path_of(path, folder);

	reeve_report_free(unheard);
	return found;
}

int folder_lost_each(folder_lost_fn *found, void *ctx)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int result = 0;

	if (dir == NULL)
		return 0;
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		struct folder folder;
		long pid = strtol(entry->d_name, NULL, 10);

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    lost_by(pid, &folder))
			result = found(ctx, &folder, pid);
	}
	closedir(dir);
	return result;
}

struct search {
	const struct folder *folder;
	long pid;
	int process;
};

/* The process is opened first, and looked at again: so its pid is not that of
 * another one by now. */
static int process_open(void *ctx, const struct folder *folder, long pid)
{
	struct search *search = ctx;
	struct folder again;

	if (strcmp(folder->path, search->folder->path) != 0)
		return 0;
	search->process = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (search->process < 0)
		return 0;
	if (lost_by(pid, &again) && strcmp(again.path, folder->path) == 0) {
		search->pid = pid;
		return 1;
	}
	close(search->process);
	return 0;
}

long folder_lost(const struct folder *folder, int *process)
{
	struct search search = { .folder = folder };

	if (folder_lost_each(process_open, &search) == 0)
		return 0;
	*process = search.process;
	return search.pid;
}

bool folder_is_of_session(const char *path, const char *root)
{
	static const char sessions[] = "/run/user/";
	const struct passwd *user = getpwuid(geteuid());
	char systemd[PATH_MAX];
	char linger[PATH_MAX];

	snprintf(systemd, sizeof(systemd), "%s/run/systemd/system", root);
	snprintf(linger, sizeof(linger), "%s/var/lib/systemd/linger/%s", root,
		 user != NULL ? user->pw_name : "");
	return strncmp(path, sessions, strlen(sessions)) == 0 &&
	       access(systemd, F_OK) == 0 && user != NULL &&
	       access(linger, F_OK) != 0;
}
