/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host in a process: the hypervisor's domains and control server over the RMM
 * in process, for tests of the toolstack. No vCPU runs.
 *
 * usage: fakehost SOCKET RAM-FILE MIB [debug]
 *
 * It creates RAM-FILE of that size, which is the machine's RAM from
 * MACHINE_DRAM_BASE on and which clients map, and SOCKET, and prints a line
 * when it listens there. Each connection is a session, CONTROL_PORTS at a time.
 * It ends with CONTROL_HOST_OFF or by a signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "abi/machine_map.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/port/inprocess/host_inprocess.h"
#include "lib/log.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/fakehost/still.h"

struct client {
	int socket; /* -1: not connected */
	struct control_session session;
};

static struct {
	struct inprocess *rmm;
	struct host_inprocess port;
	struct host host;
	struct still still;
	struct domains domains;
	struct client clients[CONTROL_PORTS];
	int listener;
} fake;

static struct dmesg dmesg; /* for log_line(), which has no context */

static void die(const char *what)
{
	fprintf(stderr, "fakehost: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- The machine ---- */

static void log_put(char c)
{
	dmesg_put(&dmesg, c);
}

static void machine_smc(void *ctx, struct smccc_regs *regs)
{
	inprocess_smc(ctx, regs);
}

static void *machine_page(void *ctx, pa_t page)
{
	return inprocess_host_page(ctx, page.value);
}

static int ram_create(const char *path, uint64_t size)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (file < 0 || ftruncate(file, (off_t)size) != 0)
		die(path);
	return file;
}

static void machine_start(int ram, uint64_t size)
{
	const struct rmm_machine machine = {
		.memory_base = { MACHINE_DRAM_BASE },
		.memory_size = size,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};
	const uint64_t reserved = MACHINE_HYP_BASE + MACHINE_HYP_SIZE;
	const struct host_ram bank = { { MACHINE_DRAM_BASE }, size };
	struct inprocess_machine host = {
		.base = machine.memory_base,
		.size = size,
		.smc = machine_smc,
		.page = machine_page,
	};

	fake.rmm = inprocess_create_shared(&machine, ram);
	host.ctx = fake.rmm;
	if (fake.rmm == NULL || !host_inprocess_open(&fake.port, &host))
		die("memory");
	/* Guests get no RAM that the firmware has on the real machine. */
	pages_reserve(&fake.port.pages, machine.memory_base,
		      reserved - MACHINE_DRAM_BASE);
	if (!host_init(&fake.host, &fake.port.ops, &bank, 1))
		die("the RMM");
}

static void domains_start(uint64_t size, bool debug)
{
	struct domains_config config = {
		.host = &fake.host,
		.ops = &fake.still.ops,
		.dmesg = &dmesg,
		.pages = pages_unused(&fake.port.pages),
		.thread_pages = 4,
		.cores = 2,
		.lr_count = 4,
		.debug = debug,
		.attack = debug ? &fake.still.attacks.ops : NULL,
	};

	still_init(&fake.still, &fake.port.pages);
	log_init("hypervisor", log_put);
	domains_init(&fake.domains, &config);
	log_line("a host in a process, %u MiB", (unsigned)(size >> 20));
}

/* ---- Clients ---- */

static void client_close(struct client *client)
{
	control_close(&client->session);
	close(client->socket);
	client->socket = -1;
}

/* Sends a reply. A client that does not read it is taken to have gone: the rest
 * is dropped. */
static void client_send(void *ctx, const struct control_reply *reply)
{
	struct client *client = ctx;
	const uint8_t *bytes = (const uint8_t *)reply;
	size_t left = sizeof(*reply);
	ssize_t sent;

	while (left > 0) {
		sent = send(client->socket, bytes, left, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		left -= (size_t)sent;
	}
}

static void client_read(struct client *client)
{
	uint8_t bytes[4096];
	ssize_t size = read(client->socket, bytes, sizeof(bytes));

	if (size <= 0)
		client_close(client);
	else
		control_input(&client->session, bytes, (size_t)size);
}

static void client_accept(void)
{
	int socket = accept4(fake.listener, NULL, NULL, SOCK_CLOEXEC);

	if (socket < 0)
		die("accept");
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		struct client *client = &fake.clients[i];

		if (client->socket >= 0)
			continue;
		client->socket = socket;
		control_open(&client->session);
		return;
	}
	close(socket);
}

static void clients_init(void)
{
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		struct client *client = &fake.clients[i];

		client->socket = -1;
		control_init(&client->session, &fake.domains, client_send,
			     client);
	}
}

/* ---- The loop ---- */

static uint64_t clock_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		die("clock");
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(address.sun_path, path);
	unlink(path);
	fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fake.listener < 0 ||
	    bind(fake.listener, (struct sockaddr *)&address, sizeof(address)) !=
		    0 ||
	    listen(fake.listener, CONTROL_PORTS) != 0)
		die(path);
}

static void poll_once(void)
{
	struct pollfd fds[CONTROL_PORTS + 1];

	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		fds[i] = (struct pollfd){ fake.clients[i].socket, POLLIN, 0 };
	fds[CONTROL_PORTS] = (struct pollfd){ fake.listener, POLLIN, 0 };
	if (poll(fds, CONTROL_PORTS + 1, -1) < 0)
		die("poll");
	fake.still.now_ns = clock_ns();
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		if (fds[i].revents != 0)
			client_read(&fake.clients[i]);
	}
	if (fds[CONTROL_PORTS].revents != 0)
		client_accept();
}

int main(int argc, char **argv)
{
	uint64_t size;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: fakehost SOCKET RAM-FILE MIB [debug]\n");
		return 2;
	}
	size = strtoull(argv[3], NULL, 10) << 20;
	machine_start(ram_create(argv[2], size), size);
	domains_start(size, argc == 5 && strcmp(argv[4], "debug") == 0);
	clients_init();
	listen_at(argv[1]);
	puts("ready");
	fflush(stdout);
	while (!fake.still.off) {
		poll_once();
		if (fake.still.work) {
			fake.still.work = false;
			domains_work(&fake.domains);
		}
	}
	unlink(argv[1]);
	return 0;
}
