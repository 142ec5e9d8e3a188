/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads /proc: which process has the file open, and a lock on it. */
#include "toolstack/devices/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Returns true if a descriptor's description has a lock. */
static bool has_lock(const char *pid, const char *fd)
{
	char path[PATH_MAX];
	char line[256];
	bool found = false;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	in = fopen(path, "re");
	while (in != NULL && !found && fgets(line, sizeof(line), in) != NULL)
		found = strncmp(line, "lock:", strlen("lock:")) == 0;
	if (in != NULL)
		(void)fclose(in); /* only read */
	return found;
}

static bool same_file(const char *path, const struct stat *wanted)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_dev == wanted->st_dev &&
	       status.st_ino == wanted->st_ino;
}

/* Returns true if the process has the file open and locked. */
static bool process_holds(const char *pid, const struct stat *wanted)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool holds = false;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir != NULL && !holds && (entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid,
			       entry->d_name);
		holds = isdigit((unsigned char)entry->d_name[0]) &&
			same_file(path, wanted) && has_lock(pid, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return holds;
}

static void program_read(const char *pid, struct holder *out)
{
	char path[PATH_MAX];
	FILE *in;

	out->pid = strtol(pid, NULL, 10);
	strcpy(out->program, "a program");
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = fopen(path, "re");
	if (in == NULL)
		return;
	if (fgets(out->program, sizeof(out->program), in) != NULL)
		out->program[strcspn(out->program, "\n")] = '\0';
	(void)fclose(in); /* only read */
}

bool holder_find(const char *path, struct holder *out)
{
	struct dirent *entry;
	struct stat wanted;
	bool found = false;
	DIR *dir;

	if (stat(path, &wanted) != 0)
		return false;
	dir = opendir("/proc");
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		found = isdigit((unsigned char)entry->d_name[0]) &&
			process_holds(entry->d_name, &wanted);
		if (found)
			program_read(entry->d_name, out);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}
