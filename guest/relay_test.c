/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections of a host to a program, over a socket in the port's place. */
#include <fcntl.h>
#include <poll.h>
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
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/io.h"
#include "guest/relay.h"

/* More than both flows and the sockets between them hold. */
#define MUCH (4U << 20)

/* Then a host ends that waits for bytes that do not come. */
#define DEADLINE_S 120

static int ends[2]; /* the host's, the guest's */
static struct relay_begin first;
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
static bool relay_run(const char *text, const struct relay_program *run)
{
	first.size = strlen(text);
	memcpy(first.bytes, text, first.size);
	first.doubtful = false;
	return relay_connection(ends[1], &first, run);
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
	assert_false(relay_run("", &program));
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
	assert_false(relay_run("", &program));
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
	assert_false(relay_run("", &program));
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
	assert_false(relay_run("", &program));
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
	assert_false(relay_run("first", &program));
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
	bool next = relay_run(text, run);
	unsigned count = 1;

	for (; next; count++)
		next = relay_connection(ends[1], &first, run);
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

/* Words of the program before may come before the greeting. */
static void come_while_it_speaks(int fd)
{
	char text[RELAY_READ + 1];

	for (int round = 1; round <= ROUNDS; round++) {
		do {
			ssize_t n = recv(fd, text, RELAY_READ, 0);

			if (n <= 0)
				_exit(3);
			text[n] = '\0';
		} while (strstr(text, "new") == NULL);
		if (round < ROUNDS)
			say(fd, BEGIN);
	}
}

static void a_program_that_speaks_hides_no_client(void **state)
{
	pid_t host;

	(void)state;
	(void)programs_await();
	strcpy(command, "echo new; exec yes");
	host = host_start(come_while_it_speaks);
	assert_int_equal(relay_all(BEGIN, &ssh), ROUNDS);
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

/* ---- A port that is closed when the first bytes come -------------------- */

/* The master of a terminal is as a port is: closed as long as nobody has the
 * other end open. */
static char other_end[64];
static int heard[2]; /* a pipe for what the host got */

static int setup_terminal(void **state)
{
	struct termios raw;
	int host;

	(void)state;
	ends[0] = -1;
	ends[1] = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (ends[1] < 0 || grantpt(ends[1]) != 0 || unlockpt(ends[1]) != 0 ||
	    ptsname_r(ends[1], other_end, sizeof(other_end)) != 0 ||
	    pipe2(heard, O_CLOEXEC) != 0)
		return -1;
	host = open(other_end, O_RDWR | O_NOCTTY);
	if (tcgetattr(host, &raw) != 0)
		return -1;
	cfmakeraw(&raw);
	/* The end counts as closed only after it was open. */
	return tcsetattr(host, TCSANOW, &raw) != 0 || close(host) != 0;
}

/* The host opens its end when the program runs already, and gets an answer. The
 * pause is for a relay that gives up at once, and tells it. */
static void open_and_answer(const void *context)
{
	struct pollfd end = { .fd = STDIN_FILENO, .events = POLLIN };
	char text[8] = "";
	int host;

	(void)context;
	if (poll(&end, 1, 100) != 0)
		_exit(1);
	host = open(other_end, O_RDWR | O_NOCTTY);
	if (write(STDOUT_FILENO, "answer", 6) != 6 ||
	    io_read(host, text, 6) != 6 || write(heard[1], text, 6) != 6)
		_exit(1);
	close(host);
	(void)read(STDIN_FILENO, text, sizeof(text));
}

static void a_port_may_open_after_its_first_bytes(void **state)
{
	const struct relay_program opens = { .run = open_and_answer };
	char text[8] = "";

	(void)state;
	first = (struct relay_begin){ .doubtful = true };
	assert_false(relay_connection(ends[1], &first, &opens));
	close(heard[1]);
	assert_int_equal(read(heard[0], text, 6), 6);
	assert_string_equal(text, "answer");
	close(heard[0]);
}

static void a_port_need_not_open_after_its_first_bytes(void **state)
{
	(void)state;
	(void)programs_await();
	strcpy(command, "cat");
	first = (struct relay_begin){ .bytes = "a", .size = 1, .doubtful = true };
	assert_false(relay_connection(ends[1], &first, &program));
	assert_int_equal(programs_await(), 1);
	close(heard[0]);
	close(heard[1]);
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
	assert_false(relay_run("", &waiting));
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
			a_program_that_speaks_hides_no_client, setup_packets,
			teardown),
		cmocka_unit_test_setup_teardown(
			other_clients_have_the_program_that_runs, setup_packets,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_client_after_the_end_has_a_new_program, setup_packets,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_port_may_open_after_its_first_bytes, setup_terminal,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_port_need_not_open_after_its_first_bytes,
			setup_terminal, teardown),
		cmocka_unit_test(programs_that_go_on_are_not_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
