/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a configuration file, with xl's rules of what is one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/config/cfg.h"

static int refuse(struct reeve_report *report, const char *path,
	const char *hint, const char *reason)
{
	const struct report_place place = { .file = path };

	return report_error(
		report, REEVE_ERR_IO, &place, NULL, hint, "%s", reason);
}

static int fail(struct reeve_report *report, const char *path, const char *what)
{
	const struct report_place place = { .file = path };

	return report_error(report, REEVE_ERR_IO, &place, NULL, NULL,
		"the file cannot be %s: %s", what, strerror(errno));
}

/* Reads up to size bytes; -1 with errno set. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t done = 0;
	ssize_t got = 1;

	while (done < size && got != 0) {
		got = read(fd, text + done, size - done);
		if (got < 0 && errno != EINTR)
			return -1;
		done += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)done;
}

static int read_plain(int fd, const char *path, char **text, size_t *length,
	struct reeve_report *report)
{
	struct stat status;
	ssize_t got;

	if (fstat(fd, &status) != 0)
		return fail(report, path, "examined");
	if (!S_ISREG(status.st_mode))
		return refuse(report, path,
			"write the configuration into a file first",
			"this is not a plain file");
	if (status.st_size > INT_MAX)
		return refuse(report, path, NULL,
			"the file is larger than a configuration may be, 2 "
			"GiB");
	*text = malloc((size_t)status.st_size + 1);
	if (*text == NULL)
		return REEVE_ERR_MEMORY;
	got = read_all(fd, *text, (size_t)status.st_size + 1);
	if (got < 0)
		return fail(report, path, "read");
	if (got != status.st_size)
		return refuse(report, path, "try again",
			"the file changed while it was read");
	*length = (size_t)got;
	return 0;
}

/* On failure *text may be set as well; the caller frees it. */
static int read_path(const char *path, char **text, size_t *length,
	struct reeve_report *report)
{
	int error;
	int fd;

	if (strcmp(path, "/dev/null") == 0)
		return 0;
	/* Nobody may hold us up with a FIFO. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail(report, path, "opened");
	error = read_plain(fd, path, text, length, report);
	close(fd);
	return error;
}

int cfg_load(const char *path, const char *const *extras, size_t extra_count,
	unsigned flags, struct cfg **out, struct reeve_report *report)
{
	char *text = NULL;
	size_t length = 0;
	int error = read_path(path, &text, &length, report);

	if (error == 0)
		error = cfg_parse(path, text, length, extras, extra_count,
			flags, out, report);
	free(text);
	return error;
}
