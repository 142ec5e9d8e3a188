/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a configuration from a plain file, as xl does, or from a stream. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolstack/config/cfg.h"

/* The most bytes that a stream may give, lest an endless one fill the
 * memory. */
#define STREAM_MAX (1 << 20)

struct text {
	char *bytes;
	size_t length;
};

static int cfg_refuse(struct reeve_report *report, const char *path,
		      const char *hint, const char *reason)
{
	const struct report_place place = { .file = path };

	return report_error(report, REEVE_ERR_IO, &place, NULL, hint, "%s",
			    reason);
}

static int cfg_fail(struct reeve_report *report, const char *path,
		    const char *what)
{
	const struct report_place place = { .file = path };

	return report_error(report, REEVE_ERR_IO, &place, NULL, NULL,
			    "the file cannot be %s: %s", what, strerror(errno));
}

/* Reads up to size bytes. Returns their number, or -1 with errno set. */
static ssize_t cfg_read_all(int fd, char *text, size_t size)
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

static int read_plain(int fd, const char *path, off_t size, struct text *text,
		      struct reeve_report *report)
{
	ssize_t got;

	if (size > INT_MAX) {
		return cfg_refuse(
			report, path, NULL,
			"the file is larger than a configuration may be, 2 "
			"GiB");
	}
	text->bytes = malloc((size_t)size + 1);
	if (text->bytes == NULL)
		return REEVE_ERR_MEMORY;
	got = cfg_read_all(fd, text->bytes, (size_t)size + 1);
	if (got < 0)
		return cfg_fail(report, path, "read");
	if (got != size) {
		return cfg_refuse(report, path, "try again",
				  "the file changed while it was read");
	}
	text->length = (size_t)got;
	return 0;
}

/* Reads a pipe, a socket or a terminal to its end. */
static int read_stream(int fd, const char *path, struct text *text,
		       struct reeve_report *report)
{
	ssize_t got;

	text->bytes = malloc(STREAM_MAX + 1);
	if (text->bytes == NULL)
		return REEVE_ERR_MEMORY;
	got = cfg_read_all(fd, text->bytes, STREAM_MAX + 1);
	if (got < 0)
		return cfg_fail(report, path, "read");
	if (got > STREAM_MAX) {
		return cfg_refuse(report, path, "write it into a file first",
				  "more than 1 MiB does not come from a stream");
	}
	text->length = (size_t)got;
	return 0;
}

static int read_open(int fd, const char *path, unsigned flags,
		     struct text *text, struct reeve_report *report)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return cfg_fail(report, path, "examined");
	if (S_ISREG(status.st_mode))
		return read_plain(fd, path, status.st_size, text, report);
	if ((flags & CFG_STRICT) != 0) {
		return cfg_refuse(report, path,
				  "write the configuration into a file first",
				  "this is not a plain file");
	}
	if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) ||
	    S_ISSOCK(status.st_mode))
		return read_stream(fd, path, text, report);
	return cfg_refuse(report, path, NULL,
			  "this is neither a file nor something to read from");
}

/* The caller frees text->bytes after a failure too. */
static int read_path(const char *path, unsigned flags, struct text *text,
		     struct reeve_report *report)
{
	int mode = O_RDONLY | O_NOCTTY | O_CLOEXEC;
	int error;
	int fd;

	if (strcmp(path, "/dev/null") == 0)
		return 0;
	/* A FIFO is refused in this mode, so opening it must not wait for a
	 * writer. */
	if ((flags & CFG_STRICT) != 0)
		mode |= O_NONBLOCK;
	fd = open(path, mode);
	if (fd < 0)
		return cfg_fail(report, path, "opened");
	error = read_open(fd, path, flags, text, report);
	close(fd);
	return error;
}

int cfg_load(const char *path, const char *const *extras, size_t extra_count,
	     unsigned flags, struct cfg **out, struct reeve_report *report)
{
	bool is_stdin = strcmp(path, "-") == 0 && (flags & CFG_STRICT) == 0;
	const char *name = is_stdin ? "<stdin>" : path;
	struct text text = { 0 };
	int error;

	if (is_stdin)
		error = read_open(STDIN_FILENO, name, flags, &text, report);
	else
		error = read_path(path, flags, &text, report);
	if (error == 0) {
		error = cfg_parse(name, text.bytes, text.length, extras,
				  extra_count, flags, out, report);
	}
	free(text.bytes);
	return error;
}
