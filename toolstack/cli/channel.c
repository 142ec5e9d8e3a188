/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve channel: connects its standard input and output to a channel of a
 * domain, also for ssh. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* How often a channel is looked at that another client has, and how often
 * before the user is told. */
#define LOOKS       30
#define LOOKS_QUIET 5

/* Milliseconds. When the input has ended, how often it is looked whether the
 * guest has taken it, and when the user is told that it has not. */
#define TAKEN_POLL_MS 50
#define TAKEN_TELL_MS 2000

/* ---- Finding a channel ----------------------------------------------- */

struct search {
	const char *name;
	struct reeve_attached *out;
	bool found;
};

static void channel_visit(void *context, const struct reeve_attached *attached)
{
	struct search *search = context;

	if (strcmp(attached->name, search->name) != 0)
		return;
	*search->out = *attached;
	search->found = true;
}

static int channel_search(struct reeve_host *host, const char *text,
			  struct search *search, struct reeve_domain *domain,
			  struct reeve_report *report)
{
	int result = reeve_domain_find(host, text, domain, report);

	if (result != REEVE_OK || domain->state == REEVE_DOMAIN_SHUTDOWN)
		return result;
	return reeve_domain_attached(host, domain, REEVE_ATTACHED_CHANNEL,
				     channel_visit, search, report);
}

/* Says once why nothing in the guest will answer. */
static void tell_paused(const struct reeve_domain *domain)
{
	static bool told;

	if (domain->state != REEVE_DOMAIN_PAUSED || told)
		return;
	told = true;
	fprintf(stderr,
		"reeve: note: the domain %s is paused: nothing in it answers "
		"before reeve unpause\n",
		domain->name);
}

int cli_channel_find(const struct cli_call *call, const char *text,
		     const char *name, struct reeve_attached *out,
		     struct reeve_report *report)
{
	struct search search = { .name = name, .out = out };
	struct reeve_domain domain;
	struct reeve_host *host;
	int result = cli_host_open(call, cli_watch(), &host, report);

	if (result != REEVE_OK)
		return result;
	result = channel_search(host, text, &search, &domain, report);
	/* A host serves only a few connections at a time: keep none. */
	cli_host_close(host);
	cli_watch_clear();
	if (result == REEVE_OK && search.found)
		tell_paused(&domain);
	if (result != REEVE_OK || search.found)
		return result;
	if (domain.state == REEVE_DOMAIN_SHUTDOWN) {
		fprintf(stderr, "reeve: error: the domain %s has ended\n",
			domain.name);
	} else {
		fprintf(stderr,
			"reeve: error: the domain %s has no channel %s\n"
			"reeve: note: reeve channel-list shows those that it "
			"has\n",
			domain.name, name);
	}
	return REEVE_ERR_NO_DOMAIN;
}

/* ---- Moving bytes ---------------------------------------------------- */

static int socket_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
			      sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_socket(const struct reeve_attached *channel)
{
	return strcmp(channel->format, "socket") == 0;
}

/* QEMU serves one client: another would wait without a word. */
static bool is_busy(const struct reeve_attached *channel)
{
	return is_socket(channel) && channel->connected;
}

/* Finds the channel of the call. A client that has just gone may be connected
 * still, since ssh does not wait for the process that carries its bytes: so one
 * that is busy is looked at again, for some seconds. */
static int channel_await(const struct cli_call *call,
			 struct reeve_attached *out, struct reeve_report *report)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	const char *const *names = call->operands;

	for (unsigned look = 1;; look++) {
		int result =
			cli_channel_find(call, names[0], names[1], out, report);

		if (result != REEVE_OK || !is_busy(out) || look == LOOKS)
			return result;
		if (look == LOOKS_QUIET) {
			fprintf(stderr, "reeve: note: somebody is connected to "
					"the channel: waiting for some "
					"seconds\n");
		}
		(void)nanosleep(&pause, NULL); /* a shorter pause is fine */
		if (cli_is_stopped())
			return REEVE_ERR_STOPPED;
	}
}

static int channel_open(const struct reeve_attached *channel)
{
	int fd;

	if (is_busy(channel)) {
		fprintf(stderr, "reeve: error: somebody is connected to the "
				"channel already\n");
		return -1;
	}
	fd = is_socket(channel)
		     ? socket_open(channel->target)
		     : open(channel->target, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "reeve: error: %s: %s\n", channel->target,
			strerror(errno));
	}
	return fd;
}

/* Bytes on their way in one direction. */
struct flow {
	char bytes[16384];
	size_t first; /* byte that is not written yet */
	size_t filled;
	bool ended; /* no more to read */
};

struct relay {
	int channel;
	bool failed; /* an end takes no more */
	bool lost; /* the channel was closed with bytes that were not taken */
	bool told; /* the user knows what it waits for */
	int64_t ended_ms; /* when the input ended */
	struct flow in; /* to the guest */
	struct flow out; /* from the guest */
};

static bool flow_is_empty(const struct flow *flow)
{
	return flow->first == flow->filled;
}

