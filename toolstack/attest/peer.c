/* SPDX-License-Identifier: BSD-3-Clause */
#include "toolstack/attest/peer.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/watch.h"

/* The longest time from the first packet to the last byte of the answer. A
 * token takes the guest a tenth of a second, on an emulated host. */
#define PATIENCE_MS 30000

static int peer_failed(struct peer *peer, const char *what)
{
	if (peer->tries_on)
		return REEVE_ERR_HOST;
	return report_error(peer->report, REEVE_ERR_HOST, NULL, peer->name,
			    "reeve-guest serve must run in the guest, and be "
			    "reachable",
			    "%s", what);
}

/* Waits until the socket is ready, and asks the watch meanwhile. */
static int peer_wait(struct peer *peer, short events)
{
	struct pollfd poller = { .fd = peer->fd, .events = events };

	for (;;) {
		int ready = poll(&poller, 1, WATCH_STEP_MS);

		if (ready > 0)
			return REEVE_OK;
		if (ready < 0 && errno != EINTR)
			return peer_failed(peer, strerror(errno));
		if (!watch_go_on(peer->watch, "waiting for the guest", 0, 0))
			return REEVE_ERR_STOPPED;
		if (clock_ms() >= peer->deadline)
			return peer_failed(peer, "the guest does not answer");
	}
}

/* Waits until a connection is there, or has failed. Returns errno. */
static int connect_error(const struct peer *peer)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

static int peer_open(struct peer *peer, const struct sockaddr *address,
		     socklen_t size)
{
	int result = REEVE_OK;
	int error = 0;

	peer->fd = socket(address->sa_family,
			  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		return peer_failed(peer, strerror(errno));
	if (connect(peer->fd, address, size) != 0)
		error = errno;
	if (error == EINPROGRESS) {
		result = peer_wait(peer, POLLOUT);
		error = connect_error(peer);
	}
	if (result == REEVE_OK && error != 0)
		result = peer_failed(peer, strerror(error));
	if (result != REEVE_OK)
		peer_close(peer);
	return result;
}

static int unix_connect(struct peer *peer, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		return report_error(peer->report, REEVE_ERR_ARGUMENT, NULL,
				    peer->name, NULL,
				    "the path of a socket has at most %zu bytes",
				    sizeof(address.sun_path) - 1);
	}
	memcpy(address.sun_path, path, strlen(path));
	return peer_open(peer, (const struct sockaddr *)&address,
			 sizeof(address));
}

/* Tries the addresses of a name in the resolver's order. The report says why
 * the last one failed. */
static int tcp_connect(struct peer *peer, const char *host, const char *port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(host, port, &hints, &found);
	int result = REEVE_ERR_HOST;

	if (error != 0)
		return peer_failed(peer, gai_strerror(error));
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
		peer->tries_on = at->ai_next != NULL;
		result = peer_open(peer, at->ai_addr, at->ai_addrlen);
		if (result != REEVE_ERR_HOST)
			break;
	}
	peer->tries_on = false;
	freeaddrinfo(found);
	return result;
}

int peer_connect(struct peer *peer)
{
	const char *colon = strrchr(peer->name, ':');
	const char *start = peer->name;
	char host[256];
	size_t size;

	peer->fd = -1;
	peer->deadline = clock_ms() + PATIENCE_MS;
	if (strncmp(peer->name, "unix:", 5) == 0)
		return unix_connect(peer, peer->name + 5);
	size = colon != NULL ? (size_t)(colon - start) : 0;
	if (size > 2 && start[0] == '[' && start[size - 1] == ']') {
		start++;
		size -= 2;
	}
	if (size == 0 || size >= sizeof(host) || colon[1] == '\0') {
		return report_error(
			peer->report, REEVE_ERR_ARGUMENT, NULL, peer->name,
			NULL, "this is not HOST:PORT, [IPV6]:PORT or unix:PATH");
	}
	memcpy(host, start, size);
	host[size] = '\0';
	return tcp_connect(peer, host, colon + 1);
}

/* Judges the result of send() or recv(). Returns REEVE_OK to go on. */
static int peer_moved(struct peer *peer, ssize_t n, short events)
{
	if (n > 0 || (n < 0 && errno == EINTR))
		return REEVE_OK;
	if (n < 0 && errno == EAGAIN)
		return peer_wait(peer, events);
	return peer_failed(peer, n == 0 ? "the guest has ended the connection"
					: strerror(errno));
}

int peer_send(struct peer *peer, const void *data, size_t size)
{
	const char *at = data;
	int result = REEVE_OK;

	while (size > 0 && result == REEVE_OK) {
		ssize_t n = send(peer->fd, at, size, MSG_NOSIGNAL);

		result = peer_moved(peer, n, POLLOUT);
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return result;
}

int peer_receive(struct peer *peer, void *data, size_t size)
{
	char *at = data;
	int result = REEVE_OK;

	while (size > 0 && result == REEVE_OK) {
		ssize_t n = recv(peer->fd, at, size, 0);

		result = peer_moved(peer, n, POLLIN);
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
		if (result == REEVE_OK && size > 0 &&
		    clock_ms() >= peer->deadline)
			return peer_failed(peer, "the guest does not answer");
	}
	return result;
}

void peer_close(struct peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}
