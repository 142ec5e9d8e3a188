/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moves bytes between a terminal (or pipes) and a console, until the domain has
 * ended or the user detaches. No byte is lost or sent twice: a byte that was
 * read is kept until it is written.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

#define DETACH_KEY 0x1d /* Ctrl-] */

/* Times in milliseconds. The relay asks for the domain's state every IDLE_MS
 * while the console is silent, and at least every LOOK_MS while it is not. The
 * console of an ended domain has no more output once it was silent for
 * SILENCE_MS. */
#define IDLE_MS    200
#define LOOK_MS    1000
#define SILENCE_MS 200

/* Bytes on their way in one direction. */
struct flow {
	char bytes[16384];
	size_t first; /* the first byte that is not written yet */
	size_t filled;
	bool ended; /* no more to read */
};

struct relay {
	const struct cli_call *call;
	struct reeve_domain *domain;
	struct reeve_report *report;
	int console;
	bool terminal; /* stdin is a terminal */
	bool detached;
	struct flow in; /* to the guest */
	struct flow out; /* from the guest */
	int64_t looked; /* when the domain's state was asked for, in ms */
};

static bool is_empty(const struct flow *flow)
{
	return flow->first == flow->filled;
}

/* Returns whether an error only means "try again later". */
static bool is_transient(ssize_t n)
{
	return n < 0 && (errno == EINTR || errno == EAGAIN);
}

static void flow_read(struct flow *flow, int fd)
{
	ssize_t n;

	flow->first = 0;
	flow->filled = 0;
	n = read(fd, flow->bytes, sizeof(flow->bytes));
	if (n > 0)
		flow->filled = (size_t)n;
	else if (!is_transient(n))
		flow->ended = true;
}

/* Returns false if the other end is closed. */
static bool flow_write(struct flow *flow, int fd)
{
	ssize_t n = write(fd, flow->bytes + flow->first,
			  flow->filled - flow->first);

	if (n > 0)
		flow->first += (size_t)n;
	return n >= 0 || is_transient(n);
}

/* Looks for the detach key. The bytes behind it are dropped: they are not for
 * the guest. */
static void find_detach(struct relay *relay)
{
	struct flow *in = &relay->in;
	const char *key = memchr(in->bytes, DETACH_KEY, in->filled);

	if (!relay->terminal || key == NULL)
		return;
	in->filled = (size_t)(key - in->bytes);
	in->ended = true;
	relay->detached = true;
}

/* The descriptors of one poll(). */
enum {
	FD_IN, /* stdin */
	FD_CONSOLE,
	FD_OUT, /* stdout */
	FDS,
};

/* Asks for the moves that are possible: a flow is read while it is empty, and
 * written while it is not. poll() ignores a descriptor of -1. */
static void fds_fill(const struct relay *relay, struct pollfd fds[FDS])
{
	fds[FD_IN] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[FD_CONSOLE] = (struct pollfd){ .fd = relay->console };
	fds[FD_OUT] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	if (!is_empty(&relay->in))
		fds[FD_CONSOLE].events |= POLLOUT;
	else if (!relay->in.ended)
		fds[FD_IN].fd = STDIN_FILENO;
	if (is_empty(&relay->out))
		fds[FD_CONSOLE].events |= POLLIN;
	else
		fds[FD_OUT].fd = STDOUT_FILENO;
}

/* One round: waits until some bytes can be moved, and moves them. Returns false
 * if the console or the output is closed. */
static bool relay_step(struct relay *relay, bool *quiet)
{
	struct pollfd fds[FDS];

	fds_fill(relay, fds);
	*quiet = poll(fds, FDS, IDLE_MS) <= 0;
	if (*quiet)
		return true;
	if (fds[FD_IN].revents != 0) {
		flow_read(&relay->in, STDIN_FILENO);
		find_detach(relay);
	}
	if ((fds[FD_CONSOLE].revents & POLLOUT) != 0 &&
	    !flow_write(&relay->in, relay->console))
		return false;
	if (fds[FD_OUT].revents != 0 && !flow_write(&relay->out, STDOUT_FILENO)) {
		relay->detached = true;
		return false;
	}
	if ((fds[FD_CONSOLE].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
	    is_empty(&relay->out))
		flow_read(&relay->out, relay->console);
	return !relay->out.ended;
}

/* Prints the output that the console still holds of an ended guest. */
static void relay_drain(struct relay *relay)
{
	int64_t spoke = cli_now_ms();
	bool quiet = false;

	relay->in.ended = true;
	relay->in.first = relay->in.filled;
	while (!cli_is_stopped() && cli_now_ms() - spoke < SILENCE_MS) {
		if (!relay_step(relay, &quiet))
			return;
		if (!quiet)
			spoke = cli_now_ms();
	}
}

static enum cli_end relay_run(struct relay *relay)
{
	enum cli_end end = CLI_END_DETACHED;
	bool quiet = true;

	while (!relay->detached || !is_empty(&relay->in)) {
		int64_t age = cli_now_ms() - relay->looked;

		if (cli_is_stopped())
			return CLI_END_STOPPED;
		if (!relay_step(relay, &quiet)) {
			if (relay->detached)
				break;
			return cli_domain_look(relay->call, relay->domain,
					       relay->report);
		}
		if (age < IDLE_MS || (!quiet && age < LOOK_MS))
			continue;
		relay->looked = cli_now_ms();
		end = cli_domain_look(relay->call, relay->domain, relay->report);
		if (end == CLI_END_DETACHED)
			continue;
		relay_drain(relay);
		return end;
	}
	return CLI_END_DETACHED;
}

enum cli_end cli_relay(const struct cli_call *call, struct reeve_domain *domain,
		       int console, struct reeve_report *report)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	struct termios before, raw;
	enum cli_end end;

	if (relay == NULL)
		return CLI_END_FAILED;
	relay->call = call;
	relay->domain = domain;
	relay->report = report;
	relay->console = console;
	relay->terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	if (relay->terminal) {
		raw = before;
		cfmakeraw(&raw);
		/* Not every guest ends its lines with a carriage return, so
		 * the terminal adds it. */
		raw.c_oflag |= OPOST | ONLCR;
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	signal(SIGPIPE, SIG_IGN);
	end = relay_run(relay);
	if (relay->terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	free(relay);
	return end;
}
