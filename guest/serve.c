/* SPDX-License-Identifier: BSD-3-Clause */
/* Where requests come from: a virtio port, TCP connections. */
#include "guest/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/attest.h"
#include "guest/address.h"
#include "guest/complain.h"
#include "guest/relay.h"

#define CONNECTIONS_MAX 8
#define CONNECTION_S    30 /* then a connection ends, whatever it waits for */

/* Serves a connection, whose bytes are the standard input and output. */
static void port_serve(const void *context)
{
	while (serve_request(STDIN_FILENO, context) == SERVE_MORE)
		continue;
	_exit(0);
}

static int serve_port(const struct serve_options *options)
{
	const struct relay_program program = { port_serve, options,
					       ATTEST_REQUEST_MAGIC };

	return relay(options->port, options->port_may_come, &program);
}

/* Starts a process that ends with this one. Returns 0 in the new process. */
static pid_t child_start(void)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child != 0)
		return child;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(1);
	return 0;
}

static void connection_start(int fd, int listener,
			     const struct serve_options *options,
			     unsigned *connections)
{
	pid_t child = child_start();

	if (child == 0) {
		close(listener);
		alarm(CONNECTION_S);
		while (serve_request(fd, options) == SERVE_MORE)
			continue;
		_exit(0);
	}
	if (child < 0)
		complain("a connection is dropped: %s", strerror(errno));
	else
		*connections += 1;
	close(fd);
}

/* Takes note of processes that have ended; waits for one if there are as many
 * as there may be. Returns false if the port's process was one of them. */
static bool children_reap(pid_t port, unsigned *connections)
{
	for (;;) {
		int flags = *connections < CONNECTIONS_MAX ? WNOHANG : 0;
		pid_t child = waitpid(-1, NULL, flags);

		if (child < 0 && errno == EINTR)
			continue;
		if (child <= 0)
			return true;
		if (child == port)
			return false;
		*connections -= 1;
	}
}

/* Waits for a connection, or for the end of a process. SIGCHLD arrives only
 * here, so that none is missed. */
static void listener_wait(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };
	sigset_t none;

	sigemptyset(&none);
	(void)ppoll(&ready, 1, NULL, &none); /* accept() tells of errors */
}

static int serve_listener(int listener, pid_t port,
			  const struct serve_options *options)
{
	unsigned connections = 0;

	for (;;) {
		int fd;

		if (!children_reap(port, &connections))
			return 1; /* the port's process has complained */
		listener_wait(listener);
		fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			connection_start(fd, listener, options, &connections);
		else if (errno != EAGAIN && errno != EINTR &&
			 errno != ECONNABORTED)
			break;
	}
	complain("%s: no further connections: %s", options->listen,
		 strerror(errno));
	return 1;
}

static void child_ended(int number)
{
	(void)number;
}

static void signals_prepare(void)
{
	const struct sigaction broken = { .sa_handler = SIG_IGN };
	const struct sigaction ended = { .sa_handler = child_ended };
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &chld, NULL);
	(void)sigaction(SIGPIPE, &broken, NULL);
	(void)sigaction(SIGCHLD, &ended, NULL);
}

int serve(const struct serve_options *options)
{
	pid_t port = 0;
	int listener;

	signals_prepare();
	if (options->listen == NULL)
		return serve_port(options);
	listener = address_listen(options->listen);
	if (listener < 0)
		return 1;
	if (options->port != NULL)
		port = child_start();
	if (port < 0) {
		complain("no process for the port: %s", strerror(errno));
		return 1;
	}
	if (port == 0 && options->port != NULL)
		_exit(serve_port(options));
	return serve_listener(listener, port, options);
}
