/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's sockets. Each serves one client at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/link.h"
#include "toolstack/host/watch.h"

/* The pause between two attempts to claim a control port while all are in
 * use. */
#define PORT_POLL_MS 20

#define LOCK_FLAGS (O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW)

static long owner_read(int fd)
{
	char text[24] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* Writes our pid into the lock, so that others can tell who has the port. If
 * the file system is full they cannot: the port is ours all the same. */
static void owner_write(int fd)
{
	if (ftruncate(fd, 0) == 0)
		(void)dprintf(fd, "%ld\n", (long)getpid());
}

static int tell_lock(const char *path, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_IO, NULL, NULL, NULL,
			    "%s cannot be made: %s", path, strerror(errno));
}

int link_claim(const char *path, int *fd, long *owner)
{
	int lock = open(path, LOCK_FLAGS, 0600);
	int error = 0;

	*owner = 0; /* not known */
	if (lock < 0)
		return -errno;
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		error = -errno;
		*owner = owner_read(lock);
		close(lock);
	} else {
		owner_write(lock);
		*fd = lock;
	}
	return error;
}

int link_locks_make(const struct folder *folder, struct reeve_report *report)
{
	static const struct {
		const char *format;
		unsigned count;
	} kinds[] = { { "control-%u.lock", CONTROL_PORTS },
		      { "console-%u.lock", CONTROL_CONSOLES },
		      { "devices.lock", 1 },
		      { "serial.lock", 1 } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (unsigned n = 0; n < kinds[i].count; n++) {
			struct folder_path path =
				folder_path(folder, kinds[i].format, n);
			int fd = open(path.text, LOCK_FLAGS, 0600);

			if (fd < 0)
				return tell_lock(path.text, report);
			close(fd);
		}
	}
	return REEVE_OK;
}

/* ---- Control ports --------------------------------------------------------- */

/* The processes that use the ports. */
struct port_users {
	long pids[CONTROL_PORTS]; /* 0: not known */
	unsigned count;
};

static int port_try(const struct folder *folder, unsigned ports, int *fd,
		    unsigned *index, struct port_users *users)
{
	int error = -EWOULDBLOCK;

	users->count = 0;
	for (*index = ports; error == -EWOULDBLOCK && *index > 0;) {
		struct folder_path path =
			folder_path(folder, "control-%u.lock", --*index);

		error = link_claim(path.text, fd, &users->pids[users->count]);
		if (error == -EWOULDBLOCK)
			users->count++;
	}
	return error;
}

/* Returns true if the process is stopped, by a signal or by a debugger. */
static bool is_stopped(long pid)
{
	char path[32];
	char text[256] = "";
	const char *state;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	/* The state follows the name, which may itself hold parentheses. */
	state = n > 0 ? strrchr(text, ')') : NULL;
	return state != NULL && (state[2] == 'T' || state[2] == 't');
}

/* Tells the watch what the wait is for. Returns false to end it. */
static bool users_tell(const struct port_users *users,
		       const struct reeve_watch *watch)
{
	char step[64 + 32 * CONTROL_PORTS] = "waiting for a control port";
	size_t used = strlen(step);
	const char *before = ": in use by process ";

	for (unsigned i = 0; i < users->count; i++) {
		if (users->pids[i] <= 0)
			continue;
		used += (size_t)snprintf(
			step + used, sizeof(step) - used, "%s%ld%s", before,
			users->pids[i],
			is_stopped(users->pids[i]) ? " (stopped)" : "");
		before = ", ";
	}
	return watch_go_on(watch, step, 0, 0);
}

int link_claim_port(const struct folder *folder, unsigned ports,
		    const struct reeve_watch *watch, int *fd, unsigned *index)
{
	struct port_users users;
	int error;

	while ((error = port_try(folder, ports, fd, index, &users)) ==
	       -EWOULDBLOCK) {
		if (!users_tell(&users, watch))
			return -ECANCELED;
		clock_pause(PORT_POLL_MS);
	}
	return error;
}

/* ---- Connections ------------------------------------------------------------ */

int link_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	/* A QEMU that is stopped accepts no connections. Where more clients
	 * than it has room for wait for that, connect() would block without an
	 * end; so it fails with EAGAIN. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && (connect(fd, (const struct sockaddr *)&address,
				sizeof(address)) != 0 ||
			fcntl(fd, F_SETFL, 0) != 0)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}
