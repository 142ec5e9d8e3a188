/* SPDX-License-Identifier: BSD-3-Clause */
/* QEMU as a process that outlives ours, and the reasons why it may not work. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolstack/host/link.h"
#include "toolstack/host/qemu.h"

#define QEMU_OLDEST_MAJOR 8
#define QEMU_OLDEST_MINOR 1
#define QEMU_OLDEST_HINT                                                       \
	"install qemu-system-arm 8.1 or later (Debian 13 has it, Debian 12 "   \
	"in bookworm-backports)"

#define LOG_TAIL 2000 /* bytes at the end of a log that are read */

/* File descriptors of the child. The pipe that reports a failure becomes 4, and
 * exec closes it. */
enum {
	CHILD_LOCK = QEMU_LOCK_FD,
	CHILD_FAILURE,
	CHILD_RAM,
	CHILD_FIRST_CLOSED,
	CHILD_OUT_OF_THE_WAY = 16,
};

/* Writes errno to the parent and ends the child. */
static void child_fail(int failure)
{
	int error = errno;
	ssize_t n = write(failure, &error, sizeof(error));

	_exit(n == sizeof(error) ? 1 : 2);
}

/* Runs in the child. Only async-signal-safe calls are allowed until exec. */
static void child_run(char **arguments, int log, const struct qemu_files *files,
		      int failure)
{
	int null = open("/dev/null", O_RDWR);
	/* Copies beyond the numbers that they get below, so that no dup2()
	 * closes another. Without RAM outside, null takes its place. */
	int high_lock =
		fcntl(files->lock, F_DUPFD_CLOEXEC, CHILD_OUT_OF_THE_WAY);
	int high_ram = fcntl(files->ram >= 0 ? files->ram : null,
			     F_DUPFD_CLOEXEC, CHILD_OUT_OF_THE_WAY);
	int high_failure = fcntl(failure, F_DUPFD_CLOEXEC, CHILD_OUT_OF_THE_WAY);

	umask(077);
	/* Ignored signals stay ignored in the new program. */
	signal(SIGXFSZ, SIG_DFL);
	if (null < 0 || high_lock < 0 || high_ram < 0 || high_failure < 0 ||
	    setsid() < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 ||
	    dup2(log, 2) < 0 || dup2(high_lock, CHILD_LOCK) < 0 ||

	    dup3(high_failure, CHILD_FAILURE, O_CLOEXEC) < 0 ||
	    dup2(high_ram, CHILD_RAM) < 0)
		child_fail(failure);
	if (close_range(CHILD_FIRST_CLOSED, ~0U, 0) != 0 || chdir("/") != 0)
		child_fail(CHILD_FAILURE);
	execvp(arguments[0], arguments);
	child_fail(CHILD_FAILURE);
}

static int tell_exec_failed(const char *program, int error,
			    struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    error == ENOENT ? QEMU_OLDEST_HINT : NULL,
			    "%s cannot be run: %s", program, strerror(error));
}

/* Returns true if the child reached the new program; otherwise *error tells why
 * not. */
