/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections of a host to a program, over a socket in the port's place. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/io.h"
#include "guest/relay.h"

/* More than both flows and the sockets between them hold. */
#define MUCH (4U << 20)

/* Then a host ends that waits for bytes that do not come. */
#define DEADLINE_S 120

static int ends[2]; /* the host's, the guest's */
static char first[RELAY_READ]; /* what a connection begins with */
static char command[128];

static void shell_exec(const void *context)
{
	(void)context;
	execl("/bin/sh", "sh", "-c", command, NULL);
}

static const struct relay_program program = { .run = shell_exec };

static int ends_make(int type)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, type, 0, ends) != 0)
		return -1;
	return fcntl(ends[1], F_SETFL, O_NONBLOCK);
}

static int setup(void **state)
{
	(void)state;
	return ends_make(SOCK_STREAM);
}

/* Keeps what was sent at once together, as a port does. */
static int setup_packets(void **state)
{
	(void)state;
	return ends_make(SOCK_SEQPACKET);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* Serves a connection that begins with a text. */
static size_t relay_run(const char *text, const struct relay_program *run)
{
	size_t size = strlen(text);

	memcpy(first, text, size);
	return relay_connection(ends[1], first, size, run);
}

/* Waits until the programs of connections before have ended. Returns their
 * number. */
static unsigned programs_await(void)
{
	unsigned count = 0;

	while (waitpid(-1, NULL, 0) > 0)
		count++;
	return count;
}

/* Runs a function in another process, as the host. */
static pid_t host_start(void (*act)(int fd))
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		alarm(DEADLINE_S);
		close(ends[1]);
		act(ends[0]);
		_exit(0);
	}
	close(ends[0]);
	return child;
}

static void host_await(pid_t host)
{
	int status;

	assert_int_equal(waitpid(host, &status, 0), host);
	assert_int_equal(status, 0);
}

static uint8_t byte_of(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 9));
}

/* Expects back what it sends, in parts. */
static void send_and_receive(int fd)
{
	uint8_t data[4096];

	for (size_t done = 0; done < MUCH; done += sizeof(data)) {
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = byte_of(done + i);
		if (!io_write(fd, data, sizeof(data)) ||
		    io_read(fd, data, sizeof(data)) != sizeof(data))
			_exit(1);
		for (size_t i = 0; i < sizeof(data); i++) {
			if (data[i] != byte_of(done + i))
				_exit(2);
		}
	}
}

static void bytes_go_both_ways(void **state)
{
	pid_t host;

	(void)state;
	strcpy(command, "cat");
	host = host_start(send_and_receive);
	assert_int_equal(relay_run("", &program), 0);
	host_await(host);
}

static void send_much(int fd)
{
	static char data[MUCH];

	if (!io_write(fd, data, sizeof(data)))
		_exit(1);
}

/* The host hangs up before the program has read a byte. */
static void all_that_was_sent_arrives(void **state)
{
	char folder[] = "/tmp/relay-XXXXXX";
	char path[64];
	pid_t host;
	int fifo;
	char count[16] = "";

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/count", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	snprintf(command, sizeof(command), "wc -c >%s", path);
	host = host_start(send_much);
	assert_int_equal(relay_run("", &program), 0);
	host_await(host);
	assert_true(read(fifo, count, sizeof(count) - 1) > 0);
	assert_int_equal(strtoul(count, NULL, 10), MUCH);
	close(fifo);
	unlink(path);
	rmdir(folder);
}

static void receive_much(int fd)
{
	static char data[MUCH + 1];

	if (io_read(fd, data, MUCH) != MUCH)
		_exit(1);
	/* The program has ended: these bytes are dropped. */
	if (!io_write(fd, data, MUCH))
		_exit(2);
}

static void a_program_that_ends_has_said_all(void **state)
{
	pid_t host;
	char left;

	(void)state;
	snprintf(command, sizeof(command), "head -c %u /dev/zero", MUCH);
	host = host_start(receive_much);
	assert_int_equal(relay_run("", &program), 0);
	host_await(host);
	assert_int_equal(read(ends[1], &left, 1), 0);
}

static void hang_up(int fd)
{
	(void)fd;
}

static void a_program_that_fails_is_no_end(void **state)
{
	pid_t host;

	(void)state;
	strcpy(command, "exit 1");
	host = host_start(hang_up);
	assert_int_equal(relay_run("", &program), 0);
	host_await(host);
}

static void read_greeting(int fd)
{
	char text[12];

	if (io_read(fd, text, sizeof(text)) != sizeof(text) ||
	    memcmp(text, "first second", sizeof(text)) != 0)
		_exit(1);
}

static void send_second(int fd)
{
	if (!io_write(fd, " second", 7))
		_exit(1);
	read_greeting(fd);
}

