/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moves bytes between a terminal (or pipes) and a console, until the domain has
 * ended or the user detaches. No byte is lost or sent twice: a byte that was
 * read is kept until it is written. Nothing else holds the bytes up: they move
 * also while the relay asks the host about its domain, and the detach key is
 * found even if the guest reads nothing.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

#define DETACH_KEY  0x1d /* Ctrl-] */
#define REQUEST_KEY 0x1e /* Ctrl-^: the next key is a system request */

/* Times in milliseconds. The relay asks for the domain's state every IDLE_MS
 * while the console is silent, and at least every LOOK_MS while it is not. The
 * console of an ended domain has no more output once it was silent for
 * SILENCE_MS. */
#define IDLE_MS    200
#define LOOK_MS    1000
#define SILENCE_MS 200

/* Bytes that are read at a time. */
#define READ_MAX 16384
/* Rounds of the relay between two looks at a host that has not replied yet. */
#define ROUNDS_MAX 64

/* Bytes on their way in one direction. From a terminal, bytes are read ahead of
 * those that the guest has not taken, because the detach key may be behind
 * them: so there is room for what a person may paste. */
struct flow {
	char bytes[1 << 20];
	size_t first; /* the first byte that is not written yet */
	size_t filled;
	bool ended; /* no more to read */
};

struct relay {
	const struct cli_call *call;
	struct reeve_domain *domain; /* NULL: the console is the host's own */
	struct reeve_report *report;
	int console;
	bool terminal; /* stdin is a terminal */
	bool detached; /* by the key, or the output was closed */
	bool closed; /* the console was closed */
	int output_error; /* why the output was closed; 0: it was not */
	bool escaped; /* the last key was REQUEST_KEY */
	char request; /* the system request to send; 0: none */
	struct flow in; /* to the guest */
	struct flow out; /* from the guest */
	int64_t looked; /* when the domain's state was asked for, in ms */
};

static bool is_empty(const struct flow *flow)
{
	return flow->first == flow->filled;
}

static bool has_room(const struct flow *flow)
{
	return sizeof(flow->bytes) - flow->filled >= READ_MAX;
}

/* Returns whether an error only means "try again later". */
static bool is_transient(ssize_t n)
{
	return n < 0 && (errno == EINTR || errno == EAGAIN);
}

/* Reads once, behind the bytes that are not written yet. There is room. */
static void flow_read(struct flow *flow, int fd)
{
	ssize_t n = read(fd, flow->bytes + flow->filled, READ_MAX);

	if (n > 0)
		flow->filled += (size_t)n;
	else if (!is_transient(n))
		flow->ended = true;
}

/* Takes note of a write. Returns false if the other end is closed. */
static bool flow_written(struct flow *flow, ssize_t n)
{
	if (n > 0)
		flow->first += (size_t)n;
	if (is_empty(flow)) {
		flow->first = 0;
		flow->filled = 0;
	}
	return n >= 0 || is_transient(n);
}

static bool console_write(struct relay *relay)
{
	struct flow *in = &relay->in;

	return flow_written(in, send(relay->console, in->bytes + in->first,
				     in->filled - in->first,
				     MSG_DONTWAIT | MSG_NOSIGNAL));
}

/* A pipe that poll() finds ready takes PIPE_BUF bytes without blocking. */
static bool output_write(struct relay *relay)
{
	struct flow *out = &relay->out;
	size_t left = out->filled - out->first;
	ssize_t n = write(STDOUT_FILENO, out->bytes + out->first,
			  left < PIPE_BUF ? left : PIPE_BUF);

	if (n < 0 && !is_transient(n))
		relay->output_error = errno;
	return flow_written(out, n);
}

/* Returns whether a byte from a terminal is for the guest, and takes note of
 * what a byte that is not asks for. A key behind the request key that can be no
 * request is the guest's, the request key itself among them. If one read has
 * several requests, the last counts. */
static bool is_for_guest(struct relay *relay, char byte)
{
	bool escaped = relay->escaped;

	relay->escaped =
		relay->domain != NULL && !escaped && byte == REQUEST_KEY;
	if (byte == DETACH_KEY)
		relay->detached = true;
	else if (escaped && cli_is_request(byte))
		relay->request = byte;
	else
		return !relay->escaped;
	return false;
}

/* Takes the keys that are not for the guest out of the bytes from start on. All
 * bytes behind the detach key are dropped. */
static void keys_take(struct relay *relay, size_t start)
{
	struct flow *in = &relay->in;
	size_t end = start;

	for (size_t i = start; i < in->filled && !relay->detached; i++) {
		if (is_for_guest(relay, in->bytes[i]))
			in->bytes[end++] = in->bytes[i];
	}
	in->filled = end;
	in->ended = in->ended || relay->detached;
}

static void input_read(struct relay *relay)
{
	size_t start = relay->in.filled;

	flow_read(&relay->in, STDIN_FILENO);
	if (relay->terminal)
		keys_take(relay, start);
}

/* The descriptors of one poll(). */
enum {
	FD_IN, /* stdin */
	FD_CONSOLE,
	FD_OUT, /* stdout */
	FDS,
};

/* Asks for the moves that are possible: a flow is written while it is not
 * empty, and read while it is, or ahead from a terminal. poll() ignores a
 * descriptor of -1. */
