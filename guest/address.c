/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/complain.h"

static bool port_read(const char *text, in_port_t *out)
{
	char *end;
	unsigned long port;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	port = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || port == 0 || port > UINT16_MAX)
		return false;
	*out = htons((uint16_t)port);
	return true;
}

static bool ipv4_read(const char *host, in_port_t port, struct address *out)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&out->storage;

	in->sin_family = AF_INET;
	in->sin_port = port;
	out->size = sizeof(*in);
	return inet_pton(AF_INET, host, &in->sin_addr) == 1;
}

static bool ipv6_read(const char *host, in_port_t port, struct address *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->storage;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	out->size = sizeof(*in6);
	return inet_pton(AF_INET6, host, &in6->sin6_addr) == 1;
}

bool address_read(const char *text, struct address *out)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN];
	in_port_t port;
	bool brackets;
	size_t size;

	memset(out, 0, sizeof(*out));
	if (!port_read(colon != NULL ? colon + 1 : text, &port))
		return false;
	if (colon == NULL)
		return ipv6_read("::", port, out);
	size = (size_t)(colon - text);
	brackets = size >= 2 && text[0] == '[' && text[size - 1] == ']';
	if (brackets) {
		text++;
		size -= 2;
	}
	if (size >= sizeof(host))
		return false;
	memcpy(host, text, size);
	host[size] = '\0';
	return brackets ? ipv6_read(host, port, out)
			: ipv4_read(host, port, out);
}

int address_listen(const char *text)
{
	struct address address;
	const int on = 1;
	int fd;

	if (!address_read(text, &address)) {
		complain("%s: not A.B.C.D:PORT, [IPV6]:PORT or PORT", text);
		return -1;
	}
	fd = socket(address.storage.ss_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&address.storage, address.size) == 0 &&
	    listen(fd, 8) == 0)
		return fd;
	complain("%s: %s", text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
