/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program of Linux guests that loads their devices, as a peer on the network
 * tells it (scripts/bench_devices.py). It serves one connection after the other.
 * Each line is a command; its answer is a line with a number, or with "error".
 *
 *   disk HOW DEVICE BLOCK DEPTH REQUESTS
 *                   direct I/O; HOW is read, write or random (reads), BLOCK the
 *                   bytes of a request, DEPTH how many are under way. Answer:
 *                   the nanoseconds that they took
 *   send BYTES      so many bytes follow, then 0
 *   receive BYTES   so many bytes are awaited, then 0
 *   echo COUNT      each of so many bytes is sent back, then 0
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/load/load.h"

#define WORDS 6

static int answer(int peer, uint64_t value)
{
	return dprintf(peer, "%llu\n", (unsigned long long)value) < 0 ? -1 : 0;
}

static uint64_t number(const char *word)
{
	return strtoull(word, NULL, 10);
}

/* Returns -1 if the peer has gone. */
static int serve_disk(int peer, char **words)
{
	const struct load load = {
		.device = words[2],
		.write = strcmp(words[1], "write") == 0,
		.random = strcmp(words[1], "random") == 0,
		.block = (uint32_t)number(words[3]),
		.depth = (unsigned)number(words[4]),
		.requests = number(words[5]),
	};
	uint64_t taken;

	if (load_disk(&load, &taken) != 0) {
		return dprintf(peer, "error: %s: %s\n", words[2],
			       strerror(errno));
	}
	return answer(peer, taken);
}

static int serve_send(int peer, char **words)
{
	if (load_send(peer, number(words[1])) != 0)
		return -1;
	return answer(peer, 0);
}

static int serve_receive(int peer, char **words)
{
	if (load_receive(peer, number(words[1])) != 0)
		return -1;
	return answer(peer, 0);
}

static int serve_echo(int peer, char **words)
{
	if (load_echo(peer, number(words[1])) != 0)
		return -1;
	return answer(peer, 0);
}

static const struct command {
	const char *name;
	unsigned words;
	int (*serve)(int peer, char **words);
} commands[] = {
	{ "disk", 6, serve_disk },
	{ "send", 2, serve_send },
	{ "receive", 2, serve_receive },
	{ "echo", 2, serve_echo },
};

static int command_serve(int peer, char *line)
{
	char *words[WORDS] = { 0 };
	unsigned count = 0;

	for (char *word = strtok(line, " \n"); word != NULL && count < WORDS;
	     word = strtok(NULL, " \n"))
		words[count++] = word;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (words[0] != NULL && count == commands[i].words &&
		    strcmp(words[0], commands[i].name) == 0)
			return commands[i].serve(peer, words);
	}
	return dprintf(peer, "error: this is no command\n");
}

/* The stream has no buffer, so that bytes after a line are left for the
 * command. */
static void peer_serve(int peer)
{
	FILE *lines = fdopen(peer, "r");
	char line[256];
	int one = 1;
	bool goes_on;

	if (lines == NULL) {
		(void)close(peer);
		return;
	}
	goes_on = setvbuf(lines, NULL, _IONBF, 0) == 0;
	(void)setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (goes_on && fgets(line, sizeof(line), lines) != NULL)
		goes_on = command_serve(peer, line) >= 0;
	(void)fclose(lines);
}

static int listener(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number(port)),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 1) != 0)
		return -1;
	return fd;
}

int main(int count, char **arguments)
{
	int fd;

	if (count != 2) {
		(void)fprintf(stderr, "usage: load PORT\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	fd = listener(arguments[1]);
	if (fd < 0) {
		perror("load");
		return 1;
	}
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer >= 0)
			peer_serve(peer);
	}
}
