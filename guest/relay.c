/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between a virtio port and a process. A port has no connections of its own:
 * the kernel says whether the host has its end open, and what the guest writes
 * while it has not waits for the next client. So the port never blocks, and
 * bytes that no client has taken are dropped at the end of a connection.
 *
 * While the host's end is closed, poll() says at any time that there is
 * something to read; only read() tells: 0 if the end is closed, EAGAIN if it is
 * open and silent.
 *
 * If the host closes its end and opens it again before this program has looked,
 * the kernel tells nothing of it. The first bytes of the new connection do:
 * they come from a read of their own, because the kernel gives no more than one
 * buffer of the device at a time, and the device begins a buffer for them.
 *
 * They can also come before the kernel knows that the host's end is open, since
 * it learns that from another queue of the device.
 */
#include "guest/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guest/complain.h"

/* How long the kernel may take to see that the host's end is open. */
#define OPEN_LOOKS    50
#define OPEN_PAUSE_NS 20000000

/* Bytes on their way in one direction. */
struct flow {
	char bytes[RELAY_READ];
	size_t first; /* byte that is not written yet */
	size_t filled;
};

enum {
	HOST,
	PROGRAM,
	ENDS
};

struct connection {
	int fds[ENDS];
	struct flow flows[ENDS]; /* by where the bytes come from */
	bool ended[ENDS];
	const char *begin; /* of a connection; NULL: not known */
	bool next; /* what the host has sent begins another connection */
	bool doubtful; /* what closes may be the connection before */
};

static int other_end(int end)
{
	return end == HOST ? PROGRAM : HOST;
}

static bool flow_is_empty(const struct flow *flow)
{
	return flow->first == flow->filled;
}

static bool is_transient(ssize_t n)
{
	return n < 0 && (errno == EINTR || errno == EAGAIN);
}

/* Returns true if these bytes are the first of a connection of the host. */
static bool flow_begins(const struct flow *flow, const char *begin)
{
	size_t size = begin != NULL ? strlen(begin) : 0;

	return size != 0 && flow->filled >= size &&
	       memcmp(flow->bytes, begin, size) == 0;
}

static bool port_is_closed(int port)
{
	struct pollfd host = { .fd = port, .events = POLLIN };

	return poll(&host, 1, 0) > 0 && (host.revents & POLLHUP) != 0;
}

/* Returns true if it was the connection before that closed the host's end, and
 * the end opens for this one. */