static bool child_started(pid_t pid, int failure, int *error)
{
	ssize_t n;

	do {
		n = read(failure, error, sizeof(*error));
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return true;
	if (n != sizeof(*error))
		*error = EIO;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return false;
}

int qemu_spawn(const struct folder *folder, char **arguments,
	       const struct qemu_files *files, pid_t *pid,
	       struct reeve_report *report)
{
	struct folder_path path = folder_path(folder, "qemu.log");
	int log = open(path.text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		       0600);
	int ends[2] = { -1, -1 };
	bool started = false;
	int error = 0;
	pid_t child;

	if (log < 0 || pipe2(ends, O_CLOEXEC) != 0) {
		error = errno;
		goto out;
	}
	child = fork();
	if (child == 0)
		child_run(arguments, log, files, ends[1]);
	if (child < 0) {
		error = errno;
		goto out;
	}
	close(ends[1]);
	ends[1] = -1;
	started = child_started(child, ends[0], &error);
	*pid = child;
out:
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (log >= 0)
		close(log);
	return started ? REEVE_OK
		       : tell_exec_failed(arguments[0], error, report);
}

/* ---- The machine ------------------------------------------------------------ */

#define REPLY_MAX 4096 /* bytes, more than a greeting and a reply */

/* A reply means that QEMU has started the machine, because it serves no command
 * before. Nothing else was sent on the stream. */
bool qemu_runs(const struct folder *folder, int *stream)
{
	static const char command[] = "{\"execute\":\"qmp_capabilities\"}\n";
	char said[REPLY_MAX];
	ssize_t n;

	if (*stream < 0) {
		*stream = link_connect(folder_path(folder, "qmp.sock").text);
		if (*stream < 0)
			return false;
		n = send(*stream, command, sizeof(command) - 1,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n != sizeof(command) - 1) {
			close(*stream);
			*stream = -1;
			return false;
		}
	}
	n = recv(*stream, said, sizeof(said), MSG_DONTWAIT | MSG_PEEK);
	return n > 0 && memmem(said, (size_t)n, "\"return\"", 8) != NULL;
}

/* ---- Blame ---------------------------------------------------------------- */

/* Returns true if the program says that it is a QEMU older than we need. */
static bool is_too_old(const char *program, int *major, int *minor)
{
	char *command;
	bool old = false;
	FILE *from;

	if (asprintf(&command, "'%s' --version 2>/dev/null", program) < 0)
		return false;
	from = strchr(program, '\'') == NULL ? popen(command, "re") : NULL;
	free(command);
	if (from == NULL)
		return false;
	if (fscanf(from, "QEMU emulator version %d.%d", major, minor) == 2) {
		old = *major < QEMU_OLDEST_MAJOR ||
		      (*major == QEMU_OLDEST_MAJOR && *minor < QEMU_OLDEST_MINOR);
	}
	(void)pclose(from); /* only its output matters */
	return old;
}

/* Returns the last line of a log that is not empty, or NULL. The caller frees
 * it. */
static char *last_line(const struct folder *folder, const char *name)
{
	struct folder_path path = folder_path(folder, "%s", name);
	FILE *log = fopen(path.text, "re");
	char *text = calloc(1, LOG_TAIL + 1);
	const char *line = NULL;
	char *copy = NULL;
	char *rest = text;

	if (log != NULL && text != NULL) {
		/* Fails for a shorter log, which is then read from its
		 * start. */
		(void)fseek(log, -LOG_TAIL, SEEK_END);
		text[fread(text, 1, LOG_TAIL, log)] = '\0';
		while (rest != NULL) {
			const char *next = strsep(&rest, "\r\n");

			if (*next != '\0')
				line = next;
		}
		if (line != NULL)
			copy = strdup(line);
	}
	free(text);
	if (log != NULL)
		fclose(log);
	return copy;
}

int qemu_blame(const struct folder *folder, const char *program,
	       struct reeve_report *report)
{
	char *said = last_line(folder, "qemu.log");
	char *console = last_line(folder, "serial.log");
	int major = 0;
	int minor = 0;

	if (is_too_old(program, &major, &minor)) {
		report_add(report, REEVE_ERROR, NULL, NULL, QEMU_OLDEST_HINT,
			   "QEMU %d.%d is too old: it has no RME, and no stage 2 in "
			   "its SMMU",
			   major, minor);
	} else if (said != NULL) {
		report_add(report, REEVE_ERROR, NULL, NULL, NULL,
			   "QEMU does not run: %s", said);
	} else if (console != NULL) {
		report_add(report, REEVE_ERROR, NULL, NULL, NULL,
			   "the machine turned itself off; its last words: %s",
			   console);
	} else {
		report_add(report, REEVE_ERROR, NULL, NULL, NULL,
			   "QEMU ended without a word");
	}
	free(said);
	free(console);
	return REEVE_ERR_HOST;
}

int qemu_blame_silence(const struct folder *folder, struct reeve_report *report)
{
	char *console = last_line(folder, "serial.log");

	report_add(report, REEVE_ERROR, NULL, NULL, NULL,
		   "the machine runs, but does not answer; its last words: %s",
		   console != NULL ? console : "none");
	free(console);
	return REEVE_ERR_HOST;
}
