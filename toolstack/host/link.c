/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and replies over a stream. The caller's watch may end the wait. */
#include "toolstack/host/link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/record.h"
#include "toolstack/host/reply.h"
#include "toolstack/host/watch.h"

/* The longest time that a host may take for one reply. Every request is short
 * work for it. */
#define REPLY_PATIENCE_MS 60000
/* A HELLO may be lost: a host that boots, or that has just noticed its client,
 * drops what was sent before. So HELLO is sent again after this time. */
#define HELLO_AGAIN_MS 500
/* QEMU may have stopped reading from the socket until its client disconnects
 * (abi/control.h). So a silent connection is given up after this time, the next
 * one after twice this time, and so on. */
#define FIRST_CONNECTION_MS 300
/* A build keeps its port until it is done: when the port is closed, the
 * hypervisor destroys what is not built (abi/control.h). So builds have all
 * control ports but one, and cannot keep other clients out. */
#define BUILD_PORTS (CONTROL_PORTS - 1)

/* The pause between two looks for the sockets of a host that is started. */
#define START_POLL_MS 20

/* Results inside this file: the time is over; the host has no sockets yet. */
#define SILENT 1
#define EARLY  2

struct link {
	int fd; /* -1: the port was released */
	int lock; /* -1: none is held */
	struct folder folder; /* of the host; empty for a link by link_attach() */
	bool builds; /* the next port that it claims is for a build */
	bool starts; /* the caller starts the host, and looks again itself */
	const struct reeve_watch *watch;
	uint64_t cookie; /* that of the last request */
	struct reply_stream stream;
	struct reeve_host_info host;
};

static int tell_silence(struct reeve_report *report)
{
	return report_error(
		report, REEVE_ERR_HOST, NULL, NULL,
		"look at serial.log in the folder that reeve host status shows",
		"the host does not answer");
}

/* The folder of a host that has ended stays, with what it said last, until the
 * next start or stop of a host of that name. */
static int tell_gone(const struct link *link, struct reeve_report *report)
{
	const char *path = link->folder.path;
	char hint[64 + FOLDER_PATH_SIZE];

	if (path[0] != '\0' && folder_is_stopped(&link->folder)) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
				    "the host \"%s\" was stopped",
				    link->folder.name);
	}
	snprintf(hint, sizeof(hint),
		 "serial.log, monitor.log and qemu.log in %s may say why", path);
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    path[0] != '\0' ? hint : NULL,
			    "the host has ended or closed the connection");
}

int link_protocol_error(struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the host's reply breaks the protocol");
}

/* ---- Bytes ----------------------------------------------------------------- */

/* Waits until the stream is ready for events, and asks the watch meanwhile.
 * Returns 0, SILENT, or another result. */
static int wait_for(struct link *link, short events, int64_t deadline,
		    struct reeve_report *report)
{
	struct pollfd poller = { .fd = link->fd, .events = events };

	for (;;) {
		int ready = poll(&poller, 1, WATCH_STEP_MS);

		if (ready > 0)
			return REEVE_OK;
		if (ready < 0 && errno != EINTR)
			return tell_gone(link, report);
		if (!watch_go_on(link->watch, "waiting for the host", 0, 0))
			return REEVE_ERR_STOPPED;
		if (clock_ms() >= deadline)
			return SILENT;
	}
}