static void what_was_read_before_comes_first(void **state)
{
	pid_t host;

	(void)state;
	strcpy(command, "cat");
	host = host_start(send_second);
	assert_int_equal(relay_run("first", &program), 0);
	host_await(host);
}

/* ---- A host that is back at once ------------------------------------- */

/* A port that the host closes and opens again before the guest looks is no
 * other than one that it does not close. */

#define BEGIN  "SSH-2.0-"
#define ROUNDS RELAY_PROGRAMS

static const struct relay_program ssh = { .run = shell_exec, .begin = BEGIN };

/* The program greets, and gives back what it gets. */
static const char greet_and_echo[] = "echo new; exec cat";

static void expect(int fd, const char *expected)
{
	char text[64];
	size_t size = strlen(expected);

	for (size_t got = 0; got < size;) {
		ssize_t n = recv(fd, text, sizeof(text), 0);

		if (n <= 0 || got + (size_t)n > size ||
		    memcmp(text, expected + got, (size_t)n) != 0)
			_exit(3);
		got += (size_t)n;
	}
}

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		_exit(4);
}

static void read_first_again(int fd)
{
	expect(fd, "new\n" BEGIN "0");
	say(fd, BEGIN "1");
	expect(fd, BEGIN "1");
}

static void come_again(int fd)
{
	expect(fd, "new\n" BEGIN "0");
	for (int round = 1; round < ROUNDS; round++) {
		char begin[32];
		char echo[40];

		snprintf(begin, sizeof(begin), BEGIN "%d\n", round);
		snprintf(echo, sizeof(echo), "new\n%s", begin);
		say(fd, begin);
		expect(fd, echo);
		say(fd, "more of " BEGIN);
		expect(fd, "more of " BEGIN);
	}
}

/* Serves connections as relay() does, and returns how many there were. */
static unsigned relay_all(const char *text, const struct relay_program *run)
{
	size_t size = relay_run(text, run);
	unsigned count = 1;

	while (size > 0) {
		size = relay_connection(ends[1], first, size, run);
		count++;
	}
	return count;
}

static void a_client_that_is_back_at_once_has_a_new_program(void **state)
{
	pid_t host;

	(void)state;
	(void)programs_await();
	strcpy(command, greet_and_echo);
	host = host_start(come_again);
	assert_int_equal(relay_all(BEGIN "0", &ssh), ROUNDS);
	host_await(host);
}

/* Without a beginning that is known, it is the old one's. */
static void other_clients_have_the_program_that_runs(void **state)
{
	pid_t host;

	(void)state;
	strcpy(command, greet_and_echo);
	host = host_start(read_first_again);
	assert_int_equal(relay_all(BEGIN "0", &program), 1);
	host_await(host);
}

/* The program of the client before has ended. */
static void come_after_the_end(int fd)
{
	expect(fd, "end\n");
	say(fd, "for a program that has ended");
	say(fd, BEGIN "1");
	expect(fd, "end\n");
}

static void a_client_after_the_end_has_a_new_program(void **state)
{
	pid_t host;

	(void)state;
	strcpy(command, "echo end");
	host = host_start(come_after_the_end);
	assert_int_equal(relay_all(BEGIN "0", &ssh), 2);
	host_await(host);
}

/* ---- Programs that go on -------------------------------------------- */

static int release[2]; /* a pipe that is closed to let programs end */

static void wait_for_release(const void *context)
{
	char byte;

	(void)context;
	close(release[1]);
	if (read(release[0], &byte, 1) != 0)
		_exit(2);
}

/* A host that hangs up at once. */
static void connect_and_hang_up(void)
{
	const struct relay_program waiting = { .run = wait_for_release };
	void *none = NULL;

	assert_int_equal(setup(&none), 0);
	close(ends[0]);
	assert_int_equal(relay_run("", &waiting), 0);
	close(ends[1]);
}

static void programs_that_go_on_are_not_too_many(void **state)
{
	(void)state;
	(void)programs_await();
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(pipe2(release, O_CLOEXEC), 0);
		for (unsigned i = 0; i <= RELAY_PROGRAMS; i++)
			connect_and_hang_up();
		close(release[1]);
		assert_int_equal(programs_await(), RELAY_PROGRAMS);
		close(release[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_go_both_ways, setup,
						teardown),
		cmocka_unit_test_setup_teardown(all_that_was_sent_arrives,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_program_that_ends_has_said_all, setup, teardown),
		cmocka_unit_test_setup_teardown(a_program_that_fails_is_no_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_was_read_before_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_client_that_is_back_at_once_has_a_new_program,
			setup_packets, teardown),
		cmocka_unit_test_setup_teardown(
			other_clients_have_the_program_that_runs, setup_packets,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_client_after_the_end_has_a_new_program, setup_packets,
			teardown),
		cmocka_unit_test(programs_that_go_on_are_not_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
