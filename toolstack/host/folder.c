/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the hosts' folders are, and the check that nobody but the user can
 * reach them. */
#include "toolstack/host/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LETTERS                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* The file that says that the host is being stopped. */
#define STOP_NOTE "stopped"

/* The longest name of a socket in a folder. */
#define LONGEST_SOCKET "/control-00.sock"

struct folder_path folder_path(const struct folder *folder, const char *format,
			       ...)
{
	struct folder_path path;
	size_t used = strlen(folder->path);
	va_list args;

	memcpy(path.text, folder->path, used);
	path.text[used++] = '/';
	va_start(args, format);
	/* The names of our files are short: the path has room for each of
	 * them. */
	(void)vsnprintf(path.text + used, sizeof(path.text) - used, format,
			args);
	va_end(args);
	return path;
}

static bool name_is_good(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < REEVE_HOST_NAME_SIZE &&
	       strspn(name, NAME_LETTERS "._-") == length &&
	       strchr(NAME_LETTERS, name[0]) != NULL;
}

bool folder_is_private(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
	       status.st_uid == geteuid() && (status.st_mode & 077) == 0;
}

/* Makes the folder with mode 0700 if it is absent, and checks that it belongs
 * to this user and that nobody else has access. */
static int private_folder(const char *path, struct reeve_report *report)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return report_error(report, REEVE_ERR_IO, NULL, NULL,
				    "set XDG_RUNTIME_DIR to a folder of yours",
				    "%s cannot be made: %s", path,
				    strerror(errno));
	}
	if (!folder_is_private(path)) {
		return report_error(
			report, REEVE_ERR_IO, NULL, NULL,
			"remove it, or set XDG_RUNTIME_DIR to a folder of "
			"yours",
			"%s is not a folder that you alone may use", path);
	}
	return REEVE_OK;
}

/* Finds the folder that holds the folders of the hosts. */
static int base_folder(char *path, size_t size, struct reeve_report *report)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int length;

	if (runtime != NULL && runtime[0] == '/') {
		length = snprintf(path, size, "%s/reeve", runtime);
	} else if (geteuid() == 0) {
		length = snprintf(path, size, "/run/reeve");
	} else {
		length = snprintf(path, size, "/tmp/reeve-%u",
				  (unsigned)geteuid());
	}
	if (length < 0 || (size_t)length >= size) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"set XDG_RUNTIME_DIR to a shorter path",
			"the path of the runtime folder is too long for "
			"sockets in it");
	}
	return private_folder(path, report);
}

int folder_of(const char *name, struct folder *out, struct reeve_report *report)
{
	struct folder folder;
	size_t used;
	int result;

	if (name == NULL)
		name = REEVE_HOST_DEFAULT;
	if (!name_is_good(name)) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"use up to 32 letters, digits, '.', '_' and '-'",
			"\"%s\" is no name for a host", name);
	}
	result = base_folder(folder.path, sizeof(folder.path), report);
	if (result != REEVE_OK)
		return result;
	used = strlen(folder.path);
	if (used + 1 + strlen(name) + sizeof(LONGEST_SOCKET) >
	    sizeof(folder.path)) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"use a shorter name, or set XDG_RUNTIME_DIR to a "
			"shorter path",
			"%s/%s is too long a path for sockets in it",
			folder.path, name);
	}
	folder.path[used] = '/';
	strcpy(folder.path + used + 1, name);
	strcpy(folder.name, name);
	*out = folder;
	return REEVE_OK;
}

void folder_note_stop(const struct folder *folder)
{
	struct folder_path path = folder_path(folder, STOP_NOTE);
	int fd = open(path.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	/* Without it only the words about the end are worse. */
	if (fd >= 0)
		close(fd);
}

bool folder_is_stopped(const struct folder *folder)
{
	return access(folder_path(folder, STOP_NOTE).text, F_OK) == 0 ||
	       access(folder->path, F_OK) != 0;
}

int folder_tell_no_host(const struct folder *folder, struct reeve_report *report)
{
	bool is_default = strcmp(folder->name, REEVE_HOST_DEFAULT) == 0;
	char start[64 + REEVE_HOST_NAME_SIZE];
	char hint[sizeof(start) + FOLDER_PATH_SIZE + 32];

	(void)snprintf(start, sizeof(start), "with reeve host start%s%s",
		       is_default ? "" : " --name ",
		       is_default ? "" : folder->name);
	if (folder_state(folder) == FOLDER_STALE && !folder_is_stopped(folder)) {
		(void)snprintf(hint, sizeof(hint),
			       "its logs are in %s; start it anew %s",
			       folder->path, start);
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, hint,
				    "the host \"%s\" has ended", folder->name);
	}
	(void)snprintf(hint, sizeof(hint), "start it %s", start);
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, hint,
			    "there is no host \"%s\"", folder->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void folder_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static bool names_add(char ***names, size_t *count, const char *name)
{
	char **grown = realloc(*names, (*count + 1) * sizeof(**names));

	if (grown == NULL)
		return false;
	*names = grown;
	grown[*count] = strdup(name);
	if (grown[*count] == NULL)
		return false;
	(*count)++;
	return true;
}

int folder_names(char ***names, size_t *count, struct reeve_report *report)
{
	char base[FOLDER_PATH_SIZE];
	struct dirent *entry;
	bool ok = true;
	DIR *dir;
	int result = base_folder(base, sizeof(base), report);

	if (result != REEVE_OK)
		return result;
	dir = opendir(base);
	if (dir == NULL) {
		return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
				    "%s cannot be read: %s", base,
				    strerror(errno));
	}
	*names = NULL;
	*count = 0;
	while (ok && (entry = readdir(dir)) != NULL) {
		if (name_is_good(entry->d_name))
			ok = names_add(names, count, entry->d_name);
	}
	closedir(dir);
	if (!ok) {
		folder_names_free(*names, *count);
		return REEVE_ERR_MEMORY;
	}
	if (*count > 0)
		qsort(*names, *count, sizeof(**names), by_name);
	return REEVE_OK;
}