static int send_request(struct link *link, const struct control_request *request,
			int64_t deadline, struct reeve_report *report)
{
	const uint8_t *bytes = (const uint8_t *)request;
	size_t left = sizeof(*request);

	assert(link->fd >= 0);
	while (left > 0) {
		int result = wait_for(link, POLLOUT, deadline, report);
		ssize_t n;

		if (result != REEVE_OK)
			return result;
		n = send(link->fd, bytes, left, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return tell_gone(link, report);
		if (n > 0) {
			bytes += n;
			left -= (size_t)n;
		}
	}
	return REEVE_OK;
}

static int receive_reply(struct link *link, struct control_reply *reply,
			 int64_t deadline, struct reeve_report *report)
{
	while (!reply_take(&link->stream, link->cookie, reply)) {
		int result = wait_for(link, POLLIN, deadline, report);
		size_t room;
		uint8_t *to = reply_room(&link->stream, &room);
		ssize_t n;

		if (result != REEVE_OK)
			return result;
		n = recv(link->fd, to, room, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return tell_gone(link, report);
		if (n > 0)
			link->stream.filled += (size_t)n;
		if (clock_ms() >= deadline)
			return SILENT;
	}
	return REEVE_OK;
}

/* ---- Requests ---------------------------------------------------------------- */

/* Returns true for an operation that a domain's state allows or not. */
static bool is_of_state(uint32_t op)
{
	return op == CONTROL_DOMAIN_PAUSE || op == CONTROL_DOMAIN_UNPAUSE ||
	       op == CONTROL_DOMAIN_SHUTDOWN;
}

static const char *refusal_hint(const struct control_reply *reply)
{
	switch (reply->status) {
	/* A host of the same release understands every request of ours. */
	case CONTROL_E_REQUEST:
	case CONTROL_E_VERSION:
		return "if another release of Reeve started the host, start it "
		       "anew";
	case CONTROL_E_STATE:
		return is_of_state(reply->op)
			       ? "reeve list shows its state; one that has "
				 "ended can only be destroyed"
			       : NULL;
	case CONTROL_E_LIMIT:
		return "destroy a domain that is not needed (reeve list), or "
		       "use another host";
	case CONTROL_E_EXISTS:
		return "choose another name, or rename or destroy that domain";
	case CONTROL_E_MEMORY:
		return "give the guest less, end another one (reeve list), or "
		       "start a host with more --memory, or another "
		       "--dma-memory";
	default:
		return NULL;
	}
}

static int link_tell_refusal(const struct control_reply *reply,
			     struct reeve_report *report)
{
	static const char *const words[] = {
		[CONTROL_E_VERSION] = "it speaks another version",
		[CONTROL_E_REQUEST] = "the request is not valid",
		[CONTROL_E_NO_DOMAIN] = "there is no such domain",
		[CONTROL_E_STATE] = "not in the domain's present state",
		[CONTROL_E_EXISTS] = "the name is taken",
		[CONTROL_E_MEMORY] = "it has not that much memory left",
		[CONTROL_E_LIMIT] = "a limit is reached",
		[CONTROL_E_UNSUPPORTED] = "it does not support that",
		[CONTROL_E_RMM] = "its RMM refused",
	};
	char text[REEVE_TEXT_SIZE];

	if (reply->status >= sizeof(words) / sizeof(words[0]))
		return link_protocol_error(report);
	if (reply->status == CONTROL_E_NO_DOMAIN)
		return REEVE_ERR_NO_DOMAIN;
	reply_text(text, sizeof(text), reply->text, sizeof(reply->text));
	return report_error(report, REEVE_ERR_ENGINE, NULL, NULL,
			    refusal_hint(reply), "the host refused: %s",
			    text[0] != '\0' ? text : words[reply->status]);
}

static int link_exchange(struct link *link, struct control_request *request,
			 struct control_reply *reply, int patience_ms,
			 struct reeve_report *report)
{
	int64_t deadline = clock_ms() + patience_ms;
	int result;

	request->magic = CONTROL_MAGIC;
	request->version = CONTROL_VERSION;
	request->cookie = ++link->cookie;
	result = send_request(link, request, deadline, report);
	if (result == REEVE_OK)
		result = receive_reply(link, reply, deadline, report);
	if (result != REEVE_OK)
		return result;
	if (reply->op != request->op)
		return link_protocol_error(report);
	return reply->status == CONTROL_OK ? REEVE_OK
					   : link_tell_refusal(reply, report);
}

const struct reeve_host_info *link_host(const struct link *link)
{
	return &link->host;
}

void link_watch(struct link *link, const struct reeve_watch *watch)
{
	link->watch = watch;
}

/* ---- Opening ------------------------------------------------------------------- */

/* Exchanges HELLO. Returns 0, SILENT, or another result. */
static int link_hello(struct link *link, int patience_ms,
		      struct reeve_report *report)
{
	struct control_request request = { .op = CONTROL_HELLO };
	int64_t deadline = clock_ms() + patience_ms;
	struct control_reply reply;
	int64_t left = patience_ms;
	int result = SILENT;

	for (; result == SILENT && left > 0; left = deadline - clock_ms()) {
		result = link_exchange(link, &request, &reply,
				       left < HELLO_AGAIN_MS ? (int)left
							     : HELLO_AGAIN_MS,
				       report);
	}
	if (result != REEVE_OK)
		return result;
	return reply_host(&reply.body.host, &link->host)
		       ? REEVE_OK
		       : link_protocol_error(report);
}

static struct link *link_new(const struct reeve_watch *watch)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->fd = -1;
	link->lock = -1;
	link->watch = watch;
	if (getrandom(&link->cookie, sizeof(link->cookie), 0) !=
	    sizeof(link->cookie))
		abort();
	return link;
}

/* Closes the stream. What was received and not used belongs to it. */
static void stream_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	link->stream.filled = 0;
}

static void port_release(struct link *link)
{
	stream_close(link);
	if (link->lock >= 0)
		close(link->lock);
	link->lock = -1;
}

int link_attach(int fd, const struct reeve_watch *watch, int patience_ms,
		struct link **out, struct reeve_report *report)
{
	struct link *link = link_new(watch);
	int result;

	if (link == NULL) {
		close(fd);
		return REEVE_ERR_MEMORY;
	}
	link->fd = fd;
	result = link_hello(link, patience_ms, report);
	if (result == REEVE_OK)
		*out = link;
	else
		link_close(link);
	return result == SILENT ? tell_silence(report) : result;
}

static int tell_unreachable(const struct link *link, int error,
			    struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL,
			    "look at it with reeve host status; reeve host "
			    "stop ends it",
			    "the host \"%s\" cannot be reached: %s",
			    link->folder.name, strerror(error));
}