static void fds_fill(const struct relay *relay, struct pollfd fds[FDS])
{
	const struct flow *in = &relay->in;

	fds[FD_IN] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[FD_CONSOLE] = (struct pollfd){ .fd = relay->console };
	fds[FD_OUT] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	if (!in->ended && (is_empty(in) || (relay->terminal && has_room(in))))
		fds[FD_IN].fd = STDIN_FILENO;
	if (!is_empty(in))
		fds[FD_CONSOLE].events |= POLLOUT;
	if (is_empty(&relay->out))
		fds[FD_CONSOLE].events |= POLLIN;
	else
		fds[FD_OUT].fd = STDOUT_FILENO;
	/* poll() tells of a closed console again and again, also while nothing
	 * can be done about it. */
	if (fds[FD_CONSOLE].events == 0)
		fds[FD_CONSOLE].fd = -1;
}

/* One round: waits until some bytes can be moved, and moves them. Returns false
 * if none could be moved for that long. */
static bool relay_step(struct relay *relay, int wait_ms)
{
	struct pollfd fds[FDS];

	fds_fill(relay, fds);
	if (poll(fds, FDS, wait_ms) <= 0)
		return false;
	if (fds[FD_IN].revents != 0)
		input_read(relay);
	if ((fds[FD_CONSOLE].revents & POLLOUT) != 0 && !console_write(relay))
		relay->closed = true;
	if (fds[FD_OUT].revents != 0 && !output_write(relay))
		relay->detached = true;
	if ((fds[FD_CONSOLE].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
	    is_empty(&relay->out))
		flow_read(&relay->out, relay->console);
	if (relay->out.ended)
		relay->closed = true;
	return true;
}

static bool is_over(const struct relay *relay)
{
	return relay->closed || relay->detached || cli_is_stopped();
}

/* The watch of a look at the domain: moves bytes while the look waits for a
 * control port or for the host. It shows no progress, because the terminal is
 * the guest's. */
static bool relay_meanwhile(void *ctx, const char *step, uint64_t done,
			    uint64_t all)
{
	struct relay *relay = ctx;
	unsigned rounds = 0;

	(void)step;
	(void)done;
	(void)all;
	while (!is_over(relay) && rounds < ROUNDS_MAX && relay_step(relay, 0))
		rounds++;
	return !is_over(relay);
}

static enum cli_end relay_look(struct relay *relay)
{
	const struct reeve_watch watch = { relay_meanwhile, relay };
	enum cli_end end = CLI_END_DETACHED;

	/* The console of a host is closed when the host ends. */
	if (relay->domain != NULL) {
		end = cli_domain_look(relay->call, &watch, relay->domain,
				      relay->report);
	}
	relay->looked = cli_now_ms();
	return end;
}

/* Sends the system request that was typed. If that fails, the report says it
 * when the console is left: until then the terminal is the guest's. */
static void relay_request(struct relay *relay)
{
	const struct reeve_watch watch = { relay_meanwhile, relay };
	char key = relay->request;
	struct reeve_host *host;

	relay->request = 0;
	if (cli_host_open(relay->call, &watch, &host, relay->report) != REEVE_OK)
		return;
	(void)reeve_domain_sysrq(host, relay->domain->domid, key, relay->report);
	cli_host_close(host);
}

/* Prints the output that the console still holds of an ended guest. */
static void relay_drain(struct relay *relay)
{
	int64_t spoke = cli_now_ms();

	relay->in.ended = true;
	relay->in.first = relay->in.filled;
	while (!is_over(relay) && cli_now_ms() - spoke < SILENCE_MS) {
		if (relay_step(relay, SILENCE_MS))
			spoke = cli_now_ms();
	}
}

/* Sends what was typed before the detach key, as long as the guest takes it. */
static void relay_flush(struct relay *relay)
{
	struct pollfd console = { .fd = relay->console, .events = POLLOUT };

	while (!is_empty(&relay->in) && !cli_is_stopped() &&
	       poll(&console, 1, SILENCE_MS) > 0 && console_write(relay))
		;
}

/* Relays until the end. Returns CLI_END_DETACHED also if the console was
 * closed. */
static enum cli_end relay_run(struct relay *relay)
{
	while (!is_over(relay)) {
		int64_t age = cli_now_ms() - relay->looked;
		bool moved = relay_step(relay, IDLE_MS);
		enum cli_end end;

		if (!is_over(relay) && relay->request != 0)
			relay_request(relay);
		if (is_over(relay) || age < IDLE_MS || (moved && age < LOOK_MS))
			continue;
		end = relay_look(relay);
		/* STOPPED: the relay was over during the look. */
		if (end == CLI_END_DETACHED || end == CLI_END_STOPPED)
			continue;
		relay_drain(relay);
		return end;
	}
	if (cli_is_stopped())
		return CLI_END_STOPPED;
	if (relay->detached)
		relay_flush(relay);
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
	/* The terminal is ours again, so that this look can be interrupted. */
	if (end == CLI_END_DETACHED && relay->closed && !relay->detached) {
		end = domain == NULL ? CLI_END_GONE
				     : cli_domain_look(call, cli_watch(),
						       domain, report);
	}
	cli_output_fault(relay->output_error);
	free(relay);
	return end;
}