static bool is_transient(ssize_t n)
{
	return n < 0 && (errno == EINTR || errno == EAGAIN);
}

static void flow_read(struct flow *flow, int fd)
{
	ssize_t n;

	errno = 0;
	n = read(fd, flow->bytes, sizeof(flow->bytes));
	flow->first = 0;
	flow->filled = n > 0 ? (size_t)n : 0;
	flow->ended = n <= 0 && !is_transient(n);
}

/* Reads from the channel. Its end is an error if QEMU left bytes in it. */
static void channel_read(struct relay *relay)
{
	flow_read(&relay->out, relay->channel);
	relay->lost = relay->lost || (relay->out.ended && errno == ECONNRESET);
}

/* Writes what a pipe takes that poll() has found ready. */
static void flow_write(struct relay *relay, struct flow *flow, int fd)
{
	size_t left = flow->filled - flow->first;
	ssize_t n = write(fd, flow->bytes + flow->first,
			  left < PIPE_BUF ? left : PIPE_BUF);

	if (n > 0) {
		flow->first += (size_t)n;
	} else if (!is_transient(n)) {
		relay->failed = true;
		if (fd == STDOUT_FILENO)
			cli_output_fault(errno);
	}
}

static void channel_write(struct relay *relay)
{
	flow_write(relay, &relay->in, relay->channel);
	relay->lost = relay->lost || relay->failed;
}

/* Tells QEMU that nothing follows. It then reads the rest, and closes its end;
 * if we closed ours, it would drop what the guest has not taken. A terminal
 * cannot be told of an end. */
static void input_end(struct relay *relay)
{
	relay->ended_ms = cli_now_ms();
	if (shutdown(relay->channel, SHUT_WR) != 0)
		relay->failed = true;
}

/* Returns true if all of the input was taken. QEMU takes bytes from the socket
 * only for buffers that the guest has given it. */
static bool input_is_taken(const struct relay *relay)
{
	int left = 0;

	return relay->in.ended && flow_is_empty(&relay->in) &&
	       ioctl(relay->channel, SIOCOUTQ, &left) == 0 && left == 0;
}

/* Says once why the command does not end. */
static void tell_untaken(struct relay *relay)
{
	if (relay->told || cli_now_ms() - relay->ended_ms < TAKEN_TELL_MS)
		return;
	relay->told = true;
	fputs("reeve: waiting until the guest takes what was sent (Ctrl-C drops "
	      "it); it may be paused, or no program reads there\n",
	      stderr);
}

/* poll() always reports a descriptor that was closed, so one without events
 * becomes -1, which it ignores. */
static struct pollfd poll_for(int fd, bool in, bool out)
{
	short events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));

	return (struct pollfd){ .fd = events != 0 ? fd : -1, .events = events };
}

static void relay_step(struct relay *relay)
{
	bool out = !flow_is_empty(&relay->out);
	bool in = !flow_is_empty(&relay->in);
	struct pollfd fds[] = {
		poll_for(STDIN_FILENO, !in && !relay->in.ended, false),
		poll_for(relay->channel, !out, in),
		poll_for(STDOUT_FILENO, false, out),
	};

	if (poll(fds, sizeof(fds) / sizeof(fds[0]),
		 relay->in.ended ? TAKEN_POLL_MS : -1) < 0)
		return;
	if (fds[2].revents != 0)
		flow_write(relay, &relay->out, STDOUT_FILENO);
	if (in && fds[1].revents != 0)
		channel_write(relay);
	if (!out && (fds[1].revents & ~POLLOUT) != 0)
		channel_read(relay);
	if (fds[0].revents != 0)
		flow_read(&relay->in, STDIN_FILENO);
	if (fds[0].revents != 0 && relay->in.ended)
		input_end(relay);
}

/* Moves bytes until either side has ended. */
static void relay_run(struct relay *relay)
{
	while (!relay->failed && !relay->out.ended) {
		/* This step brings what the guest said before it took the last
		 * byte. */
		bool taken = input_is_taken(relay);

		relay_step(relay);
		if (taken && flow_is_empty(&relay->out))
			return;
		if (relay->in.ended && !taken)
			tell_untaken(relay);
	}
}

int cli_channel(const struct cli_call *call)
{
	static struct relay relay;
	struct reeve_attached channel;
	struct cli_session session = { .report = reeve_report_new() };
	int result = REEVE_ERR_MEMORY;

	if (session.report != NULL)
		result = channel_await(call, &channel, session.report);
	if (result != REEVE_OK)
		return cli_close(&session, result);
	relay.channel = channel_open(&channel);
	(void)cli_close(&session, REEVE_OK);
	if (relay.channel < 0)
		return CLI_FAILED;
	/* Signals may end this process at once: there is nothing to undo. */
	cli_signals_handle(SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	relay_run(&relay);
	close(relay.channel);
	if (!relay.lost)
		return cli_output_is_lost() ? CLI_FAILED : CLI_OK;
	fputs("reeve: error: the channel was closed before the guest took all "
	      "that was sent\n",
	      stderr);
	return CLI_FAILED;
}