/* Connects to the claimed port, and connects anew while the host is silent.
 * Returns EARLY if there is no socket, which QEMU makes when it starts. */
static int port_connect(struct link *link, unsigned index, int patience_ms,
			struct reeve_report *report)
{
	struct folder_path path =
		folder_path(&link->folder, "control-%u.sock", index);
	int64_t deadline = clock_ms() + patience_ms;
	int64_t patience = FIRST_CONNECTION_MS;
	int result = SILENT;

	while (result == SILENT) {
		int64_t left = deadline - clock_ms();

		if (left <= 0)
			return tell_silence(report);
		stream_close(link);
		link->fd = link_connect(path.text);
		if (link->fd < 0 && errno == EAGAIN) {
			/* QEMU does not even accept connections. poll() ignores
			 * the descriptor -1, so that this only waits. */
			result = wait_for(link, 0, 0, report);
			continue;
		}
		if (link->fd < 0 && !link->starts &&
		    (errno == ENOENT || errno == ECONNREFUSED))
			return EARLY;
		if (link->fd < 0)
			return tell_unreachable(link, errno, report);
		result = link_hello(
			link, (int)(left < patience ? left : patience), report);
		patience *= 2;
	}
	return result;
}

/* Reports that a host has no control ports, if its record says that its
 * hypervisor is foreign. */
static int foreign_refuse(const struct folder *folder,
			  struct reeve_report *report)
{
	struct reeve_host_entry entry = { 0 };
	char hint[64 + REEVE_HOST_NAME_SIZE];

	if (!record_read(folder, &entry) || !entry.foreign)
		return REEVE_OK;
	snprintf(hint, sizeof(hint),
		 "attach to it with reeve console --host %s", folder->name);
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, hint,
			    "the host \"%s\" runs %s, which has no guests of "
			    "reeve",
			    folder->name, entry.runs);
}

/* Claims a port, and connects to it. On failure the link has none. Returns as
 * port_connect() does. */
static int port_open_once(struct link *link, int patience_ms,
			  struct reeve_report *report)
{
	unsigned index;
	int result;
	int error;

	if (folder_state(&link->folder) != FOLDER_HELD)
		return folder_tell_no_host(&link->folder, report);
	result = foreign_refuse(&link->folder, report);
	if (result != REEVE_OK)
		return result;
	error = link_claim_port(&link->folder,
				link->builds ? BUILD_PORTS : CONTROL_PORTS,
				link->watch, &link->lock, &index);
	if (error == -ECANCELED)
		return REEVE_ERR_STOPPED;
	if (error != 0)
		return tell_unreachable(link, -error, report);
	result = port_connect(link, index, patience_ms, report);
	if (result != REEVE_OK)
		port_release(link);
	return result;
}

/* Opens a port of a host that may be starting. While its sockets are not there
 * the port is not kept: who starts the host makes the locks anew, and greets
 * it first. */
static int port_open(struct link *link, int patience_ms,
		     struct reeve_report *report)
{
	int64_t deadline = clock_ms() + patience_ms;
	int result;

	while ((result = port_open_once(link, patience_ms, report)) == EARLY) {
		if (clock_ms() >= deadline)
			return tell_unreachable(link, ENOENT, report);
		if (!watch_go_on(link->watch,
				 "waiting for the host to open its sockets", 0,
				 0))
			return REEVE_ERR_STOPPED;
		clock_pause(START_POLL_MS);
	}
	return result;
}

int link_open(const struct folder *folder, const struct reeve_watch *watch,
	      int patience_ms, struct link **out, struct reeve_report *report)
{
	struct link *link = link_new(watch);
	int result;

	if (link == NULL)
		return REEVE_ERR_MEMORY;
	link->folder = *folder;
	result = port_open(link, patience_ms, report);
	if (result == REEVE_OK)
		*out = link;
	else
		link_close(link);
	return result;
}

int link_greet(const struct folder *folder, const struct reeve_watch *watch,
	       int patience_ms, struct reeve_report *report)
{
	struct link *link = link_new(watch);
	int result;

	if (link == NULL)
		return REEVE_ERR_MEMORY;
	link->folder = *folder;
	link->starts = true;
	result = port_open(link, patience_ms, report);
	link_close(link);
	return result;
}

int link_call(struct link *link, struct control_request *request,
	      struct control_reply *reply, struct reeve_report *report)
{
	int result = REEVE_OK;

	if (link->fd < 0)
		result = port_open(link, REPLY_PATIENCE_MS, report);
	if (result == REEVE_OK) {
		result = link_exchange(link, request, reply, REPLY_PATIENCE_MS,
				       report);
	}
	return result == SILENT ? tell_silence(report) : result;
}

void link_release(struct link *link, bool build_next)
{
	if (link->folder.path[0] == '\0')
		return;
	port_release(link);
	link->builds = build_next;
}

void link_close(struct link *link)
{
	if (link == NULL)
		return;
	port_release(link);
	free(link);
}