static bool host_opens(struct connection *connection)
{
	const struct timespec pause = { .tv_nsec = OPEN_PAUSE_NS };
	bool doubtful = connection->doubtful;

	connection->doubtful = false;
	for (unsigned look = 0; doubtful && look < OPEN_LOOKS; look++) {
		if (!port_is_closed(connection->fds[HOST]))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* Reads into an empty flow: all that the end sent before was delivered. */
static void end_read(struct connection *connection, int end)
{
	struct flow *flow = &connection->flows[end];
	ssize_t n = read(connection->fds[end], flow->bytes, sizeof(flow->bytes));

	flow->first = 0;
	flow->filled = n > 0 ? (size_t)n : 0;
	if (n <= 0 && !is_transient(n))
		connection->ended[end] = end != HOST || !host_opens(connection);
}

static void host_read(struct connection *connection)
{
	end_read(connection, HOST);
	connection->next =
		flow_begins(&connection->flows[HOST], connection->begin);
	if (connection->next)
		connection->ended[HOST] = true;
}

static void flow_drop(struct flow *flow)
{
	flow->first = flow->filled;
}

/* Writes the flow to an end. poll() tells if the end takes nothing any more. */
static void end_write(struct connection *connection, int end)
{
	struct flow *flow = &connection->flows[other_end(end)];
	ssize_t n = write(connection->fds[end], flow->bytes + flow->first,
			  flow->filled - flow->first);

	if (n >= 0)
		flow->first += (size_t)n;
	else if (!is_transient(n))
		flow_drop(flow);
}

/* Returns what poll() is to wait for: input while none of the end's bytes wait,
 * output while bytes of the other end do. poll() always reports a hang-up, so
 * an end with neither is left out. */
static struct pollfd end_poll(const struct connection *connection, int end)
{
	struct pollfd fd = { .fd = connection->fds[end] };

	if (flow_is_empty(&connection->flows[end]))
		fd.events |= POLLIN;
	if (!flow_is_empty(&connection->flows[other_end(end)]))
		fd.events |= POLLOUT;
	if (fd.events == 0)
		fd.fd = -1;
	return fd;
}

/* An end that has hung up has ended when all that it sent was delivered. Until
 * then nothing is sent to it. */
static void end_hung_up(struct connection *connection, int end)
{
	if (end == HOST && host_opens(connection))
		return;
	if (flow_is_empty(&connection->flows[end]))
		connection->ended[end] = true;
	else
		flow_drop(&connection->flows[other_end(end)]);
}

/* Reads before it writes: nothing of a connection is written to the next. */
static void end_step(struct connection *connection, int end, short found)
{
	if ((found & POLLIN) != 0 && end == HOST)
		host_read(connection);
	else if ((found & POLLIN) != 0)
		end_read(connection, end);
	else if ((found & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		end_hung_up(connection, end);
	if ((found & POLLOUT) != 0 && !connection->ended[end])
		end_write(connection, end);
}

/* Moves what can be moved. */
static void connection_step(struct connection *connection)
{
	struct pollfd fds[ENDS] = { end_poll(connection, HOST),
				    end_poll(connection, PROGRAM) };

	if (poll(fds, ENDS, -1) < 0)
		return;
	for (int end = 0; end < ENDS; end++)
		end_step(connection, end, fds[end].revents);
}

/* Drops what the host goes on to send to a process that has ended, until the
 * connection ends: it must not reach the next process. */
static void host_drain(struct connection *connection)
{
	while (!connection->ended[HOST]) {
		struct pollfd host = { .fd = connection->fds[HOST],
				       .events = POLLIN };

		if (poll(&host, 1, -1) < 0)
			continue;
		if ((host.revents & POLLIN) != 0)
			host_read(connection);
		else
			connection->ended[HOST] = true;
	}
}

/* ---- The process ------------------------------------------------------ */

/* The processes that were started and may run. poll() finds the descriptor of
 * one readable when it has ended. */
static struct pollfd programs[RELAY_PROGRAMS];
static unsigned program_count;

static void programs_forget_ended(void)
{
	unsigned left = 0;

	if (poll(programs, program_count, 0) <= 0)
		return;
	for (unsigned i = 0; i < program_count; i++) {
		if (programs[i].revents != 0)
			close(programs[i].fd);
		else
			programs[left++] = programs[i];
	}
	program_count = left;
}

/* One of which there is no descriptor has ended already. */
static void program_note(pid_t child)
{
	int fd = (int)syscall(SYS_pidfd_open, child, 0);

	if (fd >= 0)
		programs[program_count++] =
			(struct pollfd){ .fd = fd, .events = POLLIN };
}

static _Noreturn void program_run(const struct relay_program *program, int end)
{
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(end, STDIN_FILENO) >= 0 && dup2(end, STDOUT_FILENO) >= 0) {
		close(end);
		program->run(program->context);
	}
	_exit(1);
}

/* Starts the process. Returns our end of its standard input and output, or
 * -1. */
static int program_start(const struct relay_program *program)
{
	int ends[2];
	pid_t child = -1;

	programs_forget_ended();
	if (program_count == RELAY_PROGRAMS) {
		complain("a connection is dropped: the programs of %d others "
			 "have not ended",
			 RELAY_PROGRAMS);
		return -1;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		complain("a connection is dropped: %s", strerror(errno));
		return -1;
	}
	child = fork();
	if (child == 0) {
		close(ends[0]);
		program_run(program, ends[1]);
	}
	if (child < 0)
		complain("a connection is dropped: %s", strerror(errno));
	else
		program_note(child);
	close(ends[1]);
	if (child > 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

/* ---- The port --------------------------------------------------------- */

bool relay_connection(int port, struct relay_begin *begin,
		      const struct relay_program *program)
{
	static struct connection connection;
	struct flow *host = &connection.flows[HOST];

	memset(&connection, 0, sizeof(connection));
	memcpy(host->bytes, begin->bytes, begin->size);
	host->filled = begin->size;
	connection.begin = program->begin;
	connection.doubtful = begin->doubtful;
	connection.fds[HOST] = port;
	connection.fds[PROGRAM] = program_start(program);
	connection.ended[PROGRAM] = connection.fds[PROGRAM] < 0;
	while (!connection.ended[HOST] && !connection.ended[PROGRAM])
		connection_step(&connection);
	if (connection.fds[PROGRAM] >= 0)
		close(connection.fds[PROGRAM]); /* tells the process */
	host_drain(&connection);
	if (!connection.next)
		return false;
	memcpy(begin->bytes, host->bytes, host->filled);
	begin->size = host->filled;
	begin->doubtful = true;
	return true;
}

/* Waits until the host has sent something. Returns false if the port is gone. */
static bool port_read(int port, struct relay_begin *begin)
{
	const struct timespec pause = { .tv_nsec = 200000000 };

	for (;;) {
		struct pollfd host = { .fd = port, .events = POLLIN };
		ssize_t n = read(port, begin->bytes, sizeof(begin->bytes));

		begin->size = n > 0 ? (size_t)n : 0;
		begin->doubtful = n > 0 && port_is_closed(port);
		if (n > 0)
			return true;
		if (n == 0)
			nanosleep(&pause, NULL);
		else if (errno == EAGAIN)
			(void)poll(&host, 1, -1);
		else if (errno != EINTR)
			return false;
	}
}

static int port_open(const char *path, bool may_come)
{
	const struct timespec pause = { .tv_sec = 1 };

	for (;;) {
		int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		if (fd >= 0 || errno != ENOENT || !may_come)
			return fd;
		nanosleep(&pause, NULL);
	}
}

int relay(const char *path, bool may_come, const struct relay_program *program)
{
	static struct relay_begin begin;
	int port = port_open(path, may_come);
	bool next = false; /* a connection begins at once */

	(void)signal(SIGCHLD, SIG_IGN); /* nobody waits for the processes */
	(void)signal(SIGPIPE, SIG_IGN);
	while (port >= 0 && (next || port_read(port, &begin)))
		next = relay_connection(port, &begin, program);
	complain("%s: %s", path, strerror(errno));
	return 1;
}
